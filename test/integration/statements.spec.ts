import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext } from '@nestjs/common';
import { ClientsService } from '../../src/clients/clients.service.js';
import { SYSTEM } from '../../src/common/access/principal.js';
import { newId } from '../../src/common/id.js';
import { PgClient } from '../../src/database/pg-client.js';
import { TokenEndpointService } from '../../src/oauth/token-endpoint.service.js';
import { ResourceServerRepository } from '../../src/resource-servers/resource-server.repository.js';
import { OwnerAccess } from '../../src/database/owner-access.js';
import { Watcher } from '../../src/database/feed/watcher.js';
import { application } from '../support/application.js';
import { basic } from '../support/service.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

describe('statements that a token costs, proofs apart', () => {
  let database: TestDatabase;
  let app: INestApplicationContext;
  let close: () => Promise<void>;
  let statements: string[] = [];

  const ask = (client: { id: string; secret: string }): Promise<unknown> =>
    app.get(TokenEndpointService).answer({
      contentType: 'application/x-www-form-urlencoded',
      body: Buffer.from('grant_type=client_credentials'),
      authorization: basic(client.id, client.secret),
      address: '192.0.2.1',
      abandoned: () => false,
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
    await app.get(Watcher).prove();
    return { id: client.id, secret };
  };
  const during = async (work: () => Promise<unknown>): Promise<string[]> => {
    statements = [];
    const prototype = PgClient.prototype as unknown as { query: (this: PgClient, ...args: unknown[]) => unknown };
    const { query } = prototype;
    prototype.query = function (this: PgClient, ...args: unknown[]): unknown {
      if (typeof args[0] === 'string' && !args[0].includes('clock_timestamp')) statements.push(args[0]);
      return query.apply(this, args);
    };
    await work();
    prototype.query = query;
    return statements.filter((sql) => !sql.includes('set_config'));
  };

  beforeAll(async () => {
    database = await testDatabase();
    ({ app, close } = await application(database.url));
    await ask(await makeClient());
  }, 30_000);

  afterAll(async () => {
    await close();
    await database.drop();
  });

  it('are none for a known client', async () => {
    const client = await makeClient();
    await ask(client);
    expect(await during(() => Promise.all(Array.from({ length: 50 }, () => ask(client))))).toEqual([]);
  });

  it('are one for a cold client', async () => {
    const client = await makeClient();
    expect(await during(() => ask(client))).toEqual([expect.stringContaining('left join clients')]);
  });

  it('are a handful for a thousand unknown ones, and none when they come again', async () => {
    const { secret } = await makeClient();
    const strangers = Array.from({ length: 1000 }, () => ({ id: newId('cli', Date.now()), secret }));
    const all = (): Promise<unknown> => Promise.allSettled(strangers.map(ask));
    const first = await during(all);
    expect(first.length > 5 ? first : []).toEqual([]);
    expect(await during(all)).toEqual([]);
  });
});
