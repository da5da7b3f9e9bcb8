import { EngineHome } from './engine-home.js';
import { loginUrl } from './engine-login.js';
import { livePostmaster } from './postmaster-file.js';

/**
 * The connection string of the engine that a running service has on a data directory, for commands beside it.
 * @returns null where none runs, or not yet
 */
export function runningEngineUrl(dataDir: string): string | null {
  const home = new EngineHome(dataDir);
  const state = home.state();
  const engine = livePostmaster(home.cluster);
  return state && engine?.ready ? loginUrl(engine.port, state.password) : null;
}
