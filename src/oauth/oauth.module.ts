import { Module } from '@nestjs/common';
import { ClientsModule } from '../clients/clients.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { ResourceServersModule } from '../resource-servers/resource-servers.module.js';
import { RolesModule } from '../roles/roles.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { AuthorizationContext } from './authorization-context.js';
import { RefusedClients } from './refused-clients.js';
import { TokenController } from './token.controller.js';
import { TokenEndpointService } from './token-endpoint.service.js';

/** The OAuth endpoints. */
@Module({
  imports: [ClientsModule, KeysModule, ResourceServersModule, RolesModule, TokensModule],
  controllers: [TokenController],
  providers: [AuthorizationContext, RefusedClients, TokenEndpointService],
  exports: [RefusedClients],
})
export class OAuthModule {}
