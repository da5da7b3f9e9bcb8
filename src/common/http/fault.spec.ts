import { BadRequestException, HttpException, NotFoundException, ServiceUnavailableException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../errors/domain.error.js';
import { OAuthError } from '../errors/oauth.error.js';
import { EdgeError } from './edge.error.js';
import { faultOf } from './fault.js';

describe('a fault', () => {
  it.each([
    [DomainError.invalid('x'), 400, 'BAD_REQUEST'],
    [DomainError.unauthenticated(null, 'x'), 401, 'UNAUTHORIZED'],
    [DomainError.forbidden('x'), 403, 'FORBIDDEN'],
    [DomainError.forbidden('x', { code: 'PLAN_NOT_ELIGIBLE' }), 403, 'PLAN_NOT_ELIGIBLE'],
    [DomainError.notFound(), 404, 'NOT_FOUND'],
    [DomainError.conflict('x'), 409, 'CONFLICT'],
    [DomainError.unavailable('x'), 503, 'UNAVAILABLE'],
    [OAuthError.invalidScope('x'), 400, 'BAD_REQUEST'],
    [OAuthError.invalidClient('x'), 401, 'UNAUTHORIZED'],
    [EdgeError.methodNotAllowed('GET'), 405, 'METHOD_NOT_ALLOWED'],
    [new NotFoundException('Cannot GET /x?secret'), 404, 'NOT_FOUND'],
    [new HttpException('x', 413), 413, 'PAYLOAD_TOO_LARGE'],
    [new HttpException('x', 414), 404, 'NOT_FOUND'],
    [new HttpException('x', 418), 400, 'BAD_REQUEST'],
    [new HttpException('x', 502), 500, 'INTERNAL'],
    [new HttpException('x', 200), 500, 'INTERNAL'],
    [Object.assign(new Error('aborted'), { statusCode: 400 }), 400, 'BAD_REQUEST'],
    [Object.assign(new Error('x'), { statusCode: 'nonsense' }), 500, 'INTERNAL'],
    [new Error('x'), 500, 'INTERNAL'],
    ['a string', 500, 'INTERNAL'],
    [undefined, 500, 'INTERNAL'],
  ])('of %s is %i %s', (thrown, status, code) => expect(faultOf(thrown)).toMatchObject({ status, code }));

  it('never makes a framework’s text public', () => {
    for (const thrown of [new BadRequestException('secret'), new HttpException('secret', 500), new Error('secret')]) {
      expect(faultOf(thrown).message).not.toContain('secret');
    }
  });

  it('keeps the internal detail and cause apart from the public text', () => {
    const cause = new Error('inside');
    const fault = faultOf(DomainError.unavailable('the pool is empty', { cause }));

    expect(fault).toMatchObject({ detail: 'the pool is empty', cause });
    expect(fault.message).not.toContain('pool');
  });

  it('always says when to come back', () => {
    expect(faultOf(new ServiceUnavailableException()).retryAfterSeconds).toBe(1);
    expect(faultOf(OAuthError.temporarilyUnavailable('x', 7)).retryAfterSeconds).toBe(7);
    expect(faultOf(DomainError.notFound()).retryAfterSeconds).toBeUndefined();
  });
});
