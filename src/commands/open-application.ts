import 'reflect-metadata';
import { type INestApplicationContext, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { AppModule } from '../app.module.js';
import { StartRefusal } from '../common/errors/start-refusal.js';
import { createLogger } from '../common/logging/logger.js';
import { PinoLoggerService } from '../common/logging/pino-logger.service.js';
import { AppConfig } from '../config/app-config.js';
import { ConfigurationError } from '../config/configuration.error.js';
import { EmbeddedEngineError } from '../database/embedded/embedded-engine.error.js';
import { Migrator } from '../database/migrator.js';
import { isAway } from '../database/pg-error.js';
import { Bootstrap } from '../start/bootstrap.js';
import { openInputsBeside } from '../start/inputs.js';

/**
 * Runs a command of the operator's: the application without HTTP, on the service's database, beside a running service or
 * without one. Nothing is migrated and nothing of the start is done: a command that is run with another ISSUER, say,
 * must change nothing but what it is for.
 * @param work its end is the command's end; a StartRefusal is told as it is
 */
export async function runCommand(work: (app: INestApplicationContext) => Promise<void>): Promise<void> {
  try {
    await withApplication(work);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${sentenceOf(error)}\n`);
  }
}

async function withApplication(work: (app: INestApplicationContext) => Promise<void>): Promise<void> {
  const config = AppConfig.fromEnvironment(process.env);
  // Standard output is the command's.
  const logger = new PinoLoggerService(createLogger('error', process.stderr));
  const { location, keyEncryptionKeys, release } = await openInputsBeside(config, logger);
  try {
    const options: Pick<NestApplicationOptions, 'logger' | 'abortOnError'> = { logger, abortOnError: false };
    const app = await NestFactory.createApplicationContext(
      AppModule.with({ config, logger, location, keyEncryptionKeys }),
      options,
    );
    const dataSource = app.get(DataSource);
    try {
      await dataSource.initialize();
      if (!(await app.get(Migrator).isCurrent())) {
        throw new StartRefusal('The database is not of this version: start the service of this version first.');
      }
      await app.get(Bootstrap).open();
      await work(app);
    } finally {
      if (dataSource.isInitialized) await dataSource.destroy();
      await app.close();
    }
  } finally {
    await release();
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof ConfigurationError) return `Configuration:\n  ${error.faults.join('\n  ')}`;
  if (error instanceof StartRefusal || error instanceof EmbeddedEngineError) return error.message;
  if (isAway(error)) return 'PostgreSQL cannot be reached.';
  return error instanceof Error ? (error.stack ?? error.message) : 'unknown fault';
}
