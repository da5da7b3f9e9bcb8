import { type ManagementScope } from '../common/oauth/scope.js';
import { type Level } from '../common/oauth/vocabulary.js';

interface BuiltInRole {
  readonly name: string;
  readonly level: Level;
  readonly scopes: readonly ManagementScope[];
}

/** The roles that every installation has. */
export const BUILT_IN_ROLES: readonly BuiltInRole[] = [
  { name: 'platform_admin', level: 'platform', scopes: ['admin'] },
  { name: 'account_admin', level: 'account', scopes: ['admin'] },
  { name: 'workspace_admin', level: 'workspace', scopes: ['admin'] },
  { name: 'agent_manager', level: 'workspace', scopes: ['read', 'write'] },
  { name: 'content_manager', level: 'workspace', scopes: ['read', 'write'] },
  { name: 'billing_admin', level: 'workspace', scopes: ['read'] },
  { name: 'chat_user', level: 'workspace', scopes: ['read'] },
];
