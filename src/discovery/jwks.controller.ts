import { Controller, Get, Headers, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { Public } from '../common/access/access.decorator.js';
import { matchesEtag } from '../common/http/etag.js';
import { AppConfig } from '../config/app-config.js';
import { PublishedKeysService } from './published-keys.js';

/** The public keys, for resource servers that verify offline. */
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
  @Get()
  async jwks(@Headers('if-none-match') ifNoneMatch: string | undefined, @Res() reply: FastifyReply): Promise<void> {
    const { body, etag } = await this.keys.current();
    void reply.headers({ ...this.headers, etag });
    if (matchesEtag(ifNoneMatch, etag)) await reply.code(304).send();
    else await reply.send(body);
  }
}
