import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Observations } from '../audit/observations.js';
import { StartRefusal } from '../common/errors/start-refusal.js';
import { PinoLoggerService } from '../common/logging/pino-logger.service.js';
import { Janitor } from '../database/janitor.js';
import { Memory } from '../database/feed/memory.js';
import { Watcher } from '../database/feed/watcher.js';
import { Migrator } from '../database/migrator.js';
import { pgCode } from '../database/pg-error.js';
import { StartState } from '../health/start-state.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { Bootstrap } from './bootstrap.js';
import { Weaknesses } from './weaknesses.js';

const RETRY_MS = 500;

/** Faults that no waiting mends, by SQLSTATE. */
const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'PostgreSQL refuses the password in DATABASE_URL.',
  '28000': 'PostgreSQL refuses the login in DATABASE_URL.',
  '3D000': 'The database that DATABASE_URL names does not exist.',
  '42501': 'The login in DATABASE_URL lacks a right that migrations need: let it own the database.',
};

/** From a listening process to one that is ready: a database that is away is waited for. */
@Injectable()
export class Startup {
  private stopped = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly migrator: Migrator,
    private readonly bootstrap: Bootstrap,
    private readonly watcher: Watcher,
    private readonly memory: Memory,
    private readonly signingKeys: SigningKeys,
    private readonly janitor: Janitor,
    private readonly observations: Observations,
    private readonly weaknesses: Weaknesses,
    private readonly state: StartState,
    private readonly logger: PinoLoggerService,
  ) {}

  /**
   * Resolves when a token request can be answered.
   * @throws StartRefusal for a fault of configuration
   */
  async run(): Promise<void> {
    let told = '';
    while (!this.isStopped()) {
      try {
        await this.once();
        return;
      } catch (error) {
        const refusal = REFUSALS[pgCode(error) ?? ''];
        if (refusal !== undefined) throw new StartRefusal(refusal, { cause: error });
        if (error instanceof StartRefusal) throw error;
        const reason = pgCode(error) ?? (error instanceof Error ? error.message : 'unknown');
        if (reason !== told) this.logger.warn(`PostgreSQL cannot be used yet (${reason}); trying again`, 'Startup');
        told = reason;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Ends watching and the pool. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.watcher.stop();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async once(): Promise<void> {
    if (!this.dataSource.isInitialized) await this.dataSource.initialize();
    await this.migrator.run(() => this.bootstrap.run());
    this.state.migrated = true;
    await this.watcher.start();
    await this.memory.decide(() => this.signingKeys.ring());
    await this.weaknesses.tell();
    this.state.loaded = true;
    this.janitor.start();
    this.observations.start();
  }

  private isStopped(): boolean {
    return this.stopped;
  }
}
