import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { type Logger } from 'pino';
import { serializeError } from './error-serializer.js';
import { createLogger } from './logger.js';
import { PinoLoggerService } from './pino-logger.service.js';

function logged(write: (logger: Logger) => void): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
  write(createLogger('trace', sink));
  return lines;
}

describe('the log', () => {
  it('has of a request its method and path, not its query, headers or body', () => {
    const req = { method: 'GET', url: '/a?token=secret', headers: { authorization: 'secret' }, body: 'secret' };

    expect(logged((logger) => logger.info({ req }, 'x'))[0]?.req).toEqual({ method: 'GET', path: '/a' });
  });

  it('takes Nest’s lines with their context, and nothing else that is passed', () => {
    const [info, error] = logged((logger) => {
      const service = new PinoLoggerService(logger);
      service.log('ready', { password: 'secret' }, 'Router');
      service.error(new Error('broken'), 'at x\nat y');
    });

    expect(info).toMatchObject({ level: 30, msg: 'ready', context: 'Router' });
    expect(JSON.stringify(info)).not.toContain('secret');
    expect(error).toMatchObject({ level: 50, err: { message: 'broken' } });
    expect(error).not.toHaveProperty('context');
  });

  it('has the lines about modules and routes for whoever debugs', () => {
    const [line] = logged((logger) => new PinoLoggerService(logger).log('Mapped {/docs, GET} route', 'RouterExplorer'));

    expect(line).toMatchObject({ level: 20, context: 'RouterExplorer' });
  });
});

describe('an error in the log', () => {
  it('keeps type, message, frames and causes', () => {
    const error = new TypeError('outer', { cause: new RangeError('inner') });

    expect(serializeError(error)).toMatchObject({
      type: 'TypeError',
      message: 'outer',
      cause: { type: 'RangeError', message: 'inner' },
    });
    expect(serializeError(error).stack).toMatch(/^\s+at /);
  });

  it('from SQL has neither message nor parameters, in itself or as a cause', () => {
    const driver = Object.assign(new Error('invalid input syntax: "secret"'), {
      code: '22P02',
      severity: 'ERROR',
      detail: 'Key (email)=(secret) exists',
    });
    const error = Object.assign(new Error(driver.message), {
      name: 'QueryFailedError',
      parameters: ['secret'],
      driverError: driver,
      code: '22P02',
      constraint: 'uq_email',
    });

    expect(JSON.stringify(serializeError(new Error('x', { cause: error })))).not.toContain('secret');
    expect(JSON.stringify(serializeError(driver))).not.toContain('secret');
    expect(serializeError(error)).toMatchObject({ type: 'QueryFailedError', code: '22P02', constraint: 'uq_email' });
  });

  it('that is no Error is not quoted', () => {
    expect(JSON.stringify(serializeError('secret'))).not.toContain('secret');
    expect(JSON.stringify(serializeError({ secret: 1 }))).not.toContain('secret');
  });

  it('that is its own cause ends', () => {
    const error = new Error('x');
    error.cause = error;

    expect(JSON.stringify(serializeError(error)).length).toBeLessThan(20_000);
  });
});
