import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { OAuthModule } from '../oauth/oauth.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { AccessGuard } from './access.guard.js';
import { BearerStrategy } from './bearer.strategy.js';
import { ObjectOwners } from './object-owners.js';
import { RefusedObjects } from './refused-objects.js';
import { RefusedTokens } from './refused-tokens.js';
import { Refusals } from './refusals.js';
import { UsersModule } from '../users/users.module.js';
import { OnBehalfOf } from './on-behalf-of.js';
import { WhoamiController } from './whoami.controller.js';

/** The guard of every route. */
@Module({
  imports: [PassportModule.register({ session: false }), OAuthModule, TokensModule, UsersModule],
  controllers: [WhoamiController],
  providers: [
    BearerStrategy,
    ObjectOwners,
    OnBehalfOf,
    Refusals,
    RefusedObjects,
    RefusedTokens,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
})
export class AccessModule {}
