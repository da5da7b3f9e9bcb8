import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Public } from '../common/access/access.decorator.js';
import { matchesEtag } from '../common/http/etag.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { AppConfig } from '../config/app-config.js';
import { jwksResponse } from './dto/jwks.response.js';
import { PublishedKeysService } from './published-keys.js';

/** The public keys, for resource servers that verify offline. */
@ApiTags('Discovery')
@Controller('.well-known/jwks.json')
export class JwksController {
  private readonly headers: Readonly<Record<string, string>>;

  constructor(
    config: AppConfig,
    private readonly keys: PublishedKeysService,
  ) {
    this.headers = Object.freeze({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': `public, max-age=${config.jwksMaxAgeSeconds}`,
      'access-control-allow-origin': '*',
    });
  }

  /** RFC 7517 §5. */
  @Public()
  @Operation({
    id: 'getJwks',
    summary: 'The public keys that verify access tokens',
    response: jwksResponse,
    headers: {
      ETag: 'Names these keys, for `If-None-Match`',
      'Cache-Control': 'How long they may be kept',
      'Access-Control-Allow-Origin': '`*`',
    },
    problems: ['HttpsRequired', 'Internal', 'Unavailable'],
  })
  @ApiResponse({ status: 304, description: 'They are the ones that `If-None-Match` names' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'The ETag of an earlier answer' })
  @Get()
  async jwks(@Req() { headers }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { body, etag } = await this.keys.current();
    void reply.headers({ ...this.headers, etag });
    if (matchesEtag(headers['if-none-match'], etag)) await reply.code(304).send();
    else await reply.send(body);
  }
}
