import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext } from '@nestjs/common';
import pg from 'pg';
import { Observations } from '../../src/audit/observations.js';
import { type Refusal } from '../../src/audit/refusal.js';
import { ClientRotationService } from '../../src/clients/client-rotation.service.js';
import { ClientsService } from '../../src/clients/clients.service.js';
import { SecretUses } from '../../src/clients/secret-uses.js';
import { SYSTEM } from '../../src/common/access/principal.js';
import { newClientSecret } from '../../src/common/credential/format.js';
import { newId } from '../../src/common/id.js';
import { RefusedClients } from '../../src/oauth/refused-clients.js';
import { TokenEndpointService } from '../../src/oauth/token-endpoint.service.js';
import { ResourceServerRepository } from '../../src/resource-servers/resource-server.repository.js';
import { Janitor } from '../../src/database/janitor.js';
import { OwnerAccess } from '../../src/database/owner-access.js';
import { application } from '../support/application.js';
import { until } from '../support/clients.js';
import { basic } from '../support/service.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

const ADDRESS = '192.0.2.9';

describe('secrets, behind the token endpoint', () => {
  let database: TestDatabase;
  let app: INestApplicationContext;
  let close: () => Promise<void>;
  let db: pg.Client;
  let observed: Refusal[];

  const ask = (client: { id: string; secret: string }): Promise<unknown> =>
    app
      .get(TokenEndpointService)
      .answer({
        contentType: 'application/x-www-form-urlencoded',
        body: Buffer.from('grant_type=client_credentials'),
        authorization: basic(client.id, client.secret),
        address: ADDRESS,
        abandoned: () => false,
      })
      .catch((error: unknown) => {
        app.get(RefusedClients).observe(error, { address: ADDRESS, requestId: 'request' });
        throw error;
      });
  const makeClient = async (): Promise<{ id: string; secret: string }> => {
    const management = await app.get(OwnerAccess).repository(ResourceServerRepository).findManagement();
    const { client, secret } = await app.get(ClientsService).create(SYSTEM, {
      name: 'job',
      role: 'platform_admin',
      owner: { level: 'platform', accountId: null, workspaceId: null },
      audiences: [management!.id],
      defaultAudience: null,
    });
    return { id: client.id, secret };
  };
  const rotate = async (id: string, overlapSeconds = 0): Promise<string> =>
    (await app.get(ClientRotationService).rotate(SYSTEM, id, { overlapSeconds })).secret!;
  const count = async (sql: string, ...values: unknown[]): Promise<number> =>
    Number((await db.query<{ count: string }>(`select count(*) from ${sql}`, values)).rows[0]!.count);
  const about = (clientId: string): Refusal[] =>
    observed.filter(({ object, changes }) =>
      [object.id, (changes as { clientId?: string } | undefined)?.clientId].includes(clientId),
    );

  beforeAll(async () => {
    database = await testDatabase();
    ({ app, close } = await application(database.url));
    db = new pg.Client(database.url);
    await db.connect();
    observed = [];
    app.get(Observations).refused = (refusal) => void observed.push(refusal);
  }, 30_000);

  afterAll(async () => {
    await db.end();
    await close();
    await database.drop();
  });

  it('ten thousand used secrets are written in one round, and again', async () => {
    const { id } = await makeClient();
    await db.query(
      `insert into client_secrets (id, client_id, pepper_id, hash, last4, created_at)
       select 'sec_' || n, $1, (select id from sealed_secrets where purpose = 'pepper'), '', 'xxxx', now()
       from generate_series(1, 10000) n`,
      [id],
    );
    const uses = app.get(SecretUses);
    for (let round = 0; round < 2; round++) {
      for (let i = 1; i <= 10_000; i++) uses.record(`sec_${i}`, ADDRESS);
      uses.record('sec_forgotten', ADDRESS);
      await uses.flush();
    }
    expect(await count('client_secret_uses where use_count = 2 and last_used_from = $1', ADDRESS)).toBe(10_000);
  });

  it('what PostgreSQL could not take is written later, and nothing twice', async () => {
    const client = await makeClient();
    const uses = app.get(SecretUses);
    await db.query('alter table client_secret_uses rename to elsewhere');
    await ask(client);
    await uses.flush();
    await ask(client);
    await uses.flush();
    await db.query('alter table elsewhere rename to client_secret_uses');
    await ask(client);
    await uses.flush();
    await uses.flush();
    const { rows } = await db.query(
      `select used.use_count, used.first_used_at < used.last_used_at as later from client_secret_uses used
       join client_secrets secret on secret.id = used.secret_id where secret.client_id = $1`,
      [client.id],
    );
    expect(rows).toEqual([{ use_count: '3', later: true }]);
  });

  it('a retired secret is recognised when it is presented, and told from a wrong and an expired one', async () => {
    const client = await makeClient();
    const second = await rotate(client.id);
    await rotate(client.id, 3600);
    await db.query(`update client_secrets set expires_at = now() where client_id = $1 and expires_at is not null`, [
      client.id,
    ]);
    const wrong = newClientSecret('cv');
    for (const secret of [client.secret, client.secret, second, wrong, wrong])
      await expect(ask({ id: client.id, secret })).rejects.toMatchObject({ error: 'invalid_client' });
    await until(() => Promise.resolve(about(client.id).length), 5);
    const retired = {
      action: 'client_secret.retired_presented',
      reason: 'retired_secret',
      object: { type: 'client_secret', id: expect.stringMatching(/^sec_/) },
      changes: { clientId: client.id, last4: client.secret.slice(-4) },
      origin: { address: ADDRESS, requestId: 'request' },
    };
    const refused = { action: 'client_auth.refused', object: { type: 'client', id: client.id } };
    // One that expired while it was in memory is told at once, before what has to be looked up.
    expect(about(client.id).sort((a, b) => (a.action + a.reason < b.action + b.reason ? 1 : -1))).toEqual([
      expect.objectContaining(retired),
      expect.objectContaining(retired),
      expect.objectContaining({ ...refused, reason: 'wrong_secret' }),
      expect.objectContaining({ ...refused, reason: 'wrong_secret' }),
      expect.objectContaining({ ...refused, reason: 'expired_secret' }),
    ]);
  });

  it('every other refusal has its reason', async () => {
    const client = await makeClient();
    const stranger = { id: newId('cli', Date.now()), secret: client.secret };
    await app.get(ClientsService).deactivate(SYSTEM, client.id);
    await expect(ask(stranger)).rejects.toMatchObject({ error: 'invalid_client' });
    await until(
      () =>
        ask(client).then(
          () => 'good',
          () => 'refused',
        ),
      'refused',
    );
    await expect(ask({ id: client.id, secret: 'x' })).rejects.toMatchObject({ error: 'invalid_client' });
    expect(about(client.id).map(({ reason }) => reason)).toEqual(['inactive', 'malformed_secret']);
    expect(about(stranger.id)).toMatchObject([{ reason: 'unknown_client', accountId: null }]);
  });

  it('retired secrets are remembered for 90 days, twenty of a client; live ones are never forgotten', async () => {
    const client = await makeClient();
    for (let i = 0; i < 25; i++) await rotate(client.id);
    const old = await makeClient();
    const last = await rotate(old.id);
    await db.query(
      `update client_secrets set ended_at = now() - interval '91 days' where client_id = $1 and ended_at is not null`,
      [old.id],
    );
    await db.query(`update client_secrets set created_at = now() - interval '1 year' where client_id = $1`, [old.id]);
    await app.get(Janitor).clean();
    expect(await count('client_secrets where client_id = $1', client.id)).toBe(21);
    expect(await count('client_secrets where client_id = $1', old.id)).toBe(1);
    await expect(ask({ id: old.id, secret: last })).resolves.toMatchObject({ token_type: 'Bearer' });
  });
});
