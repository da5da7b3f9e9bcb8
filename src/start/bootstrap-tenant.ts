import { Injectable } from '@nestjs/common';
import { SYSTEM } from '../common/access/principal.js';
import { AppConfig } from '../config/app-config.js';
import { AccountsService } from '../workspaces/accounts.service.js';
import { WorkspacesService } from '../workspaces/workspaces.service.js';

/** The account and workspace of the first start. */
@Injectable()
export class BootstrapTenant {
  constructor(
    private readonly config: AppConfig,
    private readonly accounts: AccountsService,
    private readonly workspaces: WorkspacesService,
  ) {}

  /**
   * The bootstrap account and its first workspace, made if they never were; a start that died half-way is healed.
   * @returns null for the workspace if it was deleted since
   */
  async ensure(): Promise<{ accountId: string; workspaceId: string | null }> {
    const { adminAccountName: name, adminWorkspaceSlug: slug } = this.config;
    const account =
      (await this.accounts.findFirst(SYSTEM)) ??
      (await this.accounts.create(SYSTEM, { name, plan: 'enterprise' })).object;
    const first = await this.workspaces.findFirst(SYSTEM, account.id);
    if (first) return { accountId: account.id, workspaceId: first.endedAt === null ? first.id : null };
    const made = await this.workspaces.create(SYSTEM, { accountId: account.id, name: slug, slug });
    return { accountId: account.id, workspaceId: made.object.id };
  }
}
