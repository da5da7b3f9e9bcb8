import { decodeTime, encodeTime, monotonicFactory, ulid } from 'ulid';

/** The object types whose ids are `<type>_<ULID>`. */
export type IdType = 'acc' | 'ws' | 'usr' | 'cli' | 'sec' | 'rs' | 'aud';

const nextUlid = monotonicFactory();

/**
 * A new id: its ULID begins with the time, and is greater than every earlier one of this process, so ids sort by age.
 * @param nowMs epoch milliseconds, from the Clock
 */
export function newId(type: IdType, nowMs: number): string {
  return `${type}_${nextUlid(Math.floor(nowMs))}`;
}

/**
 * A new id for a moment that has passed: it sorts by that moment, in no order with others of the same millisecond.
 * @param atMs epoch milliseconds
 */
export function newIdOf(type: IdType, atMs: number): string {
  return `${type}_${ulid(Math.floor(atMs))}`;
}

/** The moment that an id begins with, epoch milliseconds. */
export function momentOf(type: IdType, id: string): number {
  return decodeTime(id.slice(type.length + 1));
}

/** The last moment that a ULID can name, in the year 10889. */
const LAST_MS = 2 ** 48 - 1;

/** The least id of a moment, with which ranges of time become ranges of ids; before 1970, the least of all. */
export function firstIdOf(type: IdType, atMs: number): string {
  return `${type}_${encodeTime(Math.min(Math.max(Math.floor(atMs), 0), LAST_MS))}${'0'.repeat(16)}`;
}

/**
 * A new id that is greater than another, which a process with a clock a moment ahead may have made.
 * @param earlier an id, or null where there is none before
 */
export function newIdAfter(type: IdType, nowMs: number, earlier: string | null): string {
  const earliest = earlier === null ? 0 : momentOf(type, earlier) + 1;
  return newId(type, Math.max(nowMs, earliest));
}

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Whether a string has the form of an id of this type; says nothing about its existence. */
export function isId(type: IdType, value: string): boolean {
  return value.startsWith(`${type}_`) && ULID.test(value.slice(type.length + 1));
}
