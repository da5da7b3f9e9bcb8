import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type Standing, SYSTEM } from '../../src/common/access/principal.js';
import { Precondition } from '../../src/common/precondition.js';
import { OwnerAccess } from '../../src/database/owner-access.js';
import { LedgerRepository } from '../../src/revocations/ledger.repository.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { until } from '../support/clients.js';
import { Lives } from '../support/lives.js';

const LOGIN = 3000;
/** What every entry lives beyond the longest token: STALE_GRACE_SECONDS, and a minute. */
const BEYOND = 10 + 60;

/** A token of what grows may have been minted by a process that saw the growth before the cut. */
describe('what lets tokens live longer while a cut is under way', () => {
  let lives: Lives;
  let account: Standing & { accountId: string };
  let workspace: Standing & { accountId: string; workspaceId: string };

  beforeAll(async () => {
    lives = await Lives.start({ LOGIN_TOKEN_TTL: `${LOGIN}`, STALE_GRACE_SECONDS: '10' });
  }, 30_000);

  beforeEach(async () => {
    account = await lives.account();
    workspace = await lives.workspace(account.accountId);
  });

  afterAll(() => lives.stop(), 30_000);

  const endWorkspace = (id: string): Promise<void> =>
    lives.app.get(WorkspacesService).end(SYSTEM, id, new Precondition());

  /** Runs a growth up to its last statement, the audit row; then the cut beside it; then lets both end. */
  async function beside(chain: string, growth: () => Promise<unknown>, cut: () => Promise<unknown>): Promise<void> {
    const holder = new pg.Client(lives.database.url);
    await holder.connect();
    try {
      await holder.query('begin');
      await holder.query('select 1 from audit_heads where chain = $1 for update', [chain]);
      const grown = growth();
      await untilWaiting(1);
      const done = cut();
      await untilWaiting(2);
      await holder.query('commit');
      await Promise.all([grown, done]);
    } finally {
      await holder.end();
    }
  }

  async function untilWaiting(wanted: number): Promise<void> {
    const waiting = async (): Promise<number> =>
      (
        await lives.db.query<{ n: number }>(
          `select count(*)::int as n from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock'`,
        )
      ).rows[0]!.n;
    await until(waiting, wanted);
  }

  it('is outlived by it: the life of a resource server’s tokens', async () => {
    const server = await lives.server(1);
    const { id } = await lives.client(workspace, server);
    await beside(
      'platform',
      () => lives.setTtl(server, 900),
      () => lives.endClient(id),
    );

    expect(await lives.life(`client:${id}`)).toBe(900 + BEYOND);
  });

  it('is outlived by it: the first client of a workspace', async () => {
    const server = await lives.server(900);
    await beside(
      account.accountId,
      () => lives.client(workspace, server),
      () => endWorkspace(workspace.workspaceId),
    );

    expect(await lives.life(`workspace:${workspace.workspaceId}`)).toBe(900 + BEYOND);
  });

  it('is outlived by it: the audiences of a client', async () => {
    const server = await lives.server(900);
    const { id } = await lives.client(workspace, await lives.server(1));
    await beside(
      account.accountId,
      () => lives.setAudiences(id, server),
      () => endWorkspace(workspace.workspaceId),
    );

    expect(await lives.life(`workspace:${workspace.workspaceId}`)).toBe(900 + BEYOND);
  });

  it('is outlived by it: the first password in a workspace', async () => {
    const { setupToken } = await lives.person(workspace);
    await beside(
      account.accountId,
      () => lives.setPassword(setupToken),
      () => endWorkspace(workspace.workspaceId),
    );

    expect(await lives.life(`workspace:${workspace.workspaceId}`)).toBe(LOGIN + BEYOND);
  });

  it('waits for it: a start with longer settings', async () => {
    const holder = new pg.Client(lives.database.url);
    await holder.connect();
    await holder.query('begin');
    await holder.query(`select ledger_cut('issuer', 'x')`);
    const longer = { accessToken: 200_000, loginToken: 200_000, staleGrace: 10 };
    const raised = lives.app.get(OwnerAccess).repository(LedgerRepository).raiseLives(longer);
    await untilWaiting(1);
    await holder.query('commit');
    await holder.end();
    await raised;
    expect(await lives.life('issuer:x')).toBe(86_400 + BEYOND);
    await lives.cut('issuer', 'y');
    expect(await lives.life('issuer:y')).toBe(200_000 + BEYOND);
  });
});
