import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  chownSync,
  cpSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineService, eventually, query, runs } from '../support/engine-service.js';

const isRoot = process.getuid?.() === 0;
const unprivileged = 65534;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

jest.setTimeout(20_000);

describe('the embedded engine', () => {
  // Closed to others, with a space and an apostrophe: what holds here holds in any home.
  const home = mkdtempSync(join(tmpdir(), "claviger o'brien's data "));
  const template = join(home, 'template');
  let count = 0;
  const fresh = (): string => join(home, `d${(count += 1)}`);

  /** A data directory that an earlier service has used and left, with the table `kept` in it. */
  const used = (): string => {
    const dataDir = fresh();
    cpSync(template, dataDir, { recursive: true });
    // Node.js 24 copies no modes, and PostgreSQL insists on this one.
    chmodSync(join(dataDir, 'postgres'), 0o700);
    return dataDir;
  };

  beforeAll(async () => {
    const service = new EngineService(template);
    await query(await service.url(), 'CREATE TABLE kept AS SELECT 42 AS answer');
    await service.stop();
  });
  afterEach(() => EngineService.stopAll());
  afterAll(() => {
    rmSync(home, { recursive: true, force: true });
  });

  it('keeps its data over a restart, under the same password', async () => {
    const dataDir = used();
    const first = await new EngineService(template).url();
    const second = await new EngineService(dataDir).url();
    expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect(new URL(second).password).toBe(new URL(first).password);
  });

  it('gives a login that is no superuser, may create roles and databases, and owns its database', async () => {
    const url = await new EngineService(used()).url();
    const rights = 'rolsuper, rolbypassrls, rolreplication, rolcreaterole, rolcreatedb';
    expect(await query(url, `SELECT rolname, ${rights} FROM pg_roles WHERE rolname = current_user`)).toEqual([
      {
        rolname: 'claviger',
        rolsuper: false,
        rolbypassrls: false,
        rolreplication: false,
        rolcreaterole: true,
        rolcreatedb: true,
      },
    ]);
    const about = `SELECT pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding, datcollate
      FROM pg_database WHERE datname = current_database()`;
    expect(await query(url, about)).toEqual([{ owner: 'claviger', encoding: 'UTF8', datcollate: 'C' }]);
    await expect(query(url, "SELECT pg_read_file('/etc/passwd')")).rejects.toThrow('permission denied');
  });

  it('listens on 127.0.0.1 only and keeps its passwords in one file that only its user may read', async () => {
    const dataDir = used();
    const url = new URL(await new EngineService(dataDir).url());
    expect(await query(url.href, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8')).not.toContain(url.password);
    url.password = 'wrong';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  it('lets its own login connect and no other, on a data directory that let everybody, too', async () => {
    const dataDir = used();
    const rights = `SELECT has_database_privilege('public', current_database(), 'CONNECT') AS connect,
      has_database_privilege('public', current_database(), 'TEMPORARY') AS temporary`;
    const closed = [{ connect: false, temporary: false }];
    const first = new EngineService(dataDir);
    expect(await query(await first.url(), rights)).toEqual(closed);
    await query(await first.url(), 'GRANT CONNECT, TEMPORARY ON DATABASE claviger TO PUBLIC');
    await first.stop();
    expect(await query(await new EngineService(dataDir).url(), rights)).toEqual(closed);
  });

  describe('whose service dies', () => {
    it('ends within a few seconds of a service that was killed', async () => {
      const service = new EngineService(used());
      await service.url();
      const pid = service.enginePid();
      await service.kill();
      await eventually(() => !runs(pid), 6_000);
    });

    it('is adopted by a service that starts before that, and is not ended then', async () => {
      const dataDir = used();
      const first = new EngineService(dataDir);
      await first.url();
      const pid = first.enginePid();
      await first.kill();
      const second = new EngineService(dataDir);
      expect(await second.url()).toBe(await first.url());
      await sleep(3_000);
      expect(second.enginePid()).toBe(pid);
      expect(await query(await second.url(), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
      await second.stop();
      expect(runs(pid)).toBe(false);
    });
  });

  describe('that is killed under a live service', () => {
    it('comes back on the same URL with every acknowledged row, more than once and after adoption too', async () => {
      const dataDir = used();
      const first = new EngineService(dataDir);
      await query(await first.url(), 'TRUNCATE kept');
      await first.kill();
      const service = new EngineService(dataDir);
      const url = await service.url();
      for (const n of [1, 2]) {
        await query(url, `INSERT INTO kept VALUES (${n})`);
        const pid = service.enginePid();
        process.kill(pid, 'SIGKILL');
        await eventually(() => query(url, 'SELECT 1').then(Boolean, () => false), 8_000);
        expect(service.enginePid()).not.toBe(pid);
      }
      expect(await query(url, 'SELECT answer FROM kept ORDER BY 1')).toEqual([{ answer: 1 }, { answer: 2 }]);
      expect(service.said.filter(({ message }) => message?.includes('ended by itself'))).toHaveLength(2);
    });
  });

  describe('on a directory in use', () => {
    it('refuses a second service in one sentence, and lets it in when the first has stopped', async () => {
      const dataDir = used();
      const first = new EngineService(dataDir);
      await first.url();
      const refusal = await new EngineService(dataDir).refusal();
      expect(refusal).toMatch(/^The data directory .* is in use by another running Claviger, process \d+\.$/);
      await query(await first.url(), 'SELECT 1');
      await first.stop();
      expect(await new EngineService(dataDir).refusal()).toBeUndefined();
    });

    it('lets exactly one of several that start at the same moment in', async () => {
      const dataDir = used();
      const services = [1, 2, 3].map(() => new EngineService(dataDir));
      const refusals = await Promise.all(services.map((service) => service.refusal()));
      expect(refusals.filter((refusal) => refusal === undefined)).toHaveLength(1);
      expect(refusals.filter((refusal) => refusal?.includes('in use by another running Claviger'))).toHaveLength(2);
    });

    it('does not take a lock seriously whose owner died, even if its process id lives again', async () => {
      const dataDir = used();
      const stale = join(dataDir, `.lock-${process.pid}-0123abcdx1-aa`);
      writeFileSync(stale, '');
      expect(await new EngineService(dataDir).refusal()).toBeUndefined();
      expect(existsSync(stale)).toBe(false);
    });
  });

  describe('on a directory in disorder', () => {
    it('starts over where the first start was killed midway', async () => {
      const dataDir = fresh();
      for (const delay of [300, 500]) {
        const service = new EngineService(dataDir);
        await sleep(delay);
        await service.kill();
      }
      mkdirSync(join(dataDir, 'postgres.new-dead', 'base'), { recursive: true });
      await query(await new EngineService(dataDir).url(), 'SELECT 1');
      expect(readdirSync(dataDir).filter((name) => name.startsWith('postgres.new'))).toEqual([]);
    });

    it('leaves alone what it did not make, and says so', async () => {
      const dataDir = fresh();
      const precious = join(dataDir, 'postgres', 'precious.txt');
      mkdirSync(join(dataDir, 'postgres'), { recursive: true });
      writeFileSync(precious, 'mine');
      expect(await new EngineService(dataDir).refusal()).toMatch(/holds something else.* or set DATABASE_URL .*\.$/);
      expect(readFileSync(precious, 'utf8')).toBe('mine');
    });

    it('refuses the files of a version that it has no programs for, naming both, and leaves them alone', async () => {
      const dataDir = fresh();
      mkdirSync(join(dataDir, 'postgres', 'global'), { recursive: true });
      writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '9.6\n');
      const refusal = await new EngineService(dataDir).refusal();
      expect(refusal).toMatch(/initialised by PostgreSQL 9.* of version \d+.* or set DATABASE_URL .*\.$/);
      expect(readdirSync(join(dataDir, 'postgres')).sort()).toEqual(['PG_VERSION', 'global']);
    });

    it('makes new passwords where they were lost, and keeps the data', async () => {
      const dataDir = used();
      rmSync(join(dataDir, 'postgres.json'));
      const url = await new EngineService(dataDir).url();
      expect(await query(url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    });

    it('says in one sentence that a data directory cannot be made', async () => {
      writeFileSync(join(home, 'file'), '');
      const refusal = await new EngineService(join(home, 'file', 'data')).refusal();
      expect(refusal).toMatch(
        /^Claviger cannot write to its data directory .*file\/data \(ENOTDIR\): .* DATABASE_URL .*\.$/,
      );
    });
  });

  (isRoot ? describe : describe.skip)('started by root', () => {
    let accounts: string;
    beforeAll(() => {
      accounts = join(home, 'passwd');
      writeFileSync(accounts, 'root:x:0:0::/root:\nnobody:x:65534:65534::/:\ndaemon:x:1:1::/:\n');
    });

    it('ends in one sentence where there is no account for it and no user namespace', async () => {
      const refusal = await new EngineService(fresh(), { places: [home, accounts] }).refusal();
      expect(refusal).toMatch(/^The embedded PostgreSQL engine cannot run: [^.]*neither an account "postgres"[^.]*\.$/);
      expect(refusal).toMatch(/run Claviger as another user, or make that account.* or set DATABASE_URL /);
    });

    const namespaces = spawnSync('unshare', ['--user', '--', 'true']).status === 0;
    (namespaces ? it : it.skip)('without an account for it is root without its rights, and never nobody', async () => {
      const service = new EngineService(fresh(), { places: [process.env.PATH ?? '', accounts] });
      await query(await service.url(), 'SELECT 1');
      const proc = `/proc/${service.enginePid()}`;
      expect(statSync(proc).uid).toBe(0);
      expect(readFileSync(`${proc}/uid_map`, 'utf8').trim().split(/\s+/)).toEqual(['1', '0', '1']);
      expect(readFileSync(`${proc}/status`, 'utf8')).toMatch(/^CapEff:\t0+$/m);
    });
  });

  (isRoot ? describe : describe.skip)('as an ordinary user', () => {
    let ordinaryHome: string;
    beforeAll(() => {
      ordinaryHome = mkdtempSync(join(tmpdir(), 'claviger-ordinary-'));
      chownSync(ordinaryHome, unprivileged, unprivileged);
    });
    afterAll(() => rmSync(ordinaryHome, { recursive: true, force: true }));

    it('runs, with every file its own', async () => {
      const dataDir = join(ordinaryHome, 'data');
      const url = await new EngineService(dataDir, { uid: unprivileged }).url();
      expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(statSync(join(dataDir, 'postgres', 'PG_VERSION')).uid).toBe(unprivileged);
    });

    it('says in one sentence that its data directory cannot be written', async () => {
      const dataDir = join(ordinaryHome, 'closed');
      mkdirSync(dataDir);
      chmodSync(dataDir, 0o555);
      const refusal = await new EngineService(dataDir, { uid: unprivileged }).refusal();
      expect(refusal).toMatch(/^Claviger cannot write to its data directory .*closed \(EACCES\): .*\.$/);
    });
  });
});
