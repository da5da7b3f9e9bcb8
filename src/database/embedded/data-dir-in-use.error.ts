import { EmbeddedEngineError } from './embedded-engine.error.js';

/** Another running process holds the data directory. */
export class DataDirInUseError extends EmbeddedEngineError {
  override readonly name = 'DataDirInUseError';
}
