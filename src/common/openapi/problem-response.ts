import { z } from 'zod';
import { OAUTH_ERROR_CODES } from '../errors/oauth.error.js';
import { apiAnswer, type ErrorAnswer, oauthAnswer } from '../http/error-answer.js';
import { type ErrorBody } from '../http/error-bodies/error-body.js';
import { faultOf } from '../http/fault.js';
import { type Problem } from './problems.js';

/** The body of an error at the OAuth endpoints. */
export const oauthErrorSchema = z
  .object({
    error: z.enum(OAUTH_ERROR_CODES),
    error_description: z.string().meta({ description: 'For people' }),
  })
  .meta({ id: 'OAuthError', description: 'An error at the OAuth endpoints (RFC 6749 §5.2)' });

/** The headers of errors: how they are written, and what they say. */
const HEADERS: Readonly<Record<string, readonly [name: string, meaning: string]>> = {
  'x-request-id': ['X-Request-Id', 'Names this answer in the log'],
  'www-authenticate': ['WWW-Authenticate', 'The challenge (RFC 9110 §11.6.1, RFC 6750 §3)'],
  'retry-after': ['Retry-After', 'Seconds to wait before another try (RFC 9110 §10.2.3)'],
};

/** A response of the OpenAPI document. */
interface ProblemResponse {
  description: string;
  headers: Record<string, object>;
  content: { 'application/json': { schema: { $ref: string }; examples: Record<string, { value: unknown }> } };
}

/** Describes an error by what the service really answers: the examples are written by the code that writes errors. */
export function problemResponse(problem: Problem, issuer: string, body: ErrorBody): ProblemResponse {
  const answers = Object.entries(problem.examples).map(
    ([name, thrown]) => [name, answer(problem, thrown(), issuer, body)] as const,
  );
  const sent = new Set(['x-request-id', ...answers.flatMap(([, { headers }]) => Object.keys(headers))]);
  return {
    description: problem.description,
    headers: Object.fromEntries(
      Object.entries(HEADERS)
        .filter(([header]) => sent.has(header))
        .map(([, [name, description]]) => [name, { description, schema: { type: 'string' } }]),
    ),
    content: {
      'application/json': {
        schema: { $ref: `#/components/schemas/${problem.oauth ? 'OAuthError' : 'Error'}` },
        examples: Object.fromEntries(answers.map(([name, { body: value }]) => [name, { value }])),
      },
    },
  };
}

function answer(problem: Problem, thrown: Error, issuer: string, body: ErrorBody): ErrorAnswer {
  const fault = faultOf(thrown);
  return problem.oauth
    ? oauthAnswer(fault, issuer)
    : apiAnswer(fault, issuer, body, '0b8f7a52-6a0f-4d3e-9f64-0f8b5b0a9a11');
}
