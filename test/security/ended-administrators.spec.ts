import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ClientsService } from '../../src/clients/clients.service.js';
import { SYSTEM } from '../../src/common/access/principal.js';
import { OwnerAccess } from '../../src/database/owner-access.js';
import { ResourceServerRepository } from '../../src/resource-servers/resource-server.repository.js';
import { AccountsService } from '../../src/workspaces/accounts.service.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { application } from '../support/application.js';
import { callService } from '../support/call.js';
import { Service } from '../support/service.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { Tenants } from '../support/tenants.js';

const REQUESTS = 10_000;
const WORKERS = 40;
const ACCOUNTS = 24;

/** Whoever acts, until the other process ends them. */
interface Actor {
  id: string;
  accountId: string;
  workspaceId: string | null;
  token: string;
  /** When the answer to their end was there; Infinity while they live. */
  endedAt: number;
  how: string;
}

interface Sent {
  actor: Actor;
  at: number;
  writes: boolean;
  status: number;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;

/** Two processes: one ends administrators, the other hears of it now and then not at all. */
describe('an administrator who was ended', () => {
  let tenants: Tenants;
  let deaf: Service;
  let proxy: TcpProxy;
  let db: pg.Client;
  const actors: Actor[] = [];

  beforeAll(async () => {
    tenants = await Tenants.start({ RATE_LIMIT_MAX: '0' });
    const { url } = tenants.database;
    proxy = await TcpProxy.to(Number(new URL(url).port));
    deaf = await Service.start({
      DATABASE_URL: url,
      DATABASE_LISTEN_URL: proxy.through(url),
      ISSUER: tenants.service.base,
    });
    db = new pg.Client(url);
    await db.connect();
    await populate();
  }, 120_000);

  afterAll(async () => {
    await deaf.stop();
    proxy.close();
    await db.end();
    await tenants.stop();
  }, 60_000);

  /** Accounts of two workspaces, with a client of the account, two of each workspace, and now and then a person. */
  async function populate(): Promise<void> {
    const { app, close } = await application(tenants.database.url, { ISSUER: tenants.service.base });
    const management = (await app.get(OwnerAccess).repository(ResourceServerRepository).findManagement())!.id;
    const client = async (role: string, accountId: string, workspaceId: string | null): Promise<void> => {
      const level = workspaceId === null ? 'account' : 'workspace';
      const owner = { level, accountId, workspaceId } as const;
      const input = { name: role, role, owner, audiences: [management], defaultAudience: management };
      const made = await app.get(ClientsService).create(SYSTEM, input);
      const token = await tenants.service.accessToken({ id: made.client.id, secret: made.secret });
      actors.push({ id: made.client.id, accountId, workspaceId, token, endedAt: Infinity, how: '' });
    };
    for (let i = 0; i < ACCOUNTS; i++) {
      const { id } = (await app.get(AccountsService).create(SYSTEM, { name: `A${i}`, plan: 'pro' })).object;
      tenants.accounts[`a${i}`] = id;
      await client('account_admin', id, null);
      for (const slug of ['one', 'two']) {
        const workspace = await app.get(WorkspacesService).create(SYSTEM, { accountId: id, name: slug, slug });
        await client('workspace_admin', id, workspace.object.id);
        await client('workspace_admin', id, workspace.object.id);
      }
      if (i % 3 > 0) continue;
      // An account keeps its last administrator: the first of the two stays.
      await tenants.person(`stays${i}`, 'account_admin', `a${i}`);
      const { id: person } = await tenants.person(`goes${i}`, 'account_admin', `a${i}`);
      const token = await tenants.tokenOf(`goes${i}`);
      actors.push({ id: person, accountId: id, workspaceId: null, token, endedAt: Infinity, how: '' });
    }
    await close();
  }

  const asAdmin = async (method: string, path: string, body?: unknown): Promise<boolean> =>
    (await tenants.call('admin', method, path, body)).status < 300;

  /** One of the ways in which somebody loses what they had. */
  async function end(): Promise<void> {
    const actor = any(actors.filter(({ endedAt }) => endedAt === Infinity));
    if (Math.random() < 0.1) {
      const account = actor.accountId;
      if (await asAdmin('PATCH', `/v1/accounts/${account}`, { status: 'suspended' })) {
        for (const one of actors) if (one.accountId === account) mark(one, 'suspended');
      }
    } else if (actor.id.startsWith('usr_')) {
      const lowered = Math.random() < 0.5;
      const done = lowered
        ? await asAdmin('PATCH', `/v1/users/${actor.id}`, {
            role: 'chat_user',
            workspaceId: await someWorkspace(actor),
          })
        : await asAdmin('DELETE', `/v1/users/${actor.id}`);
      if (done) mark(actor, lowered ? 'demoted' : 'deleted');
    } else if (actor.workspaceId !== null && Math.random() < 0.4) {
      if (await asAdmin('PATCH', `/v1/clients/${actor.id}`, { role: 'chat_user' })) mark(actor, 'demoted');
    } else if (await asAdmin('POST', `/v1/clients/${actor.id}/deactivate`)) mark(actor, 'deactivated');
  }

  function mark(actor: Actor, how: string): void {
    if (actor.endedAt !== Infinity) return;
    actor.endedAt = performance.now();
    actor.how = how;
  }

  async function someWorkspace({ accountId }: Actor): Promise<string> {
    const { rows } = await db.query<{ id: string }>('select id from workspaces where account_id = $1 limit 1', [
      accountId,
    ]);
    return rows[0]!.id;
  }

  async function act(actor: Actor, writes: boolean): Promise<Sent> {
    const service = Math.random() < 0.7 ? deaf : tenants.service;
    const at = performance.now();
    const name = `n${Math.random()}`;
    const path = actor.workspaceId === null ? `/v1/accounts/${actor.accountId}` : `/v1/workspaces/${actor.workspaceId}`;
    const { status } = await callService(
      service,
      actor.token,
      writes ? 'PATCH' : 'GET',
      path,
      writes ? { name } : undefined,
    );
    return { actor, at, writes, status };
  }

  it(`changes and reads nothing that was asked after the answer, on either process, in ${REQUESTS} requests`, async () => {
    const sent: Sent[] = [];
    let asked = 0;
    const worker = async (): Promise<void> => {
      // Those who were ended ask on for as long as the others.
      while (asked++ < REQUESTS) sent.push(await act(any(actors), Math.random() < 0.7));
    };
    const working = Promise.all(Array.from({ length: WORKERS }, worker));
    let running = true;
    const trouble = async (): Promise<void> => {
      while (running) {
        await sleep(500 + Math.random() * 1500);
        const kind = any(['hold', 'stop', 'silent'] as const);
        if (kind === 'hold') proxy.hold();
        else if (kind === 'stop') proxy.stop();
        else proxy.blackHole();
        await sleep(Math.random() * 1500);
        proxy.release();
        proxy.resume();
      }
    };
    const ender = async (): Promise<void> => {
      while (running && actors.filter(({ endedAt }) => endedAt === Infinity).length > 12) {
        await end();
        await sleep(Math.random() * 250);
      }
    };
    const others = Promise.all([trouble(), ender()]);
    await working;
    running = false;
    await others;

    const late = sent.filter(({ actor, at }) => at > actor.endedAt);
    const wrong = late.filter(({ actor, writes, status }) => status < 300 && (writes || actor.how !== 'demoted'));
    expect(wrong.map(({ actor, status }) => [actor.how, status])).toEqual([]);
    expect(
      [...new Set(late.map(({ status }) => status))].filter((status) => ![401, 403, 404, 503].includes(status)),
    ).toEqual(
      // A demoted client may still read.
      late.some(({ status }) => status === 200) ? [200] : [],
    );
    // Both kinds of answer were seen: the test did reach what it is about.
    expect(late.length).toBeGreaterThan(500);
    expect(sent.filter(({ status }) => status === 200).length).toBeGreaterThan(1000);
    expect(await changesAfterTheEnd()).toEqual([]);
    process.stdout.write(`${sent.length} requests, ${late.length} after an end, ${summary(sent)}\n`);
  }, 300_000);

  /** In the order of commits: an account's chain has no change by somebody behind the row that ended them. */
  async function changesAfterTheEnd(): Promise<unknown[]> {
    const { rows } = await db.query(
      `select change.actor_id, ending.action, change.number, ending.number as ended from audit_events ending
       join audit_events change on change.chain = ending.chain and change.number > ending.number and change.outcome = 'done'
       where ending.outcome = 'done' and (
         (ending.action in ('client.deactivated', 'user.deleted') and change.actor_id = ending.object_id)
         or (ending.action in ('client.updated', 'user.updated') and ending.changes::jsonb ? 'role'
             and change.actor_id = ending.object_id)
         or (ending.action = 'account.updated' and ending.changes -> 'status' ->> 'to' = 'suspended'
             and change.actor_id = any ($1)))`,
      [actors.map(({ id }) => id)],
    );
    return rows;
  }

  function summary(sent: readonly Sent[]): string {
    const counts = new Map<number, number>();
    for (const { status } of sent) counts.set(status, (counts.get(status) ?? 0) + 1);
    return [...counts].map(([status, count]) => `${count} × ${status}`).join(', ');
  }
});
