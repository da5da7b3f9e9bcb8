import { type ChangingEntity } from './changing.entity.js';

/** What a change did: each field that differs, from what to what. */
export type Difference = Record<string, { from: unknown; to: unknown }>;

/**
 * Puts the given fields on a row that is locked, and counts its version up if one of them differs.
 * @param changes what is undefined stays
 * @returns what differs; null if nothing does, and then nothing need be written
 */
export function applyChanges<E extends ChangingEntity>(entity: E, changes: Partial<E>, now: Date): Difference | null {
  const difference: Difference = {};
  for (const [name, to] of Object.entries(changes)) {
    const from: unknown = entity[name as keyof E];
    if (to !== undefined && JSON.stringify(from) !== JSON.stringify(to)) difference[name] = { from, to };
  }
  if (Object.keys(difference).length === 0) return null;
  const values = Object.fromEntries(Object.entries(difference).map(([name, { to }]) => [name, to]));
  Object.assign(entity, values, { updatedAt: now, version: entity.version + 1 });
  return difference;
}
