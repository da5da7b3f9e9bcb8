import { beforeEach, describe, expect, it } from '@jest/globals';
import { Clock } from '../../common/clock.js';
import { OAuthError } from '../../common/errors/oauth.error.js';
import { AbandonedError } from './abandoned.error.js';
import { SigningQueue } from './signing-queue.js';

class ManualClock extends Clock {
  ms = 0;
  override monotonic(): number {
    return this.ms;
  }
}

/** Signatures that are finished by hand, in the order in which they were begun. */
class Press {
  readonly begun: number[] = [];
  private readonly endings: ((error?: Error) => void)[] = [];

  work(name: number): () => Promise<Buffer> {
    return () => {
      this.begun.push(name);
      return new Promise((resolve, reject) => {
        this.endings.push((error) => {
          if (error) reject(error);
          else resolve(Buffer.from([name]));
        });
      });
    };
  }

  async finish(error?: Error): Promise<void> {
    this.endings.shift()?.(error);
    // The queue hears of an end a few turns of the microtask queue later.
    await new Promise(setImmediate);
  }
}

let clock: ManualClock;
let press: Press;
let queue: SigningQueue;
const refused: unknown[] = [];
const add = (name: number, abandoned?: () => boolean): void => {
  queue.run(press.work(name), abandoned).catch((error: unknown) => refused.push(error));
};
const addMany = (count: number): void => {
  for (let i = 0; i < count; i++) add(i);
};
/** Lets the average learn how long a signature takes. */
const learn = async (ms: number, count = 300): Promise<void> => {
  for (let i = 0; i < count; i++) {
    add(i);
    clock.ms += ms;
    await press.finish();
  }
  press.begun.length = 0;
};

beforeEach(() => {
  clock = new ManualClock();
  press = new Press();
  queue = new SigningQueue(clock, 2);
  refused.length = 0;
});

describe('SigningQueue', () => {
  it('gives each caller its own signature', async () => {
    const signatures = Promise.all([7, 8, 9].map((name) => queue.run(press.work(name))));
    for (let i = 0; i < 3; i++) await press.finish();
    expect((await signatures).map((signature) => signature[0])).toEqual([7, 8, 9]);
  });

  it('has no more under way than allowed, and serves in the order of arrival', async () => {
    addMany(5);
    expect(press.begun).toEqual([0, 1]);
    await press.finish();
    expect(press.begun).toEqual([0, 1, 2]);
    for (let i = 0; i < 4; i++) await press.finish();
    expect(press.begun).toEqual([0, 1, 2, 3, 4]);
  });

  it('does not sign for a caller that has gone while it waited', async () => {
    let gone = false;
    addMany(2);
    add(2, () => gone);
    add(3);
    gone = true;
    await press.finish();
    expect(press.begun).toEqual([0, 1, 3]);
    expect(refused).toEqual([expect.any(AbandonedError)]);
  });

  it('steps over any number of callers that have gone at once', async () => {
    addMany(2);
    for (let i = 2; i < 200; i++) add(i, () => true);
    add(200);
    await press.finish();
    expect(press.begun).toEqual([0, 1, 200]);
    expect(refused).toHaveLength(198);
  });

  it('goes on after a signature that failed, which its own caller alone hears of', async () => {
    addMany(3);
    await press.finish(new Error('HSM'));
    expect(press.begun).toEqual([0, 1, 2]);
    expect(refused).toEqual([new Error('HSM')]);
  });

  it.each([
    [10.1, 25],
    [2.01, 125],
    [1, 250],
  ])('at %d ms a signature, %i may wait and the next is refused with Retry-After: 1', async (ms, most) => {
    await learn(ms);
    addMany(2 + most);
    await new Promise(setImmediate);
    expect(refused).toEqual([]);
    add(-1);
    await new Promise(setImmediate);
    expect(refused).toEqual([expect.any(OAuthError)]);
    expect(refused[0]).toMatchObject({ error: 'temporarily_unavailable', status: 503, retryAfterSeconds: 1 });
  });

  it('counts what is made side by side as sharing its time', async () => {
    for (let i = 0; i < 600; i++) {
      addMany(2);
      clock.ms += 10;
      await press.finish();
      await press.finish();
    }
    addMany(2);
    // The first of each pair began alone and counts whole, the second half: 7.5 ms on the average.
    addMany(60);
    await new Promise(setImmediate);
    expect(60 - refused.length).toBeGreaterThan(25);
    expect(60 - refused.length).toBeLessThan(50);
  });

  it('admits again once what waited is signed', async () => {
    await learn(10);
    addMany(28);
    for (let i = 0; i < 27; i++) await press.finish();
    refused.length = 0;
    add(99);
    await press.finish();
    expect(press.begun).toContain(99);
    expect(refused).toEqual([]);
  });

  it('admits one at a time however slow signatures have become', async () => {
    await learn(5000);
    addMany(3);
    expect(press.begun).toEqual([0, 1]);
    add(3);
    await new Promise(setImmediate);
    expect(refused).toHaveLength(1);
  });

  it('answers a hundred thousand that wait, each', async () => {
    await learn(0.001, 600);
    const all = Array.from({ length: 100_000 }, (_, index) =>
      queue.run(() => Promise.resolve(Buffer.from([index % 256]))),
    );
    expect((await Promise.all(all)).every(([byte], index) => byte === index % 256)).toBe(true);
  }, 60_000);

  it('does not take one late reading for a slow machine', async () => {
    await learn(1);
    add(0);
    clock.ms += 200;
    await press.finish();
    addMany(202);
    expect(refused).toEqual([]);
  });
});
