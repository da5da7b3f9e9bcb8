import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer } from '../support/call.js';
import { Tenants } from '../support/tenants.js';

const UNKNOWN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

interface Event {
  id: string;
  at: string;
  action: string;
  accountId: string | null;
  workspaceId: string | null;
  actor: { type: string; id: string | null };
  object: { type: string; id: string | null };
  outcome: string;
}

describe('the audit trail', () => {
  let tenants: Tenants;
  const call = (...args: Parameters<Tenants['call']>): Promise<Answer> => tenants.call(...args);
  const events = async (who: string, query = ''): Promise<Event[]> => {
    const answer = await call(who, 'GET', `/v1/audit-events${query}`);
    expect(answer.status).toBe(200);
    return answer.body as Event[];
  };
  const rename = (who: string, workspace: string, name: string): Promise<Answer> =>
    call(
      who,
      'PATCH',
      `/v1/workspaces/${tenants.workspaces[workspace]!}`,
      { name },
      { 'x-request-id': `rename-${name}` },
    );

  beforeAll(async () => {
    tenants = await Tenants.start();
    for (const workspace of ['acme.one', 'acme.two', 'other.one']) await rename(workspace, workspace, 'first');
  }, 60_000);

  afterAll(async () => {
    await tenants.stop();
  });

  it('says who did what to what, from where, when, and what changed', async () => {
    const [event] = await events('acme.one', '?action=workspace.updated');
    const workspaceId = tenants.workspaces['acme.one']!;
    expect(event).toEqual({
      id: expect.stringMatching(/^aud_[0-9A-Z]{26}$/),
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      lastAt: event!.at,
      createdAt: event!.at,
      count: 1,
      actor: { type: 'client', id: tenants.clients['acme.one']!.id },
      onBehalfOf: null,
      action: 'workspace.updated',
      reason: null,
      object: { type: 'workspace', id: workspaceId },
      changes: { name: { from: 'one', to: 'first' } },
      outcome: 'done',
      address: expect.stringMatching(/^(?:127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)$/),
      requestId: 'rename-first',
      accountId: tenants.accounts.acme,
      workspaceId,
    });
  });

  it('shows a workspace its own events, an account all of its own, and the platform everything', async () => {
    const seen = async (who: string): Promise<Set<string | null>> =>
      new Set((await events(who, '?limit=1000')).map(({ accountId, workspaceId }) => workspaceId ?? accountId));
    const { accounts, workspaces } = tenants;
    expect(await seen('acme.one')).toEqual(new Set([workspaces['acme.one']]));
    expect(await seen('acme')).toEqual(new Set([accounts.acme, workspaces['acme.one'], workspaces['acme.two']]));
    const all = await seen('platform');
    for (const id of [...Object.values(accounts), ...Object.values(workspaces)]) expect(all).toContain(id);
  });

  it.each(['acme.one.reader', 'acme.one.writer'])('is closed to %s', async (who) => {
    const answer = await call(who, 'GET', '/v1/audit-events');
    expect([answer.status, answer.body.message]).toEqual([403, 'Insufficient scope. Required: admin']);
  });

  it('is closed to nobody in particular', async () => {
    expect((await call(null, 'GET', '/v1/audit-events')).status).toBe(401);
  });

  it('a filter asks for an actor, an action, an object and an outcome, and all of them hold', async () => {
    const actor = tenants.clients['acme.two']!.id;
    const object = tenants.workspaces['acme.two']!;
    const ids = async (query: string): Promise<string[]> => (await events('acme', query)).map(({ id }) => id);
    const [wanted] = await ids(`?actor=${actor}`);
    expect(wanted).toBeDefined();
    expect(await ids(`?actor=${actor}&action=workspace.updated&object=${object}&outcome=done`)).toEqual([wanted]);
    expect(await ids(`?object=${object}&action=workspace.updated`)).toEqual([wanted]);
    expect(await ids(`?actor=${actor}&outcome=refused`)).toEqual([]);
    expect(await ids(`?actor=${actor}&action=workspace.deleted`)).toEqual([]);
    expect(await ids(`?object=${tenants.workspaces['other.one']!}`)).toEqual([]);
    expect(await ids(`?actor=cli_${UNKNOWN}`)).toEqual([]);
  });

  it('a range of time begins with `from` and ends before `to`', async () => {
    // Changes alone: what this test was refused is written while it runs.
    const all = await events('acme', '?outcome=done');
    expect(all.map(({ id }) => id)).toEqual(
      all
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
    const { at } = all[1]!;
    const between = async (query: string): Promise<string[]> =>
      (await events('acme', `${query}&outcome=done`)).map(({ id }) => id);
    const expected = (holds: (time: string) => boolean): string[] => all.filter((e) => holds(e.at)).map(({ id }) => id);
    expect(await between(`?from=${at}`)).toEqual(expected((time) => time >= at));
    expect(await between(`?to=${at}`)).toEqual(expected((time) => time < at));
    expect(await between(`?from=${at}&to=${at}`)).toEqual([]);
    const end = new Date(Date.parse(at) + 1).toISOString();
    expect(await between(`?from=${at}&to=${end}`)).toEqual(expected((time) => time === at));
    // The same moment, said in another zone.
    const zoned = new Date(Date.parse(at) + 2 * 3600_000).toISOString().replace('Z', '+02:00');
    expect(await between(`?from=${encodeURIComponent(zoned)}`)).toEqual(expected((time) => time >= at));
    expect(await between(`?to=1969-12-31`)).toEqual([]);
    expect(await between(`?from=1969-12-31T23:59:59Z`)).toEqual(all.map(({ id }) => id));
    expect(await between(`?from=9999-12-31`)).toEqual([]);
  });

  it.each([
    'from=yesterday',
    'from=1700000000',
    'from=2026-13-01T00:00:00Z',
    'from=2026-01-01T00:00:00',
    'to=',
    'from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z',
    'outcome=failed',
    'actor=',
    'actor=a&actor=b',
    `object=${'x'.repeat(129)}`,
    'action=%00',
    'colour=red',
    'limit=0',
    'limit=1001',
    'cursor=x',
  ])('refuses ?%s', async (query) => {
    expect((await call('acme', 'GET', `/v1/audit-events?${query}`)).status).toBe(400);
  });

  it('links lead through all pages of a filter, and a cursor is good for its filter and tenant alone', async () => {
    for (const name of ['second', 'third', 'fourth']) await rename('acme', 'acme.one', name);
    const query = `?action=workspace.updated&from=2020-01-01T00:00:00Z&limit=2`;
    const wanted = (await events('acme', query.replace('&limit=2', ''))).map(({ id }) => id);
    expect(wanted).toHaveLength(5);
    const seen: string[] = [];
    const cursors: string[] = [];
    let path: string | undefined = `/v1/audit-events${query}`;
    while (path !== undefined) {
      const page = await call('acme', 'GET', path);
      seen.push(...(page.body as Event[]).map(({ id }) => id));
      const next = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
      path = next?.slice(tenants.service.base.length);
      if (next !== undefined) cursors.push(new URL(next).searchParams.get('cursor')!);
    }
    expect(seen).toEqual(wanted);
    const cursor = encodeURIComponent(cursors[0]!);
    expect((await call('acme', 'GET', `/v1/audit-events${query}&cursor=${cursor}`)).status).toBe(200);
    for (const [who, others] of [
      ['acme', '?action=workspace.created&from=2020-01-01T00:00:00Z&limit=2'],
      ['acme', '?action=workspace.updated&from=2020-01-02T00:00:00Z&limit=2'],
      ['acme', '?limit=2'],
      ['other', query],
      ['acme.one', query],
      ['platform', query],
    ] as const) {
      expect((await call(who, 'GET', `/v1/audit-events${others}&cursor=${cursor}`)).status).toBe(400);
    }
  });
});
