import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src');
const target = join(root, 'dist');
const stampFile = join(target, '.stamp');

/**
 * Builds `dist/` from `src/` without looking at types, unless it is up to date or there is no `src/`.
 *
 * @returns {Promise<boolean>} whether something was built
 * @throws {Error} with one sentence, if there is no builder, or with the compiler's words
 */
export async function buildIfStale() {
  if (!existsSync(source)) return false;
  const inputs = listInputs();
  const stamp = fingerprint(inputs);
  if (isBuilt(stamp) || isBuiltByHand(inputs)) return false;
  await build(stamp);
  return true;
}

function listInputs() {
  const sources = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .sort()
    .map((name) => join('src', name));
  return [...sources, 'package-lock.json', '.swcrc'].filter((name) => existsSync(join(root, name)));
}

/** Of names and contents, not of times: a copy of the tree is as fresh as the tree, and a removed file counts. */
function fingerprint(inputs) {
  const hash = createHash('sha256');
  for (const name of inputs)
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(root, name)))
      .update('\0');
  return hash.digest('hex');
}

function isBuilt(stamp) {
  try {
    return readFileSync(stampFile, 'utf8') === stamp;
  } catch {
    return false;
  }
}

/** Whether `npm run build`, which leaves no stamp, ran after the last change. */
function isBuiltByHand(inputs) {
  const main = statSync(join(target, 'main.js'), { throwIfNoEntry: false });
  if (!main || existsSync(stampFile)) return false;
  return inputs.every((name) => statSync(join(root, name)).mtimeMs < main.mtimeMs);
}

async function build(stamp) {
  const swc = findBuilder();
  // A place of its own, moved to dist/ when it is complete: two builds at once do not mix, and what was built from a
  // source file that is gone does not survive.
  const draft = mkdtempSync(join(root, '.dist-'));
  const fresh = join(draft, 'dist');
  try {
    const args = [swc, 'src', '-d', fresh, '--strip-leading-paths', '--config-file', '.swcrc', '--quiet'];
    await promisify(execFile)(process.execPath, args, { cwd: root });
    writeFileSync(join(fresh, '.stamp'), stamp);
    replaceTarget(fresh, draft, stamp);
  } catch (error) {
    // What follows the compiler's finding is a trace of the compiler itself.
    const [finding] = String(error.stderr || error.message).split(/\n\s*(?:Caused by|Stack backtrace):/);
    throw new Error(`Claviger could not be built: ${finding.trim()}`, { cause: error });
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function replaceTarget(fresh, draft, stamp) {
  for (let attempt = 1; !isBuilt(stamp); attempt += 1) {
    try {
      if (existsSync(target)) renameSync(target, join(mkdtempSync(join(draft, 'old-')), 'dist'));
      renameSync(fresh, target);
    } catch (error) {
      // Another build came between the two steps: if it was of the same sources it will do, otherwise it goes.
      if (attempt === 5) throw error;
    }
  }
}

function findBuilder() {
  try {
    const require = createRequire(import.meta.url);
    require.resolve('@swc/core');
    return join(dirname(require.resolve('@swc/cli/package.json')), 'bin', 'swc.js');
  } catch (error) {
    const cure = 'run npm ci with the development dependencies, or bring a built dist/ and no src/';
    throw new Error(`Claviger must be built, and its builder, @swc/cli, is not installed: ${cure}.`, { cause: error });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  buildIfStale().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
