import { Module } from '@nestjs/common';
import { ClientsModule } from '../clients/clients.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { RolesModule } from '../roles/roles.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessTokenVerifier } from './access-token-verifier.js';
import { JwtFormat } from './formats/jwt.format.js';
import { TokenAuthenticator } from './token-authenticator.js';

/** How access tokens are written and verified. */
@Module({
  imports: [ClientsModule, KeysModule, RolesModule, UsersModule],
  providers: [AccessTokenVerifier, JwtFormat, TokenAuthenticator],
  exports: [JwtFormat, TokenAuthenticator],
})
export class TokensModule {}
