import { Controller, Get, Header } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AUTHENTICATION_METHODS } from '../clients/authentication/index.js';
import { Public } from '../common/access/access.decorator.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { AppConfig } from '../config/app-config.js';
import { GRANTS } from '../oauth/grants/index.js';
import {
  type Metadata,
  metadataResponse,
  type OpenIdMetadata,
  openidMetadataResponse,
} from './dto/metadata.response.js';
import { PublishedKeysService } from './published-keys.js';

const CACHEABLE = { 'Cache-Control': 'How long it may be kept', 'Access-Control-Allow-Origin': '`*`' };

/** What this server is and can do, computed from the registries: an advertised thing works and a working thing is advertised. */
@ApiTags('Discovery')
@Controller('.well-known')
export class MetadataController {
  private readonly metadata: Metadata;

  constructor(
    config: AppConfig,
    private readonly keys: PublishedKeysService,
  ) {
    this.metadata = Object.freeze({
      issuer: config.issuer,
      token_endpoint: `${config.baseUrl}/oauth/token`,
      jwks_uri: `${config.baseUrl}/.well-known/jwks.json`,
      grant_types_supported: GRANTS.map(({ grantType }) => grantType),
      token_endpoint_auth_methods_supported: AUTHENTICATION_METHODS.map(({ name }) => name),
    });
  }

  /** RFC 8414 §3. */
  @Public()
  @Operation({
    id: 'getAuthorizationServerMetadata',
    summary: 'What the server is and can do',
    response: metadataResponse,
    headers: CACHEABLE,
    problems: ['HttpsRequired', 'Internal'],
  })
  @Get('oauth-authorization-server')
  @Header('access-control-allow-origin', '*')
  @Header('cache-control', 'public, max-age=300')
  oauth(): Metadata {
    return this.metadata;
  }

  /** OpenID Connect Discovery 1.0 §4. */
  @Public()
  @Operation({
    id: 'getOpenIdConfiguration',
    summary: "The same, for OpenID Connect's parsers",
    response: openidMetadataResponse,
    headers: CACHEABLE,
    problems: ['HttpsRequired', 'Internal', 'Unavailable'],
  })
  @Get('openid-configuration')
  @Header('access-control-allow-origin', '*')
  @Header('cache-control', 'public, max-age=300')
  async openid(): Promise<OpenIdMetadata> {
    const { algs } = await this.keys.current();
    return {
      ...this.metadata,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [...algs],
    };
  }
}
