// A service that has an embedded engine and nothing else: node engine-service.fixture.mjs <data directory> [PATH [password file]]
// Says one line of JSON for each thing that happens, and stops when its standard input closes.
import { EmbeddedEngine } from '../../dist/database/embedded/embedded-engine.js';

const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const [dataDir, path, passwordFile] = process.argv.slice(2);

try {
  const log = (level, message) => say({ level, message });
  const engine = await EmbeddedEngine.start({ dataDir, path, passwordFile, durable: false, log });
  say({ url: engine.url });
  process.stdin.resume().once('end', async () => {
    await engine.stop();
    say({ stopped: true });
  });
} catch (error) {
  say({ error: error.name, message: error.message });
  process.exitCode = 3;
}
