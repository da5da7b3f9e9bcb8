// Runs a command of the service by its name, built first if it is stale: node scripts/command.mjs <name>
import { buildIfStale } from './build-if-stale.mjs';

const [, , name] = process.argv;

try {
  await buildIfStale();
  await import(`../dist/commands/${name}.js`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
