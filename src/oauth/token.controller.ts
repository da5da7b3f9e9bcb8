import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Public, SECURITY_SCHEMES } from '../common/access/access.decorator.js';
import { OAuthError } from '../common/errors/oauth.error.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { type TokenResponse, tokenResponse } from './dto/token.response.js';
import { TokenEndpointService } from './token-endpoint.service.js';

/** The token endpoint over HTTP. */
@ApiTags('Tokens')
@Controller('oauth/token')
export class TokenController {
  constructor(private readonly endpoint: TokenEndpointService) {}

  /** RFC 6749 §3.2: always POST; the query is not looked at. */
  @Public()
  @Operation({
    id: 'issueToken',
    summary: 'A token for a client',
    description: 'The client authenticates with HTTP Basic, or with `client_id` and `client_secret` in the body.',
    response: tokenResponse,
    headers: { 'Cache-Control': '`no-store`' },
    problems: [
      'OAuthBadRequest',
      'OAuthUnauthorized',
      'OAuthHttpsRequired',
      'OAuthTooLarge',
      'OAuthInternal',
      'OAuthUnavailable',
    ],
  })
  @ApiSecurity(SECURITY_SCHEMES.clientSecret)
  @ApiSecurity({})
  @ApiConsumes('application/x-www-form-urlencoded', 'application/json')
  @ApiBody({
    schema: { $ref: '#/components/schemas/TokenRequest' },
    examples: { clientCredentials: { value: { grant_type: 'client_credentials' } } },
  })
  @Post()
  @HttpCode(200)
  async token(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: Buffer | undefined,
  ): Promise<TokenResponse> {
    const response = await this.endpoint.answer({
      contentType: request.headers['content-type'],
      body,
      authorization: onlyAuthorization(request),
      address: request.ip,
      abandoned: () => request.raw.socket.destroyed,
    });
    // RFC 6749 §5.1
    void reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' });
    return response;
  }
}

/** Node keeps the first of two `Authorization` headers and drops the second in silence (RFC 9110 §5.3 allows one). */
function onlyAuthorization(request: FastifyRequest): string | undefined {
  const values = request.raw.headersDistinct.authorization ?? [];
  if (values.length > 1) throw OAuthError.invalidRequest('The Authorization header is repeated');
  return values[0];
}
