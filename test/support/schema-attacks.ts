import { z } from 'zod';
import { type Attack, generalAttacks } from './cost.js';

type Json = Readonly<Record<string, unknown>>;
/** Makes a value of a size for a place of a schema. */
type Filler = (shape: Json, size: number) => unknown;

/**
 * Bodies for a schema: its texts, lists and maps filled with what grows, everything else as small as it may be; and what
 * it does not know at all.
 */
export function attacksOnSchema(schema: z.ZodType): Attack<unknown>[] {
  const converted = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  const shapes = alternativesOf(resolved(converted, (converted.$defs ?? {}) as Readonly<Record<string, Json>>) as Json);
  const texts = generalAttacks().map(({ name, of }): [string, Filler] => [
    name,
    (shape, size) => (is('string', shape) && shape.enum === undefined ? of(size) : smallest(shape)),
  ]);
  const filled = [...texts, ...LISTS, ...MAPS].flatMap(([name, filler]) =>
    shapes.map((shape): Attack<unknown> => ({ name, of: (size) => fill(shape, size, filler) })),
  );
  return [...filled, ...STRANGE];
}

/** With what is named where it is referred to. */
function resolved(node: unknown, named: Readonly<Record<string, Json>>): unknown {
  if (Array.isArray(node)) return node.map((one) => resolved(one, named));
  if (typeof node !== 'object' || node === null) return node;
  const { $ref, ...rest } = node as Json;
  if (typeof $ref === 'string') return resolved(named[$ref.split('/').at(-1) ?? ''], named);
  return Object.fromEntries(Object.entries(rest).map(([name, member]) => [name, resolved(member, named)]));
}

const is = (type: string, shape: Json): boolean => [shape.type].flat().includes(type);

const STRANGE: Attack<unknown>[] = [
  { name: 'unknown members', of: (size) => Object.fromEntries(numbers(size, 8).map((n) => [`x${n}`, n])) },
  { name: 'a list', of: (size) => numbers(size, 4) },
  { name: 'a text', of: (size) => 'x'.repeat(size) },
];

/** What lists and maps hold: the values of a place, by their number. */
const VALUES: [string, (index: number, shape: Json) => unknown][] = [
  ['different texts', (index) => `s${index}`],
  ['different ids', (index) => `cli_${String(index).padStart(26, '0')}`],
  ['equal texts', () => 'same'],
  ['wrong texts', () => ' '],
  ['numbers', (index) => index],
  ['what fits', (_index, shape) => smallest(shape)],
];
const LISTS: [string, Filler][] = VALUES.map(([name, of]) => [
  `lists of ${name}`,
  (shape, size) => {
    const [item = {}] = alternativesOf((shape.items ?? {}) as Json);
    return is('array', shape) ? numbers(size, 6).map((n) => of(n, item)) : smallest(shape);
  },
]);
const MAPS: [string, Filler][] = [
  ['maps of many', (shape, size) => many(shape, (map) => numbers(size, 8).map((n) => [`r${n}`, smallest(map)]))],
  ['maps of a long name', (shape, size) => many(shape, (map) => [['k'.repeat(size), smallest(map)]])],
  ['maps of one long list', (shape, size) => many(shape, () => [['r', numbers(size, 6).map((n) => `s${n}`)]])],
  [
    'maps of a long name and a wrong list',
    (shape, size) => many(shape, () => [['k'.repeat(size / 2), numbers(size, 4).map(() => ' ')]]),
  ],
];

function many(shape: Json, entries: (values: Json) => [string, unknown][]): unknown {
  const values = shape.additionalProperties;
  return typeof values === 'object' && values !== null ? Object.fromEntries(entries(values as Json)) : smallest(shape);
}

function numbers(size: number, each: number): number[] {
  return Array.from({ length: Math.ceil(size / each) }, (_, index) => index);
}

function alternativesOf(shape: Json): Json[] {
  const alternatives = (shape.anyOf ?? shape.oneOf) as Json[] | undefined;
  return alternatives ? alternatives.flatMap(alternativesOf) : [shape];
}

/** Fills an object's members, each alternative of which is its first; whatever else, as the filler says. */
function fill(shape: Json, size: number, filler: Filler): unknown {
  const [first = {}] = alternativesOf(shape);
  const { properties } = first as { properties?: Record<string, Json> };
  if (!properties) return filler(first, size);
  return Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, fill(member, size, filler)]));
}

function smallest(shape: Json): unknown {
  if (Array.isArray(shape.enum)) return (shape.enum as unknown[])[0];
  if ('const' in shape) return shape.const;
  if (is('array', shape)) return [];
  if (is('object', shape)) return {};
  if (is('integer', shape) || is('number', shape)) return 1;
  return is('boolean', shape) ? true : 'x';
}
