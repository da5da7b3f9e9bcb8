import { Module } from '@nestjs/common';
import { ClientsModule } from '../clients/clients.module.js';
import { HealthModule } from '../health/health.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { ResourceServersModule } from '../resource-servers/resource-servers.module.js';
import { UsersModule } from '../users/users.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { Bootstrap } from './bootstrap.js';
import { BootstrapClient } from './bootstrap-client.js';
import { BootstrapServers } from './bootstrap-servers.js';
import { BootstrapTenant } from './bootstrap-tenant.js';
import { Startup } from './startup.js';
import { Weaknesses } from './weaknesses.js';

/** The way from a process to a service. */
@Module({
  imports: [ClientsModule, HealthModule, KeysModule, ResourceServersModule, UsersModule, WorkspacesModule],
  providers: [Bootstrap, BootstrapClient, BootstrapServers, BootstrapTenant, Startup, Weaknesses],
  exports: [Bootstrap, Startup],
})
export class StartModule {}
