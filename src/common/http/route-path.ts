import { type FastifyRequest } from 'fastify';

/**
 * The path of a request in one spelling, made of its route and its parameters. What stands in the request line may be
 * written in many ways, and may name another host (absolute-form, RFC 9112 §3.2.2).
 */
export function routePath({ routeOptions, params }: Pick<FastifyRequest, 'routeOptions' | 'params'>): string {
  const given = params as Readonly<Record<string, string>>;
  const segments = (routeOptions.url ?? '').split('/');
  return segments
    .map((part) => (part.startsWith(':') ? encodeURIComponent(given[part.slice(1)] ?? '') : part))
    .join('/');
}
