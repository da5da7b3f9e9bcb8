import { describe, expect, it } from '@jest/globals';
import { isMachine, requireHuman } from './human.js';
import { type Principal, SYSTEM } from './principal.js';

const KINDS: Record<Principal['type'], 'machine' | 'no machine'> = {
  client: 'machine',
  user: 'no machine',
  system: 'no machine',
};

describe('a machine', () => {
  it.each(Object.entries(KINDS))('a principal of type %s is a %s', (type, kind) => {
    expect(isMachine({ type: type as Principal['type'] })).toBe(kind === 'machine');
  });

  it('is whatever is neither a person nor the service: a type that comes later, too', () => {
    const later = { ...SYSTEM, type: 'api_key' as Principal['type'] };
    expect(isMachine(later)).toBe(true);
    expect(() => requireHuman(later)).toThrow(expect.objectContaining({ code: 'HUMAN_REQUIRED' }));
    expect(() => requireHuman(later, 'any')).not.toThrow();
  });
});
