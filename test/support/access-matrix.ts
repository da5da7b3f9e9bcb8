/** Whose object a request is about: the caller's own tenant's, its sibling workspace's, another account's. */
export type Target = 'own' | 'sibling' | 'other';

/** Ids of the objects of a target. */
export interface Objects {
  accountId: string;
  workspaceId: string;
  userId: string;
  clientId: string;
  /** Of the client. */
  secretId: string;
  /** A client that may be ended. */
  doomedClientId: string;
  resourceServerId: string;
}

/** One endpoint: what is sent, and what each kind of caller is answered. */
export interface Row {
  readonly targets: readonly Target[];
  readonly body?: (objects: Objects, unique: string) => object;
  /** What the path's parameter means, where it is not the object of its name. */
  readonly path?: Readonly<Record<string, keyof Objects | `=${string}`>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A status for each kind; where it differs by target, one for each. */
  readonly expected: readonly string[];
}

/** The callers, by the names that `Tenants` has for them; null is nobody. */
export const KINDS = {
  nobody: null,
  'person of the platform': 'admin',
  'client of the platform': 'platform',
  'person of an account': 'acmeAdmin',
  'client of an account': 'acme',
  'administrator of a workspace': 'oneAdmin',
  'client with workspace_admin': 'acme.one',
  'client with content_manager': 'acme.one.writer',
  'client with chat_user': 'acme.one.reader',
  'person with content_manager': 'oneWriter',
  'person with chat_user': 'oneReader',
} as const;
export type Kind = keyof typeof KINDS;

const ONE = ['own'] as const;
const ACCOUNT = ['own', 'other'] as const;
const WORKSPACE = ['own', 'sibling', 'other'] as const;
type Rest = Omit<Row, 'targets' | 'expected'>;

function row(targets: readonly Target[], expected: string, rest: Rest = {}): Row {
  return { targets, expected: expected.trim().split(/\s+/), ...rest };
}

const send = (body: Row['body']): Rest => ({ body });
const nothing: Rest = { body: () => ({}) };
/** No object is in this version: what would be allowed is 412, and the object stays for the next caller. */
const never: Rest = { headers: { 'if-match': '"0"' } };
const named = (unique: string): { name: string } => ({ name: unique });

/**
 * Who may do what, written by hand. The columns are those of `KINDS`:
 * nobody, platform (person, client), account (person, client), workspace (person, then clients: admin, writer, reader;
 * then people: writer, reader).
 */
