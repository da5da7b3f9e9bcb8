import { Body, Controller, Headers, HttpCode, Post, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Public } from '../common/access/access.decorator.js';
import { OAuthError } from '../common/errors/oauth.error.js';
import { TokenEndpointService, type TokenResponse } from './token-endpoint.service.js';

/** The token endpoint over HTTP. */
@Controller('oauth/token')
export class TokenController {
  constructor(private readonly endpoint: TokenEndpointService) {}

  /** RFC 6749 §3.2: always POST; the query is not looked at. */
  @Public()
  @Post()
  @HttpCode(200)
  async token(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: Buffer | undefined,
    @Headers('content-type') contentType: string | undefined,
  ): Promise<TokenResponse> {
    const response = await this.endpoint.answer({
      contentType,
      body,
      authorization: onlyAuthorization(request),
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
