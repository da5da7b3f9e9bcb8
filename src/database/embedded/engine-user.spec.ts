import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineUser } from './engine-user.js';

const NOBODY = 'nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin';
const DAEMON = 'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin';
const POSTGRES = 'postgres:x:101:104::/var/lib/postgresql:/bin/bash';
const CLAVIGER = 'claviger:x:990:991::/var/lib/claviger:/bin/sh';

(process.getuid?.() === 0 ? describe : describe.skip)('the user whom root runs the engine as', () => {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-accounts-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  /** For each way: the arguments of `unshare`, or the account that becomes the process's own. */
  const ways = (...lines: string[]): unknown[] => {
    const file = join(directory, 'passwd');
    writeFileSync(file, ['root:x:0:0:root:/root:/bin/bash', ...lines, ''].join('\n'));
    return EngineUser.candidates('/usr/bin', file).map((user) => {
      const { prefix, identity } = user as unknown as { prefix: string[]; identity: object };
      return prefix.length > 0 ? prefix.slice(2, 4) : identity;
    });
  };
  const mapped = (uid: number, gid: number): string[] => [`--map-user=${uid}`, `--map-group=${gid}`];

  it('is an account that is there for a database: postgres, or claviger', () => {
    expect(ways(NOBODY, DAEMON, CLAVIGER, POSTGRES)).toEqual([mapped(101, 104), { uid: 101, gid: 104 }]);
    expect(ways(NOBODY, DAEMON, CLAVIGER)).toEqual([mapped(990, 991), { uid: 990, gid: 991 }]);
  });

  it('is root without its rights where there is none; another account only lends its name', () => {
    expect(ways(NOBODY, DAEMON)).toEqual([mapped(1, 1)]);
  });

  it('is never nobody, under whatever name', () => {
    expect(ways(NOBODY)).toEqual([]);
    expect(ways(NOBODY, 'nfsnobody:x:4294967294:4294967294::/:', 'postgres:x:65534:65534::/:')).toEqual([]);
    expect(ways('nobody:x:99:99:Nobody:/:/sbin/nologin')).toEqual([]);
  });

  it('is not there where accounts cannot be read', () => {
    expect(EngineUser.candidates('/usr/bin', join(directory, 'missing'))).toEqual([]);
  });
});