export const MATRIX: Readonly<Record<string, Row>> = {
  'GET /v1/whoami': row(ONE, '401 200 200 200 200 200 200 200 200 200 200'),

  'GET /v1/account': row(ONE, '401 403 403 200 200 403 403 403 403 403 403'),
  'GET /v1/account/workspaces': row(ONE, '401 403 403 200 200 403 403 403 403 403 403'),
  'GET /v1/workspace': row(ONE, '401 403 403 403 403 200 200 200 200 200 200'),

  'GET /v1/accounts': row(ONE, '401 200 200 403 403 403 403 403 403 403 403'),
  'POST /v1/accounts': row(
    ONE,
    '401 201 201 403 403 403 403 403 403 403 403',
    send((_, name) => ({ name, plan: 'pro' })),
  ),
  'GET /v1/accounts/{accountId}': row(
    ACCOUNT,
    '401 200 200 200/404 200/404 403/404 403/404 403/404 403/404 403/404 403/404',
  ),
  'PATCH /v1/accounts/{accountId}': row(
    ACCOUNT,
    '401 200 200 200/404 200/404 403/404 403/404 403 403 403 403',
    nothing,
  ),

  'GET /v1/accounts/{accountId}/workspaces': row(
    ACCOUNT,
    '401 200 200 200/404 200/404 403/404 403/404 403/404 403/404 403/404 403/404',
  ),
  'POST /v1/accounts/{accountId}/workspaces': row(
    ACCOUNT,
    '401 201 201 201/404 201/404 403/404 403/404 403 403 403 403',
    send((_, name) => ({ name, slug: name })),
  ),
  'GET /v1/workspaces/{workspaceId}': row(
    WORKSPACE,
    '401 200 200 200/200/404 200/200/404 200/404/404 200/404/404 200/404/404 200/404/404 200/404/404 200/404/404',
  ),
  'PATCH /v1/workspaces/{workspaceId}': row(
    WORKSPACE,
    '401 200 200 200/200/404 200/200/404 200/404/404 200/404/404 403 403 403 403',
    nothing,
  ),
  'DELETE /v1/workspaces/{workspaceId}': row(
    WORKSPACE,
    '401 412 412 412/412/404 412/412/404 412/404/404 412/404/404 403 403 403 403',
    never,
  ),

  'GET /v1/accounts/{accountId}/users': row(
    ACCOUNT,
    '401 200 200 200/404 200/404 403/404 403/404 403/404 403/404 403/404 403/404',
  ),
  'POST /v1/accounts/{accountId}/users': row(
    ACCOUNT,
    '401 201 201 201/404 201/404 403/404 403/404 403 403 403 403',
    send(({ workspaceId }, name) => ({ name, email: `${name}@example.com`, role: 'chat_user', workspaceId })),
  ),
  'GET /v1/users/{userId}': row(ACCOUNT, '401 200 200 200/404 200/404 403 403 403 403 403 403'),
  'PATCH /v1/users/{userId}': row(ACCOUNT, '401 200 200 200/404 200/404 403 403 403 403 403 403', nothing),
  'DELETE /v1/users/{userId}': row(ACCOUNT, '401 412 412 412/404 412/404 403 403 403 403 403 403', never),
  'POST /v1/users/{userId}/setup-token': row(ACCOUNT, '401 200 403 200/404 403/404 403 403 403 403 403 403'),

  'GET /v1/clients': row(ONE, '401 200 200 403 403 403 403 403 403 403 403'),
  'POST /v1/clients': row(
    ONE,
    '401 201 403 403 403 403 403 403 403 403 403',
    send((_, unique) => named(unique)),
  ),
  'GET /v1/accounts/{accountId}/clients': row(
    ACCOUNT,
    '401 200 200 200/404 200/404 403/404 403/404 403/404 403/404 403/404 403/404',
  ),
  'POST /v1/accounts/{accountId}/clients': row(
    ACCOUNT,
    '401 201 403 201/404 403/404 403/404 403/404 403 403 403 403',
    send((_, unique) => named(unique)),
  ),
  'GET /v1/workspaces/{workspaceId}/clients': row(
    WORKSPACE,
    '401 200 200 200/200/404 200/200/404 200/404/404 200/404/404 200/404/404 200/404/404 200/404/404 200/404/404',
  ),
  'POST /v1/workspaces/{workspaceId}/clients': row(
    WORKSPACE,
    '401 201 403 201/201/404 403/403/404 201/404/404 403/404/404 403 403 403 403',
    send((_, name) => ({ name, role: 'chat_user' })),
  ),
  'GET /v1/clients/{clientId}': row(
    WORKSPACE,
    '401 200 200 200/200/404 200/200/404 200/404/404 200/404/404 200/404/404 200/404/404 200/404/404 200/404/404',
  ),
  'PATCH /v1/clients/{clientId}': row(
    WORKSPACE,
    '401 200 200 200/200/404 200/200/404 200/404/404 200/404/404 403 403 403 403',
    send((_, unique) => named(unique)),
  ),
  'POST /v1/clients/{clientId}/rotate': row(
    WORKSPACE,
    '401 200 403 200/200/404 403/403/404 200/404/404 403/404/404 403 403 403 403',
  ),
  // Without an overlap it is 409 to whoever may.
  'POST /v1/clients/{clientId}/rotate/complete': row(
    WORKSPACE,
    '401 409 403 409/409/404 403/403/404 409/404/404 403/404/404 403 403 403 403',
  ),
  'POST /v1/clients/{clientId}/rotate/cancel': row(
    WORKSPACE,
    '401 409 403 409/409/404 403/403/404 409/404/404 403/404/404 403 403 403 403',
  ),
  'GET /v1/clients/{clientId}/secrets': row(
    WORKSPACE,
    '401 200 200 200/200/404 200/200/404 200/404/404 200/404/404 200/404/404 200/404/404 200/404/404 200/404/404',
    { path: { clientId: 'doomedClientId' } },
  ),
  // The last live secret is 409 to whoever may.
  'DELETE /v1/clients/{clientId}/secrets/{secretId}': row(
    WORKSPACE,
    '401 409 409 409/409/404 409/409/404 409/404/404 409/404/404 403 403 403 403',
    { path: { clientId: 'doomedClientId' } },
  ),
  'POST /v1/clients/{clientId}/deactivate': row(
    WORKSPACE,
    '401 200 200 200/200/404 200/200/404 200/404/404 200/404/404 403 403 403 403',
    { path: { clientId: 'doomedClientId' } },
  ),

  'GET /v1/roles': row(ONE, '401 200 200 200 200 200 200 200 200 200 200'),
  'POST /v1/roles': row(
    ONE,
    '401 201 201 403 403 403 403 403 403 403 403',
    send((_, name) => ({ name, level: 'workspace', scopes: ['read'] })),
  ),
  'GET /v1/roles/{name}': row(ONE, '401 200 200 200 200 200 200 200 200 200 200', { path: { name: '=matrix_role' } }),
  'PATCH /v1/roles/{name}': row(ONE, '401 200 200 403 403 403 403 403 403 403 403', {
    ...nothing,
    path: { name: '=matrix_role' },
  }),
  'DELETE /v1/roles/{name}': row(ONE, '401 412 412 403 403 403 403 403 403 403 403', {
    ...never,
    path: { name: '=matrix_role' },
  }),
  'GET /v1/resource-servers': row(ONE, '401 200 200 200 200 200 200 200 200 200 200'),
  'POST /v1/resource-servers': row(
    ONE,
    '401 201 201 403 403 403 403 403 403 403 403',
    send((_, name) => ({ name, identifier: `urn:${name}` })),
  ),
  'GET /v1/resource-servers/{resourceServerId}': row(ONE, '401 200 200 200 200 200 200 200 200 200 200'),
  'PATCH /v1/resource-servers/{resourceServerId}': row(ONE, '401 200 200 403 403 403 403 403 403 403 403', nothing),
  'DELETE /v1/resource-servers/{resourceServerId}': row(ONE, '401 412 412 403 403 403 403 403 403 403 403', never),

  'GET /v1/audit-events': row(ONE, '401 200 200 200 200 200 200 403 403 403 403'),

  // Machines have no password; whoever has one gave a wrong one.
  'POST /auth/password': row(
    ONE,
    '401 401 403 401 403 401 403 403 403 401 401',
    send(() => ({ currentPassword: 'not the password', newPassword: 'a password that is never set' })),
  ),
  // Last, since it ends the caller's token.
  'POST /auth/logout': row(ONE, '401 204 204 204 204 204 204 204 204 204 204'),
};
