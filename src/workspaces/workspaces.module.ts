import { Module } from '@nestjs/common';
import { AccountWorkspacesController } from './account-workspaces.controller.js';
import { AccountsController } from './accounts.controller.js';
import { AccountsService } from './accounts.service.js';
import { OwnAccountController } from './own-account.controller.js';
import { Tenants } from './tenants.js';
import { WorkspaceController } from './workspace.controller.js';
import { WorkspacesController } from './workspaces.controller.js';
import { WorkspacesService } from './workspaces.service.js';

/** Accounts and workspaces. */
@Module({
  controllers: [
    OwnAccountController,
    AccountsController,
    AccountWorkspacesController,
    WorkspaceController,
    WorkspacesController,
  ],
  providers: [AccountsService, Tenants, WorkspacesService],
  exports: [AccountsService, Tenants, WorkspacesService],
})
export class WorkspacesModule {}
