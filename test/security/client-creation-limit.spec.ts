import { type INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { APP_ROLE } from '../../src/database/app-role.js';
import { ClientCreationService, type ClientPlace } from '../../src/clients/client-creation.service.js';
import { type Principal, type Standing, SYSTEM } from '../../src/common/access/principal.js';
import { type DomainError } from '../../src/common/errors/domain.error.js';
import { firstIdOf, momentOf } from '../../src/common/id.js';
import { type OnceRequest } from '../../src/common/once-request.js';
import { Lives } from '../support/lives.js';
import { Tenants } from '../support/tenants.js';

const MOST = 5;
const DAY_SECONDS = 24 * 3600;

describe('the clients that an account makes in a day', () => {
  let lives: Lives;
  let other: INestApplicationContext;
  let unlimited: INestApplicationContext;
  let account: Standing & { accountId: string };
  let workspace: Standing & { accountId: string; workspaceId: string };
  let sibling: Standing & { accountId: string; workspaceId: string };

  beforeAll(async () => {
    const limit = { CLIENT_CREATION_MAX: `${MOST}` };
    lives = await Lives.start(limit);
    other = await lives.process(limit);
    unlimited = await lives.process({ CLIENT_CREATION_MAX: '0' });
  }, 30_000);

  beforeEach(async () => {
    account = await lives.account();
    workspace = await lives.workspace(account.accountId);
    sibling = await lives.workspace(account.accountId);
  });

  afterAll(() => lives.stop(), 30_000);

  /** An administrator of the place itself. */
  const of = (standing: Standing): Principal => ({ ...SYSTEM, ...standing, id: `usr_of_${standing.level}` });
  const placeOf = ({ accountId, workspaceId }: Standing): ClientPlace =>
    workspaceId === null ? { level: 'account', accountId: accountId! } : { level: 'workspace', workspaceId };

  /** Makes a client. @returns its id, or the refusal */
  async function make(
    at: Standing,
    {
      by = of(at),
      app = lives.app,
      once = null,
    }: { by?: Principal; app?: INestApplicationContext; once?: OnceRequest | null } = {},
  ): Promise<{ id: string | null; refused: DomainError | null }> {
    const order = { name: 'C', role: at.level === 'account' ? 'account_admin' : 'workspace_admin' };
    try {
      const { made } = await app.get(ClientCreationService).create(by, placeOf(at), order, once);
      return { id: made.object.id, refused: null };
    } catch (error) {
      return { id: null, refused: error as DomainError };
    }
  }
  const makeAll = async (n: number, at: Standing): Promise<string[]> => {
    const ids: string[] = [];
    for (let i = 0; i < n; i++) {
      const { id, refused } = await make(at);
      expect(refused).toBeNull();
      ids.push(id!);
    }
    return ids;
  };
  const tooMany = { kind: 'too-many', detail: 'clients_made' };

  it('are as many as allowed, of a hundred that are asked for at once on two processes', async () => {
    const places = [account, workspace, sibling];
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => make(places[n % 3]!, { app: n % 2 === 0 ? lives.app : other })),
    );
    const { rows } = await lives.db.query('select 1 from clients where account_id = $1', [account.accountId]);

    expect(answers.filter(({ id }) => id !== null)).toHaveLength(MOST);
    expect(rows).toHaveLength(MOST);
    // Under load some waited too long for their turn, and may try again.
    expect(answers.filter(({ refused }) => refused && !['too-many', 'unavailable'].includes(refused.kind))).toEqual([]);
    expect(answers.some(({ refused }) => refused?.kind === 'too-many')).toBe(true);
  }, 30_000);

  it('are counted for the account, whichever of its workspaces they are in, though one sees no other', async () => {
    await makeAll(3, workspace);
    await makeAll(2, account);

    expect((await make(sibling)).refused).toMatchObject(tooMany);
    const stranger = await lives.account();
    expect((await make(stranger)).refused).toBeNull();
  });

  it('count when they have ended: a loop that makes and ends is stopped', async () => {
    for (const id of await makeAll(MOST, workspace)) await lives.endClient(id);

    expect((await make(workspace)).refused).toMatchObject(tooMany);
  });

  it('leave the count after a day, and the refusal says when', async () => {
    const [first] = await makeAll(MOST, workspace);
    const { refused } = await make(workspace);
    expect(refused!.retryAfterSeconds).toBeLessThanOrEqual(DAY_SECONDS);
    expect(refused!.retryAfterSeconds).toBeGreaterThan(DAY_SECONDS - 60);

    // The oldest becomes a day older, but for an hour.
    await age(first!, (DAY_SECONDS - 3600) * 1000);
    const later = (await make(workspace)).refused!.retryAfterSeconds!;
    expect(later).toBeLessThanOrEqual(3600);
    expect(later).toBeGreaterThan(3600 - 60);
  });

  it('make room when the oldest is a day old, and for no more than one', async () => {
    const [first] = await makeAll(MOST, workspace);
    await age(first!, (DAY_SECONDS + 1) * 1000);

    expect((await make(workspace)).refused).toBeNull();
    expect((await make(workspace)).refused).toMatchObject(tooMany);
  });

  it('wait for as many to leave as are too many, where fewer are allowed than before', async () => {
    const ids = await makeAll(MOST, workspace);
    const fewer = await lives.process({ CLIENT_CREATION_MAX: '2' });
    for (const [n, id] of ids.entries()) await age(id, (DAY_SECONDS - (n + 1) * 600) * 1000);
    const { refused } = await make(workspace, { app: fewer });

    // Four of the five must leave, and the fourth has 2,400 s to go.
    expect(refused!.retryAfterSeconds).toBeLessThanOrEqual(2400);
    expect(refused!.retryAfterSeconds).toBeGreaterThan(2400 - 60);
  });

  it('are not counted where the platform makes them, nor is the platform refused', async () => {
    for (let n = 0; n < MOST + 2; n++) expect((await make(workspace, { by: SYSTEM })).refused).toBeNull();
    await makeAll(MOST, workspace);

    expect((await make(workspace)).refused).toMatchObject(tooMany);
    expect((await make(workspace, { by: SYSTEM })).refused).toBeNull();
  });

  it('are not counted again by a repeated request, which is answered when there is no room, too', async () => {
    const once: OnceRequest = { key: 'k', endpoint: 'e', requestHash: Buffer.alloc(32) };
    const { id } = await make(workspace, { once });
    for (let n = 0; n < MOST; n++) expect((await make(workspace, { once })).id).toBe(id);
    await makeAll(MOST - 1, workspace);

    expect((await make(workspace)).refused).toMatchObject(tooMany);
    expect((await make(workspace, { once })).id).toBe(id);
  });

  it('are not counted where making one failed', async () => {
    const order = { name: 'C', role: 'workspace_admin', audiences: ['urn:test:nowhere'] };
    const { workspaceId } = workspace;
    for (let n = 0; n < MOST; n++) {
      const failed = lives.app
        .get(ClientCreationService)
        .create(of(workspace), { level: 'workspace', workspaceId }, order, null);
      await expect(failed).rejects.toMatchObject({ kind: 'invalid' });
    }
    expect((await make(workspace)).refused).toBeNull();
  });

  it('are without number where CLIENT_CREATION_MAX is 0, and count when it no longer is', async () => {
    for (let n = 0; n < MOST + 2; n++) expect((await make(workspace, { app: unlimited })).refused).toBeNull();

    expect((await make(workspace)).refused).toMatchObject(tooMany);
  });

  it('are told to the application’s role for its own account alone, and no more than a moment of them', async () => {
    const [first] = await makeAll(MOST, workspace);
    const ask = async (standing: Standing): Promise<unknown> => {
      await lives.db.query('begin');
      try {
        await lives.db.query(
          `select set_config('role', ${APP_ROLE}, true), set_config('claviger.level', $1, true),
                  set_config('claviger.account_id', $2, true), set_config('claviger.workspace_id', $3, true)`,
          [standing.level, standing.accountId ?? '', standing.workspaceId ?? ''],
        );
        return (await lives.db.query<{ told: unknown }>(`select clients_made('', $1) as told`, [MOST])).rows[0]!.told;
      } finally {
        await lives.db.query('rollback');
      }
    };

    expect(await ask(sibling)).toBe(`${first!.slice(0, 14)}${'0'.repeat(16)}`);
    expect(await ask(await lives.account())).toBeNull();
    expect(await ask({ level: 'platform', accountId: null, workspaceId: null })).toBeNull();
  });

  /** Makes a client older: its id, which is its moment. */
  async function age(id: string, ms: number): Promise<void> {
    const older = firstIdOf('cli', momentOf('cli', id) - ms).slice(0, 14) + id.slice(14);
    await lives.db.query('begin');
    for (const table of ['client_audiences', 'client_audience_history', 'client_secrets'])
      await lives.db.query(`delete from ${table} where client_id = $1`, [id]);
    await lives.db.query('update clients set id = $2 where id = $1', [id, older]);
    await lives.db.query('commit');
  }
});

