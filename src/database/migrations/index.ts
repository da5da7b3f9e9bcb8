import { Base1700000000001 } from './0001-base.js';
import { TenantsAndClients1700000000002 } from './0002-tenants-and-clients.js';
import { Management1700000000003 } from './0003-management.js';
import { Hints1700000000004 } from './0004-hints.js';
import { AssignableBy1700000000005 } from './0005-assignable-by.js';
import { Bounds1700000000006 } from './0006-bounds.js';

/** Every migration, in order; never edited after a release. */
export const migrations = [
  Base1700000000001,
  TenantsAndClients1700000000002,
  Management1700000000003,
  Hints1700000000004,
  AssignableBy1700000000005,
  Bounds1700000000006,
] as const;
