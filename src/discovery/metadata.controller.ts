import { Controller, Get, Header } from '@nestjs/common';
import { AUTHENTICATION_METHODS } from '../clients/authentication/index.js';
import { Public } from '../common/access/access.decorator.js';
import { AppConfig } from '../config/app-config.js';
import { GRANTS } from '../oauth/grants/index.js';
import { PublishedKeysService } from './published-keys.js';

/** Authorization server metadata (RFC 8414 §2), without members that would have to be empty. */
interface Metadata {
  issuer: string;
  token_endpoint: string;
  jwks_uri: string;
  grant_types_supported: string[];
  token_endpoint_auth_methods_supported: string[];
}

/** The same for OpenID Connect's parsers, which refuse it without these two. No ID token is ever issued. */
interface OpenIdMetadata extends Metadata {
  subject_types_supported: string[];
  id_token_signing_alg_values_supported: string[];
}

/** What this server is and can do, computed from the registries: an advertised thing works and a working thing is advertised. */
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
  @Get('oauth-authorization-server')
  @Header('access-control-allow-origin', '*')
  @Header('cache-control', 'public, max-age=300')
  oauth(): Metadata {
    return this.metadata;
  }

  /** OpenID Connect Discovery 1.0 §4. */
  @Public()
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