describe('the refusal of a client too many', () => {
  let tenants: Tenants;

  beforeAll(async () => {
    tenants = await Tenants.start({ CLIENT_CREATION_MAX: '2' });
    await tenants.person('owner', 'account_admin', 'acme');
  }, 60_000);

  afterAll(() => tenants.stop(), 30_000);

  it('is 429 with when to come again, after what a machine and a plan may not', async () => {
    const path = `/v1/accounts/${tenants.accounts.acme!}/clients`;
    for (let n = 0; n < 2; n++) expect((await tenants.call('owner', 'POST', path, { name: 'C' })).status).toBe(201);
    const refused = await tenants.call('owner', 'POST', path, { name: 'C' });

    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', message: 'Too many requests' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(DAY_SECONDS - 120);
    expect(JSON.stringify(refused.body)).not.toContain('clients_made');

    const machine = await tenants.call('acme', 'POST', path, { name: 'C' });
    expect([machine.status, machine.body.code]).toEqual([403, 'HUMAN_REQUIRED']);
    await tenants.call('admin', 'PATCH', `/v1/accounts/${tenants.accounts.acme!}`, { plan: 'free' });
    const planless = await tenants.call('owner', 'POST', path, { name: 'C' });
    expect([planless.status, planless.body.code]).toEqual([403, 'PLAN_NOT_ELIGIBLE']);
  });
});
