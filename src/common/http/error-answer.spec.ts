import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../errors/domain.error.js';
import { OAuthError } from '../errors/oauth.error.js';
import { EdgeError } from './edge.error.js';
import { apiAnswer, oauthAnswer } from './error-answer.js';
import { ERROR_BODIES } from './error-bodies/index.js';
import { faultOf } from './fault.js';

const ISSUER = 'https://h/t1';

describe('the answer of an OAuth endpoint', () => {
  const answer = (thrown: unknown): ReturnType<typeof oauthAnswer> => oauthAnswer(faultOf(thrown), ISSUER);

  it.each([
    [OAuthError.invalidTarget('x'), 400, 'invalid_target'],
    [DomainError.invalid('x'), 400, 'invalid_request'],
    [DomainError.conflict('x'), 400, 'invalid_request'],
    [DomainError.unauthenticated(null, 'x'), 401, 'invalid_client'],
    [EdgeError.httpsRequired(), 403, 'invalid_request'],
    [EdgeError.notFound(), 404, 'invalid_request'],
    [EdgeError.methodNotAllowed('POST'), 405, 'invalid_request'],
    [EdgeError.unsupportedMediaType('x'), 400, 'invalid_request'],
    [new Error('x'), 500, 'server_error'],
    [DomainError.unavailable('x'), 503, 'temporarily_unavailable'],
  ])('for %s is %i %s', (thrown, status, error) => {
    expect(answer(thrown)).toMatchObject({ status, body: { error } });
  });

  it('challenges with Basic on 401 and on nothing else', () => {
    expect(answer(OAuthError.invalidClient('x')).headers).toEqual({ 'www-authenticate': `Basic realm="${ISSUER}"` });
    expect(answer(DomainError.insufficientScope('x')).headers).toEqual({});
  });

  it('keeps what a description may not have out of it', () => {
    const { body } = answer(OAuthError.invalidRequest('a "b" \\ c\r\n\td é'));

    expect(body.error_description).toBe('a ?b? ? c???d ?');
  });

  it('tells no detail', () => {
    expect(JSON.stringify(answer(OAuthError.invalidClient('wrong secret')))).not.toContain('wrong');
  });
});

describe('the answer of everything else', () => {
  const answer = (thrown: unknown): ReturnType<typeof apiAnswer> =>
    apiAnswer(faultOf(thrown), ISSUER, ERROR_BODIES.standard, 'id');

  it('challenges with Bearer on 401, and on 403 only for a missing scope', () => {
    const challenge = (thrown: unknown): string | undefined => answer(thrown).headers['www-authenticate'];

    expect(challenge(DomainError.unauthenticated(null, 'x'))).toBe(`Bearer realm="${ISSUER}"`);
    expect(challenge(DomainError.unauthenticated('invalid_token', 'x'))).toMatch(/, error="invalid_token"$/);
    expect(challenge(DomainError.insufficientScope('admin'))).toMatch(/, error="insufficient_scope"$/);
    expect(challenge(DomainError.forbidden('x'))).toBeUndefined();
  });

  it('carries Allow and a Retry-After in whole seconds', () => {
    expect(answer(EdgeError.methodNotAllowed('GET, HEAD')).headers).toEqual({ allow: 'GET, HEAD' });
    expect(answer(DomainError.unavailable('x', { retryAfterSeconds: 1.2 })).headers).toEqual({ 'retry-after': '2' });
    expect(answer(DomainError.unavailable('x', { retryAfterSeconds: 0 })).headers).toEqual({ 'retry-after': '1' });
  });
});

describe.each(Object.entries(ERROR_BODIES))('the error body %s', (_name, body) => {
  const details = [{ path: 'a', message: 'b' }];

  it('says the public text and the details, and nothing of what is for the log', () => {
    const fault = { ...faultOf(DomainError.invalid('The input is wrong', details)), detail: 'inside', cause: 'inside' };
    const text = JSON.stringify(body.write(fault, 'id'));

    expect(text).toContain('The input is wrong');
    expect(text).toContain(JSON.stringify(details));
    expect(text).not.toContain('inside');
  });

  it('is what its schema says, and no more', () => {
    const written = body.write(faultOf(DomainError.invalid('The input is wrong', details)), 'id');

    // What the schema does not name, parsing drops.
    expect(body.schema.parse(written)).toEqual(written);
  });
});
