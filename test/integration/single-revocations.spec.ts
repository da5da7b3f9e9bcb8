import { type INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { SYSTEM } from '../../src/common/access/principal.js';
import { UnitOfWork } from '../../src/database/unit-of-work.js';
import { RevocationsService } from '../../src/revocations/revocations.service.js';
import { application } from '../support/application.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

describe('single revocations', () => {
  let database: TestDatabase;
  let db: pg.Client;
  let app: INestApplicationContext;
  let close: () => Promise<void>;
  const revoke = (jti: string, owner: string, seconds = 3600): Promise<void> =>
    app.get(UnitOfWork).run(SYSTEM, (tx) => {
      const expiresAt = new Date(tx.now.getTime() + seconds * 1000);
      app.get(RevocationsService).revokeToken(tx, { jti, owner, expiresAt });
      return Promise.resolve();
    });
  const count = async (owner: string): Promise<number> =>
    (await db.query<{ n: number }>('select count(*)::int as n from ledger_entries where owner = $1', [owner])).rows[0]!
      .n;

  beforeAll(async () => {
    database = await testDatabase();
    ({ app, close } = await application(database.url));
    db = new pg.Client(database.url);
    await db.connect();
    await db.query(`insert into ledger_entries (kind, subject, position, expires_at, owner)
      select 'jti', 'full' || n, n, now() + interval '1 hour', 'cli_full' from generate_series(1, 998) n`);
  }, 30_000);

  afterAll(async () => {
    await db.end();
    await close();
    await database.drop();
  });

  it('are a thousand of one owner at most, even of many at the same moment, and others are not touched', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        revoke(`more${n}`, 'cli_full').then(
          () => 'revoked',
          (error: unknown) => (error as { kind: string }).kind,
        ),
      ),
    );
    expect(answers.filter((answer) => answer === 'revoked')).toHaveLength(2);
    expect(answers.filter((answer) => answer === 'too-many')).toHaveLength(8);
    expect(await count('cli_full')).toBe(1000);
    await revoke('other', 'cli_other');
    expect(await count('cli_other')).toBe(1);
  });

  it('say when there is room again, and the same one again needs none', async () => {
    await revoke('full1', 'cli_full');
    await expect(revoke('another', 'cli_full')).rejects.toMatchObject({ kind: 'too-many' });
    const refused = await revoke('another', 'cli_full').catch((error: unknown) => error);
    expect((refused as { retryAfterSeconds: number }).retryAfterSeconds).toBeGreaterThan(3000);
    await db.query(`update ledger_entries set expires_at = now() - interval '1 second' where subject = 'full2'`);
    await revoke('another', 'cli_full');
    expect(await count('cli_full')).toBe(1001);
  });
});
