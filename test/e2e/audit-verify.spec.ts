import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { runningEngineUrl } from '../../src/database/embedded/running-engine.js';
import { Program } from '../support/program.js';
import { Service, TEST_KEY } from '../support/service.js';
import { Tenants } from '../support/tenants.js';

async function verify(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const program = new Program('npm', ['run', '-s', 'audit:verify'], { env });
  return { code: await program.exit(), output: program.output };
}

describe('npm run audit:verify', () => {
  let tenants: Tenants;
  let db: pg.Client;
  let environment: Record<string, string>;

  beforeAll(async () => {
    tenants = await Tenants.start();
    environment = { DATABASE_URL: tenants.database.url, KEY_ENCRYPTION_KEY: TEST_KEY };
    db = new pg.Client(tenants.database.url);
    await db.connect();
  }, 60_000);

  afterAll(async () => {
    await db.end();
    await tenants.stop();
  });

  const counts = async (): Promise<string> => {
    const { rows } = await db.query<{ rows: string; chains: string }>(
      'select count(*) as rows, count(distinct chain) as chains from audit_events',
    );
    return `${rows[0]!.chains} chains, ${rows[0]!.rows} rows`;
  };

  it('proves beside two services what two hundred changes at once, in one account, by both of them, have left', async () => {
    const { DATABASE_URL } = environment as { DATABASE_URL: string };
    const second = await Service.start({ DATABASE_URL, ISSUER: tenants.service.base });
    const authorization = `Bearer ${await tenants.tokenOf('acme')}`;
    /** A busy machine's 503 may come before or after the change: it is asked again until it is there. */
    const make = async (base: string, slug: string): Promise<number> => {
      for (let asked = 1; ; asked++) {
        const { status } = await fetch(`${base}/v1/accounts/${tenants.accounts.acme!}/workspaces`, {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/json' },
          body: JSON.stringify({ name: slug, slug }),
        });
        if (status !== 503) return status === 409 && asked > 1 ? 201 : status;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    };
    const made = Promise.all(
      Array.from({ length: 200 }, (_, i) => make(i % 2 === 0 ? tenants.service.base : second.base, `w${i}`)),
    );
    const meanwhile = await verify(environment);
    expect(meanwhile.output).toMatch(/^\d+ chains, \d+ rows: all whole\.\n$/);
    expect(new Set(await made)).toEqual(new Set([201]));
    expect(await verify(environment)).toEqual({ code: 0, output: `${await counts()}: all whole.\n` });
    const { rows } = await db.query(
      `select count(*)::int as n, max(number)::int as last, count(*) filter (where action = 'workspace.created')::int as made
       from audit_events where chain = $1`,
      [tenants.accounts.acme],
    );
    expect(rows[0].n).toBe(rows[0].last);
    expect(rows[0].made).toBe(202);
    const statistics = await db.query('select deadlocks::int from pg_stat_database where datname = current_database()');
    expect(statistics.rows).toEqual([{ deadlocks: 0 }]);
    await second.stop();
  }, 60_000);

  it('names the first broken row of each broken chain, and fails', async () => {
    const { acme, other } = tenants.accounts as { acme: string; other: string };
    const { rows } = await db.query<{ id: string }>(
      `update audit_events set changes = '{"slug":"w"}' where chain = $1 and number in (5, 9) returning id`,
      [acme],
    );
    const { rows: last } = await db.query<{ number: number }>(
      `delete from audit_events where id = (select max(id) from audit_events where chain = $1) returning number::int`,
      [other],
    );
    const { code, output } = await verify(environment);
    expect(code).toBe(1);
    expect(output.split('\n').sort()).toEqual(
      [
        '',
        `Chain ${acme}: row number 5, ${rows[0]!.id}, is not what was written.`,
        `Chain ${other}: row number ${last[0]!.number} is missing: the chain has ${last[0]!.number} rows.`,
        `${await counts()}: 2 chains broken.`,
      ].sort(),
    );
  }, 60_000);

  it('fails with a sentence where it can prove nothing, and shows no secret', async () => {
    const wrong = Buffer.alloc(32, 9).toString('base64');
    const withWrongKey = await verify({ ...environment, KEY_ENCRYPTION_KEY: wrong });
    expect([withWrongKey.code, withWrongKey.output]).toEqual([1, expect.stringMatching(/^KEY_ENCRYPTION_KEY .*\.\n$/)]);
    const away = await verify({ ...environment, DATABASE_URL: 'postgres://a:hidden-pw@127.0.0.1:1/x' });
    expect([away.code, away.output]).toEqual([1, 'PostgreSQL cannot be reached.\n']);
    const faulty = await verify({ ...environment, PORT: 'x' });
    expect([faulty.code, faulty.output]).toEqual([1, expect.stringContaining('PORT must be')]);
  }, 60_000);

  it('proves the trail of a data directory, whether the service runs or not', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'claviger-verify-'));
    const env = { DATA_DIR: dataDir };
    try {
      const service = await Service.start({ ...env, KEY_ENCRYPTION_KEY: '' });
      const beside = await verify(env);
      expect(beside).toEqual({ code: 0, output: expect.stringMatching(/^\d+ chains, \d+ rows: all whole\.\n$/) });
      // The service goes on with its engine.
      expect((await service.token(service.quickstart)).status).toBe(200);
      const client = new pg.Client(runningEngineUrl(dataDir)!);
      await client.connect();
      await client.query(`update audit_events set action = 'x' where number = 1 and chain <> 'platform'`);
      await client.end();
      expect((await verify(env)).code).toBe(1);
      await service.stop();
      const alone = await verify(env);
      expect([alone.code, alone.output]).toEqual([
        1,
        expect.stringMatching(/^Chain acc_\w+: row number 1, aud_\w+, is not/),
      ]);
      expect((await readdir(dataDir)).filter((name) => name.startsWith('.lock-'))).toEqual([]);
      expect(runningEngineUrl(dataDir)).toBeNull();
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  }, 90_000);
});
