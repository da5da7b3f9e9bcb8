import { AuditEvent } from './audit/audit-event.entity.js';
import { ClientAudience } from './clients/client-audience.entity.js';
import { ClientSecret } from './clients/client-secret.entity.js';
import { Client } from './clients/client.entity.js';
import { SigningKey } from './keys/signing-key.entity.js';
import { ResourceServer } from './resource-servers/resource-server.entity.js';
import { RoleScopes } from './resource-servers/role-scopes.entity.js';
import { Role } from './roles/role.entity.js';
import { SealedSecret } from './sealing/sealed-secret.entity.js';
import { UserCredential } from './users/user-credential.entity.js';
import { User } from './users/user.entity.js';
import { Account } from './workspaces/account.entity.js';
import { Workspace } from './workspaces/workspace.entity.js';

/** Every table that TypeORM maps. */
export const ENTITIES = [
  Account,
  AuditEvent,
  Client,
  ClientAudience,
  ClientSecret,
  ResourceServer,
  Role,
  RoleScopes,
  SealedSecret,
  SigningKey,
  User,
  UserCredential,
  Workspace,
] as const;
