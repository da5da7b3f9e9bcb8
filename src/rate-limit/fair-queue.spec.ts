import { describe, expect, it } from '@jest/globals';
import { type DomainError } from '../common/errors/domain.error.js';
import { FairQueue } from './fair-queue.js';

const BOUNDS = { perName: 4, perNetwork: 16, total: 64 };

/** A queue whose work is done one step at a time, and what was done, in order. */
function queue(bounds = BOUNDS): {
  ask: (network: string, name: string, abandoned?: () => boolean) => Promise<string>;
  done: string[];
  finish: () => Promise<void>;
} {
  const fair = new FairQueue(bounds);
  const done: string[] = [];
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const outcomes: Promise<string>[] = [];
  const ask = (network: string, name: string, abandoned?: () => boolean): Promise<string> => {
    const turn = { network, name, ...(abandoned && { abandoned }) };
    const work = async (): Promise<void> => {
      await gate;
      done.push(`${network} ${name}`);
    };
    const outcome = fair.run(turn, work).then(
      () => 'done',
      (error: unknown) => (error as DomainError).kind,
    );
    outcomes.push(outcome);
    return outcome;
  };
  const finish = async (): Promise<void> => {
    release();
    await Promise.all(outcomes);
    expect(fair.size).toBe(0);
  };
  return { ask, done, finish };
}

describe('turns at something dear', () => {
  it('come to a stranger after one of a flooder’s, whatever names the flooder sends', async () => {
    const { ask, done, finish } = queue();
    for (let i = 0; i < 1000; i++) void ask('flood', `name${i}`);
    const stranger = ask('quiet', 'ada');
    await finish();
    expect(await stranger).toBe('done');
    expect(done.indexOf('quiet ada')).toBeLessThanOrEqual(2);
  });

  it('come to another name of the same network after one of the flooder’s', async () => {
    const { ask, done, finish } = queue();
    for (let i = 0; i < 1000; i++) void ask('office', 'flood');
    const other = ask('office', 'ada');
    await finish();
    expect(await other).toBe('done');
    expect(done.indexOf('office ada')).toBeLessThanOrEqual(2);
  });

  it('are refused to whoever has too many waiting: of a name, and of a network', async () => {
    const { ask, finish } = queue();
    const oneName = Array.from({ length: 7 }, () => ask('a', 'x'));
    const network = Array.from({ length: 20 }, (_, i) => ask('b', `n${i}`));
    await finish();
    const counts = (outcomes: string[]): number => outcomes.filter((kind) => kind === 'too-many').length;
    // One of the first is at work, and waits no more.
    expect([counts(await Promise.all(oneName)), counts(await Promise.all(network))]).toEqual([2, 4]);
  });

  it('of all that wait, when there is no more room, are taken from the network that has the most', async () => {
    const { ask, finish } = queue({ perName: 4, perNetwork: 16, total: 20 });
    void ask('first', 'at work');
    const busy = Array.from({ length: 16 }, (_, i) => ask('busy', `n${i}`));
    const quiet = Array.from({ length: 8 }, (_, i) => ask(`quiet${i}`, 'x'));
    await finish();
    expect((await Promise.all(quiet)).every((kind) => kind === 'done')).toBe(true);
    expect((await Promise.all(busy)).filter((kind) => kind === 'too-many')).toHaveLength(4);
  });

  it('pass by whoever has hung up', async () => {
    const { ask, done, finish } = queue();
    void ask('a', 'x');
    const gone = ask('b', 'y', () => true);
    await finish();
    expect([await gone, done]).toEqual(['unavailable', ['a x']]);
  });

  it('go on after work that failed', async () => {
    const fair = new FairQueue(BOUNDS);
    const failed = fair.run({ network: 'a', name: 'x' }, () => Promise.reject(new Error('broken')));
    const next = fair.run({ network: 'a', name: 'x' }, () => Promise.resolve(1));
    await expect(failed).rejects.toThrow('broken');
    expect(await next).toBe(1);
  });
});
