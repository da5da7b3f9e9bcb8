import { Base1700000000001 } from './0001-base.js';
import { TenantsAndClients1700000000002 } from './0002-tenants-and-clients.js';

/** Every migration, in order; never edited after a release. */
export const migrations = [Base1700000000001, TenantsAndClients1700000000002] as const;
