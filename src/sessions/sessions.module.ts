import { Module } from '@nestjs/common';
import { KeysModule } from '../keys/keys.module.js';
import { ResourceServersModule } from '../resource-servers/resource-servers.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { UsersModule } from '../users/users.module.js';
import { LoginService } from './login.service.js';
import { LogoutService } from './logout.service.js';
import { SignInController } from './sign-in.controller.js';

/** Signing in and out. */
@Module({
  imports: [KeysModule, ResourceServersModule, TokensModule, UsersModule],
  controllers: [SignInController],
  providers: [LoginService, LogoutService],
})
export class SessionsModule {}
