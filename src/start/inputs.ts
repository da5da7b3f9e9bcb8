import { type PinoLoggerService } from '../common/logging/pino-logger.service.js';
import { type AppConfig } from '../config/app-config.js';
import { StartRefusal } from '../common/errors/start-refusal.js';
import { DataDirInUseError } from '../database/embedded/data-dir-in-use.error.js';
import { DataDirLock } from '../database/embedded/data-dir-lock.js';
import { EmbeddedEngine } from '../database/embedded/embedded-engine.js';
import { runningEngineUrl } from '../database/embedded/running-engine.js';
import { DatabaseLocation } from '../database/location.js';
import { KeyEncryptionKeyFile } from '../sealing/key-encryption-key-file.js';
import { KeyEncryptionKeys } from '../sealing/key-encryption-keys.js';

/** What the application stands on, and how to give it back. */
export interface Inputs {
  location: DatabaseLocation;
  keyEncryptionKeys: KeyEncryptionKeys;
  release: () => Promise<void>;
}

/**
 * Finds PostgreSQL and the key-encryption key. The data directory is neither used nor locked where both are configured.
 * @throws EmbeddedEngineError, StartRefusal
 */
export async function openInputs(config: AppConfig, logger: PinoLoggerService): Promise<Inputs> {
  const { databaseUrl, databaseListenUrl, dataDir, keyEncryptionKeys } = config;
  const needsDirectory = databaseUrl === null || keyEncryptionKeys.length === 0;
  const lock = needsDirectory ? await DataDirLock.acquire(dataDir) : null;
  const keys = await keysOf(config, logger);
  const engine =
    databaseUrl === null
      ? await EmbeddedEngine.start({
          dataDir,
          log: (level, message) => logger[level === 'info' ? 'log' : level](message, 'Engine'),
        })
      : null;
  const url = engine?.url ?? databaseUrl ?? '';
  return {
    location: new DatabaseLocation(url, databaseListenUrl ?? url),
    keyEncryptionKeys: new KeyEncryptionKeys(keys),
    release: async () => {
      await engine?.stop();
      lock?.release();
    },
  };
}

/**
 * The same for a command, which may run beside the service: where that has the data directory, its engine is used as it
 * runs, and nothing is started or locked.
 * @throws EmbeddedEngineError, StartRefusal
 */
export async function openInputsBeside(config: AppConfig, logger: PinoLoggerService): Promise<Inputs> {
  try {
    return await openInputs(config, logger);
  } catch (error) {
    if (!(error instanceof DataDirInUseError)) throw error;
    const { databaseUrl, databaseListenUrl, dataDir } = config;
    const url = databaseUrl ?? runningEngineUrl(dataDir);
    if (url === null) throw new StartRefusal('The service that uses the data directory is not ready: try again.');
    return {
      location: new DatabaseLocation(url, databaseListenUrl ?? url),
      keyEncryptionKeys: new KeyEncryptionKeys(await keysOf(config, logger)),
      release: () => Promise.resolve(),
    };
  }
}

async function keysOf(
  { keyEncryptionKeys, dataDir }: AppConfig,
  logger: PinoLoggerService,
): Promise<readonly Buffer[]> {
  if (keyEncryptionKeys.length > 0) return keyEncryptionKeys;
  return [await new KeyEncryptionKeyFile(dataDir, (sentence) => logger.warn(sentence, 'Sealing')).readOrCreate()];
}
