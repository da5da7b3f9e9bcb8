import { type EntityManager } from 'typeorm';
import { type Owner } from '../audit/refusal.js';

/** Whose the tenants' objects are, living or ended, as the login sees them; never for an answer. */
export class ObjectOwnerRepository {
  constructor(private readonly manager: EntityManager) {}

  /** The owners of those ids that exist, in one statement; null and null is the platform. */
  async find(ids: readonly string[]): Promise<Map<string, Owner>> {
    const rows = await this.manager.query<{ id: string; account_id: string | null; workspace_id: string | null }[]>(
      `select id, id as account_id, null as workspace_id from accounts where id = any($1)
       union all select id, account_id, id from workspaces where id = any($1)
       union all select id, account_id, workspace_id from users where id = any($1)
       union all select id, account_id, workspace_id from clients where id = any($1)
       union all select secret.id, client.account_id, client.workspace_id
         from client_secrets secret join clients client on client.id = secret.client_id where secret.id = any($1)`,
      [ids],
    );
    return new Map(
      rows.map(({ id, account_id: accountId, workspace_id: workspaceId }) => [id, { accountId, workspaceId }]),
    );
  }
}
