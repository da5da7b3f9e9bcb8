import { Module } from '@nestjs/common';
import { KeysModule } from '../keys/keys.module.js';
import { ResourceServers } from './resource-servers.js';
import { ResourceServersService } from './resource-servers.service.js';

/** Resource servers. */
@Module({
  imports: [KeysModule],
  providers: [ResourceServers, ResourceServersService],
  exports: [ResourceServers, ResourceServersService],
})
export class ResourceServersModule {}
