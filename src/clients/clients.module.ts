import { Module } from '@nestjs/common';
import { Descendants } from '../common/credential/descendants.js';
import { Sizes } from '../common/logging/sizes.js';
import { Janitor } from '../database/janitor.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { AccountClientsController } from './account-clients.controller.js';
import { ClientAuthenticator } from './client-authenticator.js';
import { ClientChangeService } from './client-change.service.js';
import { ClientController } from './client.controller.js';
import { ClientCreationService } from './client-creation.service.js';
import { ClientDeactivationController } from './client-deactivation.controller.js';
import { ClientDirectory } from './client-directory.js';
import { ClientFactory } from './client-factory.js';
import { ClientListService } from './client-list.service.js';
import { ClientRotationController } from './client-rotation.controller.js';
import { ClientRotationService } from './client-rotation.service.js';
import { ClientSecretFactory } from './client-secret-factory.js';
import { ClientSecretsController } from './client-secrets.controller.js';
import { ClientSecretsService } from './client-secrets.service.js';
import { ClientsService } from './clients.service.js';
import { CreationAnswer } from './creation-answer.js';
import { NoDescendants } from './no-descendants.js';
import { PlatformClientsController } from './platform-clients.controller.js';
import { RetiredSecretRepository } from './retired-secret.repository.js';
import { RotationAccess } from './rotation-access.js';
import { SecretUses } from './secret-uses.js';
import { WrongSecrets } from './wrong-secrets.js';
import { WorkspaceClientsController } from './workspace-clients.controller.js';

/** Clients, their secrets, and how they authenticate. */
@Module({
  imports: [WorkspacesModule],
  controllers: [
    PlatformClientsController,
    AccountClientsController,
    WorkspaceClientsController,
    ClientController,
    ClientRotationController,
    ClientSecretsController,
    ClientDeactivationController,
  ],
  providers: [
    ClientAuthenticator,
    ClientChangeService,
    ClientCreationService,
    ClientDirectory,
    ClientFactory,
    ClientListService,
    ClientRotationService,
    ClientSecretFactory,
    ClientSecretsService,
    ClientsService,
    CreationAnswer,
    RotationAccess,
    SecretUses,
    WrongSecrets,
    { provide: Descendants, useClass: NoDescendants },
  ],
  exports: [
    ClientAuthenticator,
    ClientDirectory,
    ClientListService,
    ClientRotationService,
    ClientSecretsService,
    ClientsService,
    SecretUses,
    WrongSecrets,
  ],
})
export class ClientsModule {
  constructor(janitor: Janitor, sizes: Sizes, secretUses: SecretUses, wrongSecrets: WrongSecrets) {
    sizes.register('secretUses', () => secretUses.size);
    sizes.register('wrongSecrets', () => wrongSecrets.size);
    janitor.register((manager, now, limit) => new RetiredSecretRepository(manager).forget(now, limit));
  }
}
