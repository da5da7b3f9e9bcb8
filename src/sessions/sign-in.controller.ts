import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Authenticated, MaybeAuthenticated, Public } from '../common/access/access.decorator.js';
import { CurrentPrincipal, MaybePrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { WithoutBody } from '../common/http/without-body.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { type Attempt, SignInLimits } from '../rate-limit/sign-in-limits.js';
import { PasswordsService } from '../users/passwords.service.js';
import { type LoginRequest, loginRequest } from './dto/login.request.js';
import { type LoginResponse, loginResponse } from './dto/login.response.js';
import { type PasswordRequest, passwordRequest } from './dto/password.request.js';
import { LoginService } from './login.service.js';
import { LogoutService } from './logout.service.js';

/** How people sign in and set their passwords, and how a token ends. */
@ApiTags('Signing in')
@Controller('auth')
export class SignInController {
  constructor(
    private readonly logins: LoginService,
    private readonly logouts: LogoutService,
    private readonly passwords: PasswordsService,
    private readonly limits: SignInLimits,
  ) {}

  /** By name and password. */
  @Public()
  @Operation({
    id: 'signIn',
    summary: 'Signs a person in',
    description:
      'An address that is known in several accounts needs `account_id`; without it, the password is tried against at ' +
      'most five of them and must fit exactly one. Wrong credentials are one answer for every reason.',
    response: loginResponse,
    headers: { 'Cache-Control': '`no-store`' },
    problems: ['BadRequest', 'InvalidCredentials', 'HttpsRequired', 'TooMany', 'Internal', 'Unavailable'],
  })
  @Post('login')
  @HttpCode(200)
  login(
    @Body({ schema: loginRequest }) { username, password, account_id: accountId }: LoginRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoginResponse> {
    // RFC 6749 §5.1
    void reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' });
    return this.logins.signIn({ username, password, accountId: accountId ?? null }, callerOf(request));
  }

  /** By a setup token, or by the present password. */
  @MaybeAuthenticated()
  @Operation({
    id: 'setPassword',
    summary: 'Sets a password, and ends the person’s tokens',
    description: 'A setup token works once and for 24 hours. Another password needs the person’s token, too.',
    status: 204,
    problems: ['BadRequest', 'InvalidCredentials', 'Forbidden', 'TooMany', 'Internal', 'Unavailable'],
  })
  @Post('password')
  @HttpCode(204)
  async setPassword(
    @MaybePrincipal() person: Principal | null,
    @Body({ schema: passwordRequest }) body: PasswordRequest,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const caller = callerOf(request);
    if ('setupToken' in body) {
      const origin = { address: caller.address, requestId: request.id };
      return this.limits.run({ ...caller, name: body.setupToken }, (turn) =>
        this.passwords.setUp(body.setupToken, body.password, origin, turn),
      );
    }
    if (!person) throw DomainError.unauthenticated(null, 'no bearer credential');
    const { currentPassword, newPassword } = body;
    return this.limits.run({ ...caller, name: person.id }, (turn) =>
      this.passwords.change(person, currentPassword, newPassword, turn),
    );
  }

  /** Whosever token it is. */
  @Authenticated()
  @Operation({
    id: 'signOut',
    summary: 'Ends the token that is shown',
    description:
      'Other tokens of the same principal live on. A thousand may be ended so before the first of them expires.',
    status: 204,
    problems: ['TooMany'],
  })
  @WithoutBody()
  @Post('logout')
  @HttpCode(204)
  async logout(@CurrentPrincipal() principal: Principal): Promise<void> {
    await this.logouts.end(principal);
  }
}

/** Where an attempt comes from. */
function callerOf({ ip: address, raw: { socket } }: FastifyRequest): Omit<Attempt, 'name'> {
  return { address, abandoned: () => socket.destroyed };
}
