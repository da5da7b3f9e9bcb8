import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfStale } from '../../scripts/build-if-stale.mjs';

/**
 * Starts one PostgreSQL for the run, however many projects ask for it, and hands its URL to the workers in
 * CLAVIGER_TEST_DATABASE_URL. With TEST_DATABASE_URL set, that server is used instead: its login needs CREATEDB and
 * CREATEROLE and should not be a superuser.
 */
export default async function globalSetup() {
  globalThis.clavigerTestServer ??= { users: 0, started: start() };
  globalThis.clavigerTestServer.users += 1;
  process.env.CLAVIGER_TEST_DATABASE_URL = (await globalThis.clavigerTestServer.started).url;
}

async function start() {
  await buildIfStale();
  const url = process.env.TEST_DATABASE_URL;
  if (url) return { url, stop: async () => undefined };

  const { EmbeddedEngine } = await import('../../dist/database/embedded/embedded-engine.js');
  const dataDir = await mkdtemp(join(tmpdir(), 'claviger-test-'));
  const log = (level, message) => {
    if (level !== 'info') process.stderr.write(`${message}\n`);
  };
  // If Jest is killed, the engine's watchdog ends it.
  const engine = await EmbeddedEngine.start({ dataDir, durable: false, log });
  const stop = async () => {
    await engine.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { url: engine.url, stop };
}
