import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext } from '@nestjs/common';
import { ClientChangeService } from '../../src/clients/client-change.service.js';
import { ClientCreationService } from '../../src/clients/client-creation.service.js';
import { ClientRotationService } from '../../src/clients/client-rotation.service.js';
import { type Principal, SYSTEM } from '../../src/common/access/principal.js';
import { Precondition } from '../../src/common/precondition.js';
import { AccountsService } from '../../src/workspaces/accounts.service.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { application } from '../support/application.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

describe('where people alone make credentials', () => {
  let database: TestDatabase;
  let app: INestApplicationContext;
  let close: () => Promise<void>;
  let accountId: string;
  let workspaceId: string;
  let person: Principal;
  let machine: Principal;

  beforeAll(async () => {
    database = await testDatabase();
    ({ app, close } = await application(database.url));
    accountId = (await app.get(AccountsService).create(SYSTEM, { name: 'Acme', plan: 'pro' })).object.id;
    const made = await app.get(WorkspacesService).create(SYSTEM, { accountId, name: 'W', slug: 'w' });
    workspaceId = made.object.id;
    person = {
      ...SYSTEM,
      type: 'user',
      id: 'usr_1',
      level: 'workspace',
      accountId,
      workspaceId,
      grounds: { position: Number.MAX_SAFE_INTEGER, names: [] },
    };
    machine = { ...person, type: 'client', id: 'cli_1' };
  }, 30_000);

  afterAll(async () => {
    await close();
    await database.drop();
  });

  const make = (principal: Principal): ReturnType<ClientCreationService['create']> =>
    app
      .get(ClientCreationService)
      .create(principal, { level: 'workspace', workspaceId }, { name: 'job', role: 'content_manager' }, null);

  it('a person of the workspace makes, rotates and changes a client, and a machine does not', async () => {
    const { made, secret } = await make(person);
    expect([made.object.createdBy, secret]).toEqual(['usr_1', expect.stringMatching(/^cv_sk_/)]);
    await expect(make(machine)).rejects.toMatchObject({ code: 'HUMAN_REQUIRED' });
    const { id } = made.object;
    const rotation = app.get(ClientRotationService);
    await expect(rotation.rotate(machine, id, {})).rejects.toMatchObject({ code: 'HUMAN_REQUIRED' });
    await expect(rotation.rotate(person, id, { currentSecret: 'x' })).rejects.toMatchObject({
      kind: 'unauthenticated',
    });
    expect((await rotation.rotate(person, id, { overlapSeconds: 60 })).secret).not.toBe(secret);
    expect((await rotation.complete(person, id)).client.version).toBe(3);
    const changes = app.get(ClientChangeService);
    const to = (principal: Principal): Promise<unknown> =>
      changes.change(principal, id, { role: 'chat_user' }, new Precondition(undefined));
    await expect(to(machine)).rejects.toMatchObject({ code: 'HUMAN_REQUIRED' });
    await expect(to(person)).resolves.toMatchObject({ client: { role: 'chat_user' } });
  });

  it('the plan of the account counts for its workspaces, whoever asks', async () => {
    await app.get(AccountsService).change(SYSTEM, accountId, { plan: 'free' }, new Precondition(undefined));
    await expect(make(person)).rejects.toMatchObject({ code: 'PLAN_NOT_ELIGIBLE' });
    await app.get(AccountsService).change(SYSTEM, accountId, { plan: 'enterprise' }, new Precondition(undefined));
    expect((await make({ ...person, onBehalfOf: 'usr_2' })).made.object.createdBy).toBe('usr_2');
  });
});
