import { Module } from '@nestjs/common';
import { RolesModule } from '../roles/roles.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { AccountUsersController } from './account-users.controller.js';
import { AdministratorsService } from './administrators.service.js';
import { PasswordAuthenticator } from './password-authenticator.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordsService } from './passwords.service.js';
import { SetupTokens } from './setup-tokens.js';
import { UserDirectory } from './user-directory.js';
import { UserReader } from './user-reader.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';

/** People, their passwords and setup tokens. */
@Module({
  imports: [RolesModule, WorkspacesModule],
  controllers: [AccountUsersController, UsersController],
  providers: [
    AdministratorsService,
    PasswordAuthenticator,
    PasswordHasher,
    PasswordsService,
    SetupTokens,
    UserDirectory,
    UserReader,
    UsersService,
  ],
  exports: [AdministratorsService, PasswordAuthenticator, PasswordsService, UserDirectory, UserReader, UsersService],
})
export class UsersModule {}
