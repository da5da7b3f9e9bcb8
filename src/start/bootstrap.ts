import { Injectable } from '@nestjs/common';
import { AuditKey } from '../audit/audit-key.js';
import { Clock } from '../common/clock.js';
import { StartRefusal } from '../common/errors/start-refusal.js';
import { PinoLoggerService } from '../common/logging/pino-logger.service.js';
import { AppConfig } from '../config/app-config.js';
import { OwnerAccess } from '../database/owner-access.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { Cursors } from '../sealing/cursors.js';
import { Peppers } from '../sealing/peppers.js';
import { SealedSecretRepository } from '../sealing/sealed-secret.repository.js';
import { type OpenedSecret, SealedSecrets, type SecretPurpose } from '../sealing/sealed-secrets.service.js';
import { SealingError } from '../sealing/sealing.error.js';
import { LedgerRepository } from '../revocations/ledger.repository.js';
import { RoleRepository } from '../roles/role.repository.js';
import { type AdministratorLogin, AdministratorsService } from '../users/administrators.service.js';
import { BootstrapClient, type QuickstartClient } from './bootstrap-client.js';
import { BootstrapTenant } from './bootstrap-tenant.js';
import { BootstrapServers } from './bootstrap-servers.js';

/** Adds what an empty database lacks, and what an existing one lacks of this version; runs under the start's lock. */
@Injectable()
export class Bootstrap {
  /** Made by this process, if it made one. */
  quickstart: QuickstartClient | null = null;
  /** Made by this process, if it made one. */
  administrator: AdministratorLogin | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly owner: OwnerAccess,
    private readonly sealedSecrets: SealedSecrets,
    private readonly peppers: Peppers,
    private readonly auditKey: AuditKey,
    private readonly cursors: Cursors,
    private readonly signingKeys: SigningKeys,
    private readonly servers: BootstrapServers,
    private readonly tenant: BootstrapTenant,
    private readonly quickstartClient: BootstrapClient,
    private readonly administrators: AdministratorsService,
    private readonly logger: PinoLoggerService,
  ) {}

  /** @throws StartRefusal if KEY_ENCRYPTION_KEY does not open what is there; nothing is ever made in its place */
  async run(): Promise<void> {
    await this.open();
    await this.raiseLives();
    await this.owner.repository(RoleRepository).ensureBuiltIn(this.clock.date());
    const audiences = await this.servers.ensure();
    const { accountId, workspaceId } = await this.tenant.ensure();
    this.administrator = await this.administrators.ensureFirst(accountId);
    if (!(await this.administrators.canSignIn())) {
      this.logger.warn('No administrator has a password yet: npm run admin:setup prints a setup token', 'Startup');
    }
    if (this.config.production || workspaceId === null) return;
    this.quickstart = await this.quickstartClient.ensure({ id: workspaceId, accountId }, audiences);
  }

  /**
   * Opens what is sealed in the database, for the start and for commands.
   * @throws StartRefusal if KEY_ENCRYPTION_KEY does not open it
   */
  async open(): Promise<void> {
    try {
      await this.openSealed();
    } catch (error) {
      if (!(error instanceof SealingError)) throw error;
      throw new StartRefusal(
        'KEY_ENCRYPTION_KEY does not open what this database holds: give the key that sealed it.',
        {
          cause: error,
        },
      );
    }
  }

  /** A cut by any process must outlive what this one is going to mint. */
  private async raiseLives(): Promise<void> {
    const { accessTokenTtlSeconds: accessToken, loginTokenTtlSeconds: loginToken, staleGraceSeconds } = this.config;
    const lives = { accessToken, loginToken, staleGrace: staleGraceSeconds };
    await this.owner.repository(LedgerRepository).raiseLives(lives);
  }

  private async openSealed(): Promise<void> {
    const repository = this.owner.repository(SealedSecretRepository);
    const open = (purpose: SecretPurpose): Promise<OpenedSecret> =>
      this.sealedSecrets.ensure(repository, purpose, this.clock.date());
    this.peppers.load([await open('pepper')]);
    this.auditKey.load((await open('audit')).secret);
    this.cursors.load((await open('cursor')).secret);
    await this.signingKeys.checkSeals();
  }
}
