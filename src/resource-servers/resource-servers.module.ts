import { Module } from '@nestjs/common';
import { KeysModule } from '../keys/keys.module.js';
import { ResourceServers } from './resource-servers.js';
import { ResourceServersController } from './resource-servers.controller.js';
import { ResourceServersService } from './resource-servers.service.js';
import { ServerAlgorithms } from './server-algorithms.js';

/** Resource servers. */
@Module({
  imports: [KeysModule],
  controllers: [ResourceServersController],
  providers: [ResourceServers, ResourceServersService, ServerAlgorithms],
  exports: [ResourceServers, ResourceServersService],
})
export class ResourceServersModule {}
