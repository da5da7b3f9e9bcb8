import { Module } from '@nestjs/common';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { ClientAuthenticator } from './client-authenticator.js';
import { ClientDirectory } from './client-directory.js';
import { ClientListService } from './client-list.service.js';
import { ClientsService } from './clients.service.js';
import { WorkspaceClientsController } from './workspace-clients.controller.js';

/** Clients, their secrets, and how they authenticate. */
@Module({
  imports: [WorkspacesModule],
  controllers: [WorkspaceClientsController],
  providers: [ClientAuthenticator, ClientDirectory, ClientListService, ClientsService],
  exports: [ClientAuthenticator, ClientDirectory, ClientListService, ClientsService],
})
export class ClientsModule {}
