import { type INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { AuditService } from '../../src/audit/audit.service.js';
import { type Principal, SYSTEM } from '../../src/common/access/principal.js';
import { Position } from '../../src/database/feed/position.js';
import { type Tx } from '../../src/database/tx.js';
import { UnitOfWork } from '../../src/database/unit-of-work.js';
import { AccountsService } from '../../src/workspaces/accounts.service.js';
import { application } from '../support/application.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

/** A change and the end of whoever makes it, in every order. */
describe('the unit of work', () => {
  let database: TestDatabase;
  let app: INestApplicationContext;
  let close: () => Promise<void>;
  let db: pg.Client;
  let accountId: string;
  let people = 0;

  beforeAll(async () => {
    database = await testDatabase();
    ({ app, close } = await application(database.url));
    db = new pg.Client(database.url);
    await db.connect();
    accountId = (await app.get(AccountsService).create(SYSTEM, { name: 'A', plan: 'pro' })).object.id;
  }, 30_000);

  afterAll(async () => {
    await db.end();
    await close();
    await database.drop();
  });

  const somebody = (): Principal => {
    const id = `usr_${++people}`;
    const names = [{ kind: 'cut' as const, subject: `user:${id}` }];
    const grounds = { position: app.get(Position).reached, names };
    const rights = { role: 'account_admin', scopes: ['read', 'write', 'admin'], expiresAt: null };
    return { type: 'user', id, level: 'account', accountId, workspaceId: null, ...rights, grounds };
  };
  const end = ({ id }: Principal): Promise<unknown> =>
    db.query(`select ledger_record('cut', $1, clock_timestamp() + interval '1 hour')`, [`user:${id}`]);
  const note = (tx: Tx, principal: Principal): Promise<void> => {
    const object = { type: 'thing', id: principal.id };
    app.get(AuditService).record(tx, principal, { action: 'thing.changed', object, accountId });
    return Promise.resolve();
  };
  const noted = async ({ id }: Principal): Promise<number> =>
    (await db.query('select from audit_events where object_id = $1', [id])).rowCount!;

  it('changes nothing for a principal who was ended after they were decided on', async () => {
    const principal = somebody();
    await end(principal);
    const change = app.get(UnitOfWork).run(principal, (tx) => note(tx, principal));
    await expect(change).rejects.toMatchObject({ kind: 'unauthenticated' });
    expect(await noted(principal)).toBe(0);
  });

  it('changes nothing for a principal who is ended while the work is done', async () => {
    const principal = somebody();
    const change = app.get(UnitOfWork).run(principal, async (tx) => {
      await note(tx, principal);
      await end(principal);
    });
    await expect(change).rejects.toMatchObject({ kind: 'unauthenticated' });
    expect(await noted(principal)).toBe(0);
  });

  it('lets whoever ends the principal wait for a change that is past its last check', async () => {
    const principal = somebody();
    const order: string[] = [];
    let ended: Promise<unknown> = Promise.resolve();
    await app.get(UnitOfWork).run(principal, (tx) => {
      // Runs after the check, before the row of the audit trail.
      tx.atEnd('cut', 'last', async () => {
        ended = end(principal).then(() => order.push('ended'));
        await new Promise((resolve) => setTimeout(resolve, 300));
        order.push('changed');
      });
      return note(tx, principal);
    });
    await ended;
    expect(order).toEqual(['changed', 'ended']);
    expect(await noted(principal)).toBe(1);
  });

  it('reads and changes for others while somebody is ended', async () => {
    const [ended, other] = [somebody(), somebody()];
    await end(ended);
    await app.get(UnitOfWork).run(other, (tx) => note(tx, other));
    expect(await noted(other)).toBe(1);
  });

  it('takes no principal who was decided from memory alone', async () => {
    const principal = { ...somebody(), grounds: null };
    const read = app.get(UnitOfWork).run(principal, () => Promise.resolve());
    await expect(read).rejects.toThrow('decided from memory alone');
  });
});
