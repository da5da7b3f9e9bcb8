import { performance } from 'node:perf_hooks';

/** What no clock tells apart, in milliseconds. */
const FLOOR_MS = 0.1;
const RUNS = 3;
/** Between linear (16) and quadratic (256), over sixteen times the size. */
const LIMIT = 64;
const FACTOR = 16;

/** Something whose cost is looked at, and inputs for it that grow. */
export interface Subject<Input = string> {
  readonly name: string;
  readonly run: (input: Input) => unknown;
  /** The greatest size that it is ever given. */
  readonly greatest: number;
  readonly attacks: readonly Attack<Input>[];
}

export interface Attack<Input = string> {
  readonly name: string;
  /** An input of about this size. */
  readonly of: (size: number) => Input;
}

/**
 * Which attacks cost a subject more than its input is long, with how the cost grew: from sixteen times less to this size.
 * Sizes grow in small steps at first, so that what is exponential is found before it hangs.
 */
export function dear<Input>({ name, run, greatest, attacks }: Subject<Input>): string[] {
  return attacks.flatMap((attack) => {
    const costs: { size: number; cost: number }[] = [];
    for (const size of sizes(greatest)) {
      const input = attack.of(size);
      const earlier = costs.findLast((one) => one.size <= size / FACTOR) ?? costs[0];
      const limit = LIMIT * Math.max(earlier?.cost ?? Infinity, FLOOR_MS);
      const cost = leastCost(() => run(input), limit);
      if (cost > limit) return [`${name}: ${attack.name} at ${size}, ${Math.round((cost * LIMIT) / limit)} times`];
      costs.push({ size, cost });
    }
    return [];
  });
}

function sizes(greatest: number): number[] {
  const small = Array.from({ length: 21 }, (_, step) => Math.round(8 * 2 ** (step / 4)));
  const large = Array.from({ length: 8 }, (_, step) => 512 * 2 ** step);
  return [...small, ...large].filter((size) => size <= greatest);
}

/** A busy machine makes some runs dear; hardly all of them. One that is dear is run again more often. */
function leastCost(run: () => unknown, limit: number): number {
  let least = Infinity;
  let spent = 0;
  for (let runs = 0; runs < RUNS || (least > limit && runs < 4 * RUNS && spent < 5000); runs++) {
    const before = performance.now();
    run();
    const cost = performance.now() - before;
    spent += cost;
    least = Math.min(least, cost);
  }
  return least;
}

/** Strings that repeat a piece, between a beginning and an end. */
export function repeating(beginning: string, piece: string, end: string): Attack {
  return {
    name: JSON.stringify(`${beginning}(${piece})+${end}`),
    of: (size) => beginning + piece.repeat(Math.ceil(size / piece.length)) + end,
  };
}

const PIECES = [
  ...[
    'a',
    'A',
    '0',
    ' ',
    '\t',
    '\n',
    '\0',
    '.',
    '-',
    '_',
    '@',
    '/',
    ':',
    ';',
    '=',
    ',',
    '"',
    '\\',
    '\\"',
    '[',
    '%',
    '%41',
  ],
  ...['ab', 'abc', 'abcd', 'a.', 'a@', 'e\u0301', '\u0301\u0316', '\u{1F5DD}', '\uD800', 'password', 'admin', 'qwerty'],
];

/** Strings that are repetitions of whatever is known to trouble parsers. */
export function generalAttacks(beginning = ''): Attack[] {
  return PIECES.flatMap((piece) => ['', 'X'].map((end) => repeating(beginning, piece, end)));
}
