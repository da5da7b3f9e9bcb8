import { type Service } from './service.js';

/** An answer, read. */
export interface Answer {
  status: number;
  headers: Headers;
  // Tests look into it; what is not there is undefined and fails them.
  body: any; // eslint-disable-line @typescript-eslint/no-explicit-any
}

/** Calls a service with JSON. @param token a bearer token, or null for none */
export async function callService(
  service: Pick<Service, 'base'>,
  token: string | null,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(service.base + path, {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
}
