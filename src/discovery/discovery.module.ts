import { Module } from '@nestjs/common';
import { KeysModule } from '../keys/keys.module.js';
import { ResourceServersModule } from '../resource-servers/resource-servers.module.js';
import { JwksController } from './jwks.controller.js';
import { MetadataController } from './metadata.controller.js';
import { PublishedKeysService } from './published-keys.js';

/** What the server tells everybody: keys and metadata. */
@Module({
  imports: [KeysModule, ResourceServersModule],
  controllers: [JwksController, MetadataController],
  providers: [PublishedKeysService],
})
export class DiscoveryModule {}
