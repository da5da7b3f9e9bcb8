import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger, type LogLevel } from './logger.js';
import { PinoLoggerService } from './pino-logger.service.js';
import { Sizes } from './sizes.js';

describe('the sizes of what is held in memory', () => {
  let lines: Record<string, unknown>[];
  let sizes: Sizes;

  beforeEach(() => {
    jest.useFakeTimers();
    lines = [];
  });

  afterEach(() => {
    sizes.onModuleDestroy();
    jest.useRealTimers();
  });

  function at(level: LogLevel): Sizes {
    const sink = new Writable({
      write(chunk, _encoding, done) {
        lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
        done();
      },
    });
    return (sizes = new Sizes(new PinoLoggerService(createLogger(level, sink))));
  }

  it('are one line of numbers an hour, as they are then', () => {
    let held = 1;
    at('info').register('ledger', () => ({ cut: held, jti: 0 }));
    sizes.register('refusals', () => 7);
    jest.advanceTimersByTime(59 * 60_000);
    expect(lines).toEqual([]);
    held = 2;
    jest.advanceTimersByTime(60_000);

    expect(lines).toEqual([
      {
        level: 30,
        time: expect.any(Number),
        context: 'Sizes',
        ledger: { cut: 2, jti: 0 },
        refusals: 7,
        msg: 'Held in memory',
      },
    ]);
    jest.advanceTimersByTime(3600_000);
    expect(lines).toHaveLength(2);
  });

  it('are there every minute for whoever debugs', () => {
    at('debug').register('ledger', () => 1);
    jest.advanceTimersByTime(3 * 60_000);

    expect(lines.map(({ level, ledger }) => [level, ledger])).toEqual([
      [20, 1],
      [20, 1],
      [20, 1],
    ]);
  });

  it('are told no more when the service has ended', () => {
    at('debug').onModuleDestroy();
    jest.advanceTimersByTime(3600_000);

    expect(lines).toEqual([]);
  });
});
