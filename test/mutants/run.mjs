// Plants the faults of faults.json (a place in the code, what stands there instead, and the nearest tests), one at a time, in a copy of what is committed, and runs the nearest tests on it.
// Every fault that no test notices is named, and ends the run with 1.   node test/mutants/run.mjs [part of a name]
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const part = process.argv[2] ?? '';
const faults = JSON.parse(readFileSync(new URL('faults.json', import.meta.url), 'utf8'));
const copy = mkdtempSync(join(tmpdir(), 'claviger-mutants-'));
const archive = execFileSync('git', ['archive', 'HEAD'], { maxBuffer: 1 << 28 });
execFileSync('tar', ['-x', '-C', copy], { input: archive });
symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));

const PROJECTS = ['unit', 'integration', 'e2e', 'security'];
function passes(tests) {
  const args = [
    'node_modules/jest/bin/jest.js',
    '--selectProjects',
    ...PROJECTS,
    '--bail',
    '--runTestsByPath',
    ...tests,
  ];
  const { status } = spawnSync(process.execPath, args, { cwd: copy, stdio: 'ignore', timeout: 300_000 });
  return status === 0;
}

const lived = [];
let killed = 0;
try {
  for (const { fault: name, file, changes, tests } of faults.filter(({ fault }) => fault.includes(part))) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    let faulty = text;
    for (const { from, to } of changes) {
      if (faulty.split(from).length !== 2) throw new Error(`${file} has not exactly one place for: ${name}`);
      faulty = faulty.replace(from, () => to);
    }
    writeFileSync(path, faulty);
    const started = Date.now();
    const survived = passes(tests);
    writeFileSync(path, text);
    if (survived) lived.push(name);
    else killed += 1;
    process.stdout.write(
      `${survived ? 'LIVED ' : 'killed'}  ${Math.round((Date.now() - started) / 1000)} s  ${name}\n`,
    );
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
process.stdout.write(`${killed} killed, ${lived.length} lived\n`);
process.exitCode = lived.length === 0 ? 0 : 1;
