import {
  chmodSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { EmbeddedEngineError } from './embedded-engine.error.js';
import { findInstallation } from './engine-binaries.js';
import { type EngineHome, SHARED_HOME } from './engine-home.js';
import { EngineUser } from './engine-user.js';

const EXE = process.platform === 'win32' ? '.exe' : '';

/** Which programs an engine runs, as whom, and on which directory: chosen once, so that all three fit together. */
export class EngineSite {
  private constructor(
    readonly user: EngineUser,
    readonly bin: string,
    readonly major: number,
    /** PostgreSQL's data directory; it may not exist yet. */
    readonly cluster: string,
    /** An empty directory to make a new cluster in; undefined if there is one already. */
    readonly staging: string | undefined,
  ) {}

  /**
   * @param path where to look for programs
   * @param passwordFile where to look for accounts
   * @throws EmbeddedEngineError if no programs run, or no user may run them on this directory
   */
  static async choose(home: EngineHome, path?: string, passwordFile?: string): Promise<EngineSite> {
    const { bin, major } = await findInstallation(home.clusterMajor(), path);
    const users = await usableUsers(home.cluster, path, passwordFile);
    for (const user of users) {
      const site = (await user.mayRun(bin)) ? await EngineSite.at(home.cluster, user, bin, major) : undefined;
      if (site) return site;
    }
    const foreign = users.find((user) => user.foreign);
    const site = foreign && (await EngineSite.elsewhere(home, foreign, bin, major));
    if (!site) throw EmbeddedEngineError.because(closed(home, users));
    return site;
  }

  get postgres(): string {
    return join(this.bin, `postgres${EXE}`);
  }

  get initdb(): string {
    return join(this.bin, `initdb${EXE}`);
  }

  get pgCtl(): string {
    return join(this.bin, `pg_ctl${EXE}`);
  }

  /** Removes the empty directory that was made for a new cluster. */
  abandon(): void {
    if (this.staging !== undefined) rmSync(this.staging, { recursive: true, force: true });
  }

  /** @returns undefined, with nothing changed that matters, if the user may not work there */
  private static async at(
    cluster: string,
    user: EngineUser,
    bin: string,
    major: number,
  ): Promise<EngineSite | undefined> {
    const parent = dirname(cluster);
    if (!(await user.mayEnter(dirname(parent)))) return undefined;
    const staging = isEmpty(cluster) ? EngineSite.stage(cluster) : undefined;
    const site = new EngineSite(user, bin, major, cluster, staging);
    const workplace = staging ?? cluster;
    if (user.owner) own(workplace, user.owner);
    // The foreign user must pass through; what lies there beside the cluster has mode 0600.
    if (user.foreign) chmodSync(parent, 0o711);
    if (await user.mayWrite(workplace)) return site;
    site.abandon();
    return undefined;
  }

  /** The last resort: the programs, or new database files, or both, go where the foreign user may enter. */
  private static async elsewhere(
    home: EngineHome,
    user: EngineUser,
    bin: string,
    major: number,
  ): Promise<EngineSite | undefined> {
    mkdirSync(SHARED_HOME, { recursive: true, mode: 0o711 });
    const programs = (await user.mayRun(bin)) ? bin : copyPrograms(bin, major);
    const site = await EngineSite.at(home.cluster, user, programs, major);
    if (site || !isEmpty(home.cluster)) return site;
    return EngineSite.at(home.sharedCluster, user, programs, major);
  }

  /**
   * A new directory of a name of its own: a program of a service that died may still be writing in an older one, which
   * never held data, since a cluster is used only under its final name.
   */
  private static stage(cluster: string): string {
    const parent = dirname(cluster);
    const prefix = `${cluster.slice(parent.length + 1)}.new-`;
    for (const name of readdirSync(parent)) {
      if (name.startsWith(prefix)) rmSync(join(parent, name), { recursive: true, force: true, maxRetries: 3 });
    }
    const staging = join(parent, prefix + randomBytes(4).toString('hex'));
    mkdirSync(staging, { mode: 0o700 });
    return staging;
  }
}

/** The users that can be had here, first the one to whom the files belong: a change of owner is the last resort. */
async function usableUsers(cluster: string, path?: string, passwordFile?: string): Promise<EngineUser[]> {
  const usable: EngineUser[] = [];
  for (const user of EngineUser.candidates(path, passwordFile)) if (await user.works()) usable.push(user);
  const owner = existsSync(cluster) ? statSync(cluster).uid : undefined;
  return usable.sort((one, other) => Number(other.owner?.uid === owner) - Number(one.owner?.uid === owner));
}

function isEmpty(directory: string): boolean {
  try {
    return readdirSync(directory).length === 0;
  } catch (error) {
    // What may not be looked into may hold data.
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function closed(home: EngineHome, users: readonly EngineUser[]): string {
  if (users.length === 0) {
    return (
      'PostgreSQL does not run as root, and there is neither an account "postgres" to run it as nor a user namespace ' +
      'with an account to lend its name (run Claviger as another user, or make that account: useradd --system postgres)'
    );
  }
  const who = users.some((user) => user.owner) ? 'an unprivileged user' : 'the user who runs Claviger';
  return `${who} may not use ${home.cluster}, or may not run PostgreSQL's programs`;
}

/** Gives a directory and all in it to the engine's user, if an earlier start ran as another one. */
function own(directory: string, { uid, gid }: { uid: number; gid: number }): void {
  if (statSync(directory).uid === uid) return;
  for (const entry of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(directory, entry), uid, gid);
  }
  // Last, so that a change that was cut short is made again.
  lchownSync(directory, uid, gid);
}

function copyPrograms(bin: string, major: number): string {
  const target = join(SHARED_HOME, `programs-${major}-${statSync(join(bin, `postgres${EXE}`)).size}`);
  if (!existsSync(target)) {
    const draft = `${target}.${randomBytes(4).toString('hex')}`;
    cpSync(dirname(bin), draft, { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(draft, target);
    } catch {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  return join(target, 'bin');
}
