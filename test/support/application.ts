import 'reflect-metadata';
import { type INestApplicationContext, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app.module.js';
import { createLogger } from '../../src/common/logging/logger.js';
import { PinoLoggerService } from '../../src/common/logging/pino-logger.service.js';
import { AppConfig } from '../../src/config/app-config.js';
import { DatabaseLocation } from '../../src/database/location.js';
import { KeyEncryptionKeys } from '../../src/sealing/key-encryption-keys.js';
import { Startup } from '../../src/start/startup.js';
import { TEST_KEY } from './service.js';

/** The application without HTTP on a test's database, to make tenants and clients by its own services. */
export async function application(
  url: string,
  environment: Record<string, string> = {},
): Promise<{ app: INestApplicationContext; close: () => Promise<void> }> {
  const config = AppConfig.fromEnvironment({ DATABASE_URL: url, KEY_ENCRYPTION_KEY: TEST_KEY, ...environment });
  const logger = new PinoLoggerService(createLogger('error'));
  const options: Pick<NestApplicationOptions, 'logger'> = { logger };
  const app = await NestFactory.createApplicationContext(
    AppModule.with({
      config,
      logger,
      location: new DatabaseLocation(url, url),
      keyEncryptionKeys: new KeyEncryptionKeys(config.keyEncryptionKeys),
    }),
    options,
  );
  const close = async (): Promise<void> => {
    await app.get(Startup).stop();
    await app.close();
  };
  try {
    await app.get(Startup).run();
  } catch (error) {
    await close();
    throw error;
  }
  return { app, close };
}
