import { type IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-http-bearer';
import { TokenAuthenticator, type VerifiedToken } from '../tokens/token-authenticator.js';

/** Passport's bearer strategy: hands the token to the one home of verification. */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor(private readonly tokens: TokenAuthenticator) {
    super();
  }

  /** The strategy would take a token from the body or the query, too (RFC 6750 §2.2, §2.3): it sees the header alone. */
  override authenticate({ headers: { authorization } }: Pick<IncomingMessage, 'headers'>): void {
    super.authenticate({ headers: { authorization } } as never);
  }

  /** @throws DomainError `unauthenticated`, which the guard hands on as it is */
  validate(token: string): Promise<VerifiedToken> {
    return this.tokens.verify(token);
  }
}
