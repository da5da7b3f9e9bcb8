import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-http-bearer';
import { type Principal } from '../common/access/principal.js';
import { TokenAuthenticator } from '../tokens/token-authenticator.js';

/** Passport's bearer strategy: hands the token to the one home of verification. */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor(private readonly tokens: TokenAuthenticator) {
    super();
  }

  /** @throws DomainError `unauthenticated`, which the guard hands on as it is */
  validate(token: string): Promise<Principal> {
    return this.tokens.authenticate(token);
  }
}
