import { Injectable } from '@nestjs/common';
import { ClientListService } from '../clients/client-list.service.js';
import { ClientsService } from '../clients/clients.service.js';
import { SYSTEM } from '../common/access/principal.js';
import { AppConfig } from '../config/app-config.js';

/** The four values of a client that was just made, to be shown once. */
export interface QuickstartClient {
  clientId: string;
  clientSecret: string;
  audience: string;
  tokenUrl: string;
}

/** The client that a newcomer begins with; never in production. */
@Injectable()
export class BootstrapClient {
  constructor(
    private readonly config: AppConfig,
    private readonly clients: ClientsService,
    private readonly list: ClientListService,
  ) {}

  /**
   * Makes it, unless the workspace has or had a client.
   * @param audiences ids of resource servers, the default first
   * @returns its values, or null where none was made
   */
  async ensure(
    workspace: { id: string; accountId: string },
    audiences: readonly string[],
  ): Promise<QuickstartClient | null> {
    if ((await this.list.ofWorkspace(SYSTEM, workspace.id, { after: null, limit: 1 })).length > 0) return null;
    const { client, secret } = await this.clients.create(SYSTEM, {
      name: 'Quickstart',
      role: 'workspace_admin',
      owner: { level: 'workspace', accountId: workspace.accountId, workspaceId: workspace.id },
      audiences,
      defaultAudience: audiences[0] ?? null,
    });
    const { managementAudience: audience, baseUrl } = this.config;
    return { clientId: client.id, clientSecret: secret, audience, tokenUrl: `${baseUrl}/oauth/token` };
  }
}
