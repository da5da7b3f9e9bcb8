import { monotonicFactory } from 'ulid';

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

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Whether a string has the form of an id of this type; says nothing about its existence. */
export function isId(type: IdType, value: string): boolean {
  return value.startsWith(`${type}_`) && ULID.test(value.slice(type.length + 1));
}
