import { describe, expect, it } from '@jest/globals';
import { SYSTEM } from '../common/access/principal.js';
import { type Level } from '../common/oauth/vocabulary.js';
import { BUILT_IN_ROLES } from '../roles/built-in-roles.js';
import { requireMayGive } from '../roles/may-give.js';
import { type RoleSnapshot } from '../roles/role.repository.js';
import { isAccountAdmin, isNarrower, requireMayTouch, workspaceFor } from './user-rules.js';

const role = (name: string): RoleSnapshot & { assignableBy: Level } => {
  const found = BUILT_IN_ROLES.find((one) => one.name === name)!;
  return { ...found, assignableBy: found.level };
};
const of = (level: Level): typeof SYSTEM => ({ ...SYSTEM, level });
const forbidden = expect.objectContaining({ kind: 'forbidden' });

describe('who may give which role', () => {
  it.each([
    ['account', 'platform_admin'],
    ['workspace', 'account_admin'],
    ['workspace', 'platform_admin'],
  ] as const)('a principal of level %s neither gives %s nor touches whoever has it', (level, name) => {
    expect(() => requireMayGive(of(level), role(name))).toThrow(forbidden);
    expect(() => requireMayTouch(of(level), role(name))).toThrow(forbidden);
  });

  it.each([
    ['platform', 'platform_admin'],
    ['account', 'account_admin'],
    ['account', 'chat_user'],
  ] as const)('a principal of level %s gives %s', (level, name) => {
    expect(() => requireMayGive(of(level), role(name))).not.toThrow();
    expect(() => requireMayTouch(of(level), role(name))).not.toThrow();
  });

  it('administrators of accounts are those whose role administers and is above workspaces', () => {
    const admins = BUILT_IN_ROLES.filter((one) => isAccountAdmin(one)).map(({ name }) => name);
    expect(admins).toEqual(['platform_admin', 'account_admin']);
  });
});

describe('the workspace of a person', () => {
  const invalid = expect.objectContaining({
    kind: 'invalid',
    details: [expect.objectContaining({ path: 'workspaceId' })],
  });

  it('is needed by roles of workspace level, and refused for the others', () => {
    expect(() => workspaceFor(role('chat_user'), undefined)).toThrow(invalid);
    expect(() => workspaceFor(role('chat_user'), null)).toThrow(invalid);
    expect(() => workspaceFor(role('chat_user'), null, 'ws_1')).toThrow(invalid);
    expect(() => workspaceFor(role('account_admin'), 'ws_1')).toThrow(invalid);
    expect(workspaceFor(role('chat_user'), 'ws_2', 'ws_1')).toBe('ws_2');
  });

  it('stays with another role of workspace level, and goes with one above', () => {
    expect(workspaceFor(role('chat_user'), undefined, 'ws_1')).toBe('ws_1');
    expect(workspaceFor(role('account_admin'), undefined, 'ws_1')).toBeNull();
  });
});

describe('a change of role', () => {
  it.each([
    ['chat_user', 'workspace_admin', true],
    ['billing_admin', 'content_manager', true],
    ['workspace_admin', 'account_admin', true],
    ['agent_manager', 'content_manager', false],
    ['workspace_admin', 'chat_user', false],
  ])('to %s from %s takes something away: %s', (to, from, narrower) => {
    expect(isNarrower(role(to), role(from))).toBe(narrower);
  });
});
