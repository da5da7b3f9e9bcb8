import { type PinoLoggerService } from '../common/logging/pino-logger.service.js';
import { type AppConfig } from '../config/app-config.js';
import { DataDirLock } from '../database/embedded/data-dir-lock.js';
import { EmbeddedEngine } from '../database/embedded/embedded-engine.js';
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
  const keys =
    keyEncryptionKeys.length > 0
      ? keyEncryptionKeys
      : [await new KeyEncryptionKeyFile(dataDir, (sentence) => logger.warn(sentence, 'Sealing')).readOrCreate()];
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
