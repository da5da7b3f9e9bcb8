import { type FastifyReply } from 'fastify';
import { etagOf } from './etag.js';

/** The headers of what was made, for the OpenAPI document. */
export const MADE_HEADERS = { Location: 'Where it is', ETag: 'Its version, for `If-Match`' };

/**
 * Answers 201 with `Location` for what was made, and 200 for what an earlier request with the same `Idempotency-Key` made.
 * @param location absolute
 */
export function answerMade<T>(reply: FastifyReply, made: { object: T; replayed: boolean }, location: string): T {
  void reply.code(made.replayed ? 200 : 201).header('location', location);
  if (made.replayed) void reply.header('idempotency-replayed', 'true');
  // RFC 9110 §8.8.3: a new object is in its first version.
  else void reply.header('etag', etagOf(1));
  return made.object;
}
