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

  /** The bootstrap workspace, made with its account if it is missing. */
  async ensure(): Promise<{ id: string; accountId: string }> {
    const { adminAccountName: name, adminWorkspaceSlug: slug } = this.config;
    const account =
      (await this.accounts.findFirst(SYSTEM)) ?? (await this.accounts.create(SYSTEM, { name, plan: 'enterprise' }));
    const workspace =
      (await this.workspaces.findBySlug(SYSTEM, account.id, slug)) ??
      (await this.workspaces.create(SYSTEM, { accountId: account.id, name: slug, slug }));
    return { id: workspace.id, accountId: account.id };
  }
}
