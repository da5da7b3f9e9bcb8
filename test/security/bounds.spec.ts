import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { APP_ROLE } from '../../src/database/app-role.js';
import { ClientRotationService } from '../../src/clients/client-rotation.service.js';
import { type Standing, SYSTEM } from '../../src/common/access/principal.js';
import { Sizes } from '../../src/common/logging/sizes.js';
import { Precondition } from '../../src/common/precondition.js';
import { LedgerRepository } from '../../src/revocations/ledger.repository.js';
import { OwnerAccess } from '../../src/database/owner-access.js';
import { UsersService } from '../../src/users/users.service.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { Lives } from '../support/lives.js';

const ACCESS = 5000;
const LOGIN = 3000;
/** What every entry lives beyond the longest token: STALE_GRACE_SECONDS, and a minute. */
const BEYOND = 10 + 60;
const SETTINGS = { ACCESS_TOKEN_TTL: `${ACCESS}`, LOGIN_TOKEN_TTL: `${LOGIN}`, STALE_GRACE_SECONDS: '10' };

describe('the ledger is bounded by what can be hit', () => {
  let lives: Lives;
  let account: Standing & { accountId: string };
  let workspace: Standing & { accountId: string; workspaceId: string };

  beforeAll(async () => {
    lives = await Lives.start(SETTINGS);
  }, 30_000);

  beforeEach(async () => {
    account = await lives.account();
    workspace = await lives.workspace(account.accountId);
  });

  afterAll(() => lives.stop(), 30_000);

  const endWorkspace = (id: string): Promise<void> =>
    lives.app.get(WorkspacesService).end(SYSTEM, id, new Precondition());
  const endPerson = (id: string): Promise<void> => lives.app.get(UsersService).end(SYSTEM, id, new Precondition());
  const entries = async (): Promise<number> =>
    (await lives.db.query<{ n: number }>('select count(*)::int as n from ledger_entries')).rows[0]!.n;

  describe('a client’s cut', () => {
    it('lives as long as a token for the audience with the longest', async () => {
      const [short, long] = [await lives.server(1), await lives.server(900)];
      const [one, both] = [await lives.client(workspace, short), await lives.client(workspace, short, long)];
      await lives.endClient(one.id);
      await lives.endClient(both.id);

      expect(await lives.life(`client:${one.id}`)).toBe(1 + BEYOND);
      expect(await lives.life(`client:${both.id}`)).toBe(900 + BEYOND);
    });

    it('lives as long as the service’s default where an audience sets no life', async () => {
      const { id } = await lives.client(workspace, await lives.server(1), await lives.server(null));
      await lives.endClient(id);

      expect(await lives.life(`client:${id}`)).toBe(ACCESS + BEYOND);
    });

    it.each([
      ['lowered', [900, 1], 900],
      ['raised', [1, 900], 900],
      ['raised and lowered', [1, 900, 20], 900],
      ['taken from the default', [null, 1], ACCESS],
      ['given to the default', [1, null], ACCESS],
      ['given to the default and taken back', [1, null, 20], ACCESS],
    ])('lives as long as a token from before, or after, the life was %s', async (_name, [first, ...then], longest) => {
      const server = await lives.server(first!);
      const { id } = await lives.client(workspace, server);
      for (const ttl of then) await lives.setTtl(server, ttl);
      await lives.endClient(id);

      expect(await lives.life(`client:${id}`)).toBe(longest + BEYOND);
    });

    it('lives as long as a token for an audience that was dropped, though its life grew only then', async () => {
      const [short, dropped] = [await lives.server(1), await lives.server(2)];
      const { id } = await lives.client(workspace, short, dropped);
      await lives.setAudiences(id, short);
      await lives.setTtl(dropped, 900);
      await lives.endClient(id);

      expect(await lives.life(`client:${id}`)).toBe(900 + BEYOND);
    });

    it('lives as long as a token for an audience that was added', async () => {
      const { id } = await lives.client(workspace, await lives.server(1));
      await lives.setAudiences(id, await lives.server(900));
      await lives.app.get(ClientRotationService).rotate(SYSTEM, id, { compromised: true });

      expect(await lives.life(`client:${id}`)).toBe(900 + BEYOND);
    });

    it('is not shortened by a later one', async () => {
      const server = await lives.server(900);
      const { id } = await lives.client(workspace, server);
      await lives.cut('client', id);
      const before = await lives.expiry(`client:${id}`);
      // As if its life had been forgotten: the table's own rule does not let it.
      await lives.db.query('delete from client_audience_history where client_id = $1', [id]);
      await lives.cut('client', id);
      await lives.db.query('update resource_servers set longest_ttl_seconds = 1 where id = $1', [server.id]);
      const { rows } = await lives.db.query('select longest_ttl_seconds as ttl from resource_servers where id = $1', [
        server.id,
      ]);

      expect(await lives.expiry(`client:${id}`)).toBe(before);
      expect(rows).toEqual([{ ttl: 900 }]);
    });
  });

  describe('a person’s cut', () => {
    it('lives as long as a token of a sign-in', async () => {
      const { id } = await lives.signer(workspace);
      await endPerson(id);

      expect(await lives.life(`user:${id}`)).toBe(LOGIN + BEYOND);
    });

    it('is no entry where there never was a password', async () => {
      const { id } = await lives.person(workspace);
      await endPerson(id);

      expect(await lives.life(`user:${id}`)).toBeNull();
    });

    it('is an entry where the password is set at the same moment, or the password is not set', async () => {
      for (let round = 0; round < 10; round++) {
        const { id, setupToken } = await lives.person(workspace);
        const setting = lives.setPassword(setupToken).then(
          () => true,
          () => false,
        );
        await new Promise((resolve) => setTimeout(resolve, round * 20));
        await endPerson(id);
        const set = await setting;
        expect([set, await lives.life(`user:${id}`)]).toEqual([set, set ? LOGIN + BEYOND : null]);
      }
    }, 60_000);
  });

  describe('a tenant’s cut', () => {
    it('of a workspace is no entry where it never had a client or somebody who could sign in', async () => {
      await lives.person(workspace);
      await endWorkspace(workspace.workspaceId);

      expect(await lives.life(`workspace:${workspace.workspaceId}`)).toBeNull();
    });

    it('of a workspace lives as long as what its clients had, ended or not', async () => {
      const [short, long] = [await lives.server(1), await lives.server(900)];
      const { id } = await lives.client(workspace, long);
      await lives.client(workspace, short);
      await lives.setAudiences(id, short);
      await lives.endClient(id);
      await lives.client(account, await lives.server(950));
      await endWorkspace(workspace.workspaceId);

      expect(await lives.life(`workspace:${workspace.workspaceId}`)).toBe(900 + BEYOND);
    });

    it('of a workspace lives as long as a sign-in where somebody could', async () => {
      await lives.client(workspace, await lives.server(1));
      await lives.signer(workspace);
      await endWorkspace(workspace.workspaceId);

      expect(await lives.life(`workspace:${workspace.workspaceId}`)).toBe(LOGIN + BEYOND);
    });

    it('of an account lives as long as what is in it and in its workspaces', async () => {
      const [one, other] = [await lives.account(), await lives.account()];
      await lives.client(await lives.workspace(one.accountId), await lives.server(800));
      await lives.client(other, await lives.server(1));
      await lives.signer(other);
      for (const { accountId } of [one, other, account]) await lives.cut('account', accountId);

      expect(await lives.life(`account:${one.accountId}`)).toBe(800 + BEYOND);
      expect(await lives.life(`account:${other.accountId}`)).toBe(LOGIN + BEYOND);
      expect(await lives.life(`account:${account.accountId}`)).toBeNull();
    });

    it('knows of everything in a tenant that tokens are made from: a table that is new here is added to longest_life', async () => {
      const { rows } = await lives.db.query<{ name: string }>(
        `select table_name as name from information_schema.columns
         where table_schema = current_schema() and column_name = 'workspace_id' order by 1`,
      );
      const holdNone = ['audit_events', 'idempotency_keys'];
      const ofClients = [
        'clients',
        'client_audience_history',
        'client_audiences',
        'client_secret_uses',
        'client_secrets',
      ];
      const ofPeople = ['user_credentials', 'users'];

      expect(rows.map(({ name }) => name)).toEqual([...holdNone, ...ofClients, ...ofPeople].sort());
    });

    it('of the issuer lives as long as any token', async () => {
      await lives.server(7000);
      await lives.cut('issuer', 'http://localhost:3000');

      expect(await lives.life('issuer:http://localhost:3000')).toBe(7000 + BEYOND);
    });
  });

  describe('a loop', () => {
    it('of 200 clients made and ended leaves what can be hit, for as long as it can be', async () => {
      const server = await lives.server(1);
      const ledger = lives.app.get(OwnerAccess).repository(LedgerRepository);
      await ledger.removeExpired(new Date(Date.now() + (1 + BEYOND) * 1000), 1000);
      const before = await entries();
      for (let n = 0; n < 200; n++) await lives.endClient((await lives.client(workspace, server)).id);
      expect(await entries()).toBe(before + 200);
      await ledger.removeExpired(new Date(Date.now() + (1 + BEYOND) * 1000), 1000);
      expect(await entries()).toBe(before);
    }, 60_000);

    it('of people and of workspaces that could hold no token leaves nothing, in the database or in memory', async () => {
      const before = [await entries(), lives.app.get(Sizes).read().ledger];
      for (let n = 0; n < 50; n++) {
        const { workspaceId, ...rest } = await lives.workspace(account.accountId);
        await endPerson((await lives.person({ workspaceId, ...rest })).id);
        await endWorkspace(workspaceId);
      }

      expect([await entries(), lives.app.get(Sizes).read().ledger]).toEqual(before);
    }, 60_000);
  });

  it('has its sizes told, beside those of memory and of the books', () => {
    const { ledger, memory, ...books } = lives.app.get(Sizes).read();

    expect(ledger).toMatchObject({ cut: expect.any(Number), jti: expect.any(Number), kid: expect.any(Number) });
    expect(memory).toMatchObject({
      client: expect.any(Number),
      user: expect.any(Number),
      resource_server: expect.any(Number),
    });
    expect(books).toMatchObject({ refusals: 0, secretUses: 0, wrongSecrets: 0, signInLimits: expect.any(Number) });
  });

  // The last, since what was once configured counts from then on.
  describe('what another process is, or was, configured with', () => {
    it('counts for the cuts of this one, from its start on and after its end', async () => {
      const [fixed, byDefault] = [await lives.server(1), await lives.server(null)];
      const longer = { ACCESS_TOKEN_TTL: '20000', LOGIN_TOKEN_TTL: '30000', STALE_GRACE_SECONDS: '600' };
      await lives.process(longer);
      await lives.process({ ...SETTINGS, ACCESS_TOKEN_TTL: '1', LOGIN_TOKEN_TTL: '1' });
      const clients = [await lives.client(workspace, fixed), await lives.client(workspace, byDefault)];
      const { id } = await lives.signer(workspace);
      for (const client of clients) await lives.endClient(client.id);
      await endPerson(id);

      expect(await lives.life(`client:${clients[0]!.id}`)).toBe(1 + 600 + 60);
      expect(await lives.life(`client:${clients[1]!.id}`)).toBe(20_000 + 600 + 60);
      expect(await lives.life(`user:${id}`)).toBe(30_000 + 600 + 60);
    }, 30_000);

    it('is not told to the application’s role, which can lock the ledger and cut, and no more', async () => {
      for (const sql of [
        'select * from longest_lives',
        `select longest_life('user', 'usr_x')`,
        'select * from ledger_head',
      ]) {
        await lives.db.query('begin');
        await lives.db.query(`select set_config('role', ${APP_ROLE}, true)`);
        await expect(lives.db.query(sql)).rejects.toMatchObject({ code: '42501' });
        await lives.db.query('rollback');
      }
    });
  });
});
