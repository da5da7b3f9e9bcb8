import { Injectable } from '@nestjs/common';
import { SYSTEM } from '../common/access/principal.js';
import { MANAGEMENT_SCOPES } from '../common/oauth/scope.js';
import { AppConfig } from '../config/app-config.js';
import { ResourceServersService } from '../resource-servers/resource-servers.service.js';
import { BUILT_IN_ROLES } from '../roles/built-in-roles.js';

/** The resource servers that every installation has. */
@Injectable()
export class BootstrapServers {
  constructor(
    private readonly config: AppConfig,
    private readonly servers: ResourceServersService,
  ) {}

  /** The ids of the management API and, if it is another, of DEFAULT_AUDIENCE; made, or moved to this issuer. */
  async ensure(): Promise<string[]> {
    const { managementAudience, defaultAudience, signingAlg } = this.config;
    const common = { scopes: MANAGEMENT_SCOPES, signingAlg };
    const management = await this.servers.ensureManagement(SYSTEM, {
      ...common,
      identifier: managementAudience,
      name: 'Management API',
      roleScopes: new Map(),
    });
    if (defaultAudience === managementAudience) return [management.id];
    const other = await this.servers.ensure(SYSTEM, {
      ...common,
      identifier: defaultAudience,
      name: defaultAudience,
      roleScopes: new Map(BUILT_IN_ROLES.map(({ name, scopes }) => [name, scopes])),
    });
    return [management.id, other.id];
  }
}
