import { Module } from '@nestjs/common';
import { AccountsService } from './accounts.service.js';
import { Tenants } from './tenants.js';
import { WorkspaceController } from './workspace.controller.js';
import { WorkspacesService } from './workspaces.service.js';

/** Accounts and workspaces. */
@Module({
  controllers: [WorkspaceController],
  providers: [AccountsService, Tenants, WorkspacesService],
  exports: [AccountsService, Tenants, WorkspacesService],
})
export class WorkspacesModule {}
