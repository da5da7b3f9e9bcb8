import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { AuditEventRepository, type AuditFilter } from '../../src/audit/audit-event.repository.js';
import { type Standing, SYSTEM } from '../../src/common/access/principal.js';
import { firstIdOf } from '../../src/common/id.js';
import { APP_ROLE, ensureAppRole } from '../../src/database/app-role.js';
import { DatabaseLocation } from '../../src/database/location.js';
import { migrationOptions } from '../../src/database/options.js';
import { ENTITIES } from '../../src/entities.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

const ROWS = 100_000;
const START = Date.parse('2026-01-01T00:00:00Z');
/** One event a second, in turn in ten accounts of two workspaces each; one in a thousand is refused. */
const FILL = `insert into audit_events (id, chain, number, hash, account_id, workspace_id, at, last_at, count, actor_type,
    actor_id, action, object_type, object_id, outcome)
  select left(id, 14) || lpad(n::text, 16, '0'), 'acc_' || n % 10, n, '', 'acc_' || n % 10, 'ws_' || n % 20, at, at, 1,
    'client', 'cli_' || n % 50, case when n % 5000 = 7 then 'client.deactivated' else 'client.created' end,
    'client', 'cli_' || n % 2000, case when n % 1000 = 3 then 'refused' else 'done' end
  from unnest($1::int[], $2::timestamptz[], $3::text[]) as row (n, at, id)`;

interface Plan {
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

/** How many rows a plan looked at. */
function touched(plan: Plan): number {
  const below = (plan.Plans ?? []).reduce((sum, one) => sum + touched(one), 0);
  const own = plan.Plans ? 0 : plan['Actual Rows'] * plan['Actual Loops'];
  return below + own + (plan['Rows Removed by Filter'] ?? 0);
}

describe('a page of a long audit trail', () => {
  let database: TestDatabase;
  let source: DataSource;
  const account: Standing = { level: 'account', accountId: 'acc_3', workspaceId: null };
  const workspace: Standing = { level: 'workspace', accountId: 'acc_3', workspaceId: 'ws_13' };

  /** Runs what the repository asks as the application would, and explains it. */
  const explain = async (
    standing: Standing,
    filter: AuditFilter,
    after: string | null = null,
  ): Promise<{ rows: number; cost: number }> => {
    const runner = source.createQueryRunner();
    const asked: [string, unknown[]][] = [];
    try {
      await runner.startTransaction();
      await runner.query(
        `select set_config('role', ${APP_ROLE}, true), set_config('claviger.level', $1, true),
           set_config('claviger.account_id', $2, true), set_config('claviger.workspace_id', $3, true)`,
        [standing.level, standing.accountId ?? '', standing.workspaceId ?? ''],
      );
      const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<unknown>;
      Object.assign(runner, {
        query: (sql: string, parameters: unknown[], ...rest: unknown[]) => {
          asked.push([sql, parameters]);
          return query(sql, parameters, ...rest);
        },
      });
      const rows = await new AuditEventRepository(runner.manager).list(standing, filter, { after, limit: 101 });
      const [[sql, parameters]] = asked as [[string, unknown[]]];
      const plans = (await query(`explain (analyze, format json) ${sql}`, parameters)) as {
        'QUERY PLAN': [{ Plan: Plan }];
      }[];
      const { Plan: plan } = plans[0]!['QUERY PLAN'][0];
      return { rows: rows.length, cost: touched(plan) };
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
  };

  beforeAll(async () => {
    database = await testDatabase();
    const location = new DatabaseLocation(database.url, database.url);
    source = await new DataSource(migrationOptions(location, ENTITIES)).initialize();
    await ensureAppRole(source.manager);
    await source.runMigrations();
    for (let from = 0; from < ROWS; from += 10_000) {
      const numbers = Array.from({ length: 10_000 }, (_, i) => from + i);
      const at = numbers.map((n) => START + n * 1000);
      await source.query(FILL, [numbers, at.map((ms) => new Date(ms)), at.map((ms) => firstIdOf('aud', ms))]);
    }
    await source.query('analyze audit_events');
  }, 120_000);

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const hours = (n: number): Date => new Date(START + n * 3600_000);
  const filters: [string, AuditFilter][] = [
    ['an actor', { actor: 'cli_3' }],
    ['an actor that did nothing', { actor: 'cli_x' }],
    ['an object', { object: 'cli_3' }],
    ['an action that is rare', { action: 'client.deactivated' }],
    ['an action that never was', { action: 'nothing.happened' }],
    ['what was refused', { outcome: 'refused' }],
    ['an hour long ago', { from: hours(1), to: hours(2) }],
    ['whatever was before', { to: hours(2) }],
    ['whatever came since', { from: hours(27) }],
    ['an actor in an hour long ago', { actor: 'cli_3', from: hours(1), to: hours(2) }],
    ['what was refused to an actor', { actor: 'cli_3', outcome: 'refused' }],
  ];
  for (const [who, standing] of [
    ['the platform', SYSTEM],
    ['an account', account],
    ['a workspace', workspace],
  ] as const) {
    it.each(filters)(`reads for ${who} a small part of it, where %s is asked for`, async (_, filter) => {
      const { rows, cost } = await explain(standing, filter);
      expect(cost).toBeLessThan(ROWS / 5 + rows);
    });

    it(`reads for ${who} little beside what it answers, at the head and far down`, async () => {
      for (const after of [null, firstIdOf('aud', hours(2).getTime())]) {
        const { rows, cost } = await explain(standing, {}, after);
        expect(rows).toBe(101);
        expect(cost).toBeLessThan(ROWS / 20);
      }
    });
  }
});
