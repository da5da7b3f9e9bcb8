import { type INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Standing } from '../../src/common/access/principal.js';
import { TokenEndpointService } from '../../src/oauth/token-endpoint.service.js';
import { type ResourceServer } from '../../src/resource-servers/resource-server.entity.js';
import { Lives } from '../support/lives.js';
import { basic } from '../support/service.js';

const GRACE = 120;
/** What two processes are configured with, seconds. */
const DEFAULTS = [400, 1500];
const HISTORIES = 60;
const STEPS = 8;

type Ttls = Map<ResourceServer, number | null>;

/** The same numbers for the same seed, so that a history that fails can be had again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('whatever happens to lives and audiences', () => {
  let lives: Lives;
  let processes: INestApplicationContext[];
  let workspace: Standing;

  beforeAll(async () => {
    const settings = (ttl: number): Record<string, string> => ({
      ACCESS_TOKEN_TTL: `${ttl}`,
      STALE_GRACE_SECONDS: `${GRACE}`,
    });
    lives = await Lives.start(settings(DEFAULTS[0]!));
    processes = [lives.app, await lives.process(settings(DEFAULTS[1]!))];
    workspace = await lives.workspace((await lives.account()).accountId);
  }, 30_000);

  afterAll(() => lives.stop(), 30_000);

  /** A token of whichever process; where it has not heard of an audience yet, none. @returns its `exp`, epoch milliseconds */
  async function mint(app: INestApplicationContext, id: string, secret: string, audience: string): Promise<number> {
    const body = new URLSearchParams({ grant_type: 'client_credentials', audience }).toString();
    const answer = await app.get(TokenEndpointService).answer({
      contentType: 'application/x-www-form-urlencoded',
      body: Buffer.from(body),
      authorization: basic(id, secret),
      address: '192.0.2.1',
      abandoned: () => false,
    });
    const claims = JSON.parse(Buffer.from(answer.access_token.split('.')[1]!, 'base64url').toString()) as {
      exp: number;
    };
    return claims.exp * 1000;
  }

  /** One history, which ends with a cut. @returns how long the cut had to live, and how long it lives, milliseconds */
  async function history(pick: (below: number) => number): Promise<{ exps: number[]; stale: number; expiry: number }> {
    const ttls: Ttls = new Map();
    const lifeOf = (): number | null => (pick(4) === 0 ? null : 1 + pick(3000));
    const some = (): ResourceServer[] => {
      const chosen = [...ttls.keys()].filter(() => pick(2) === 0);
      return chosen.length > 0 ? chosen : [[...ttls.keys()][pick(ttls.size)]!];
    };
    for (let n = 0; n < 3; n++) {
      const ttl = lifeOf();
      ttls.set(await lives.server(ttl), ttl);
    }
    let audiences = some();
    const { id, secret } = await lives.client(workspace, ...audiences);
    const exps: number[] = [];
    // What a process that is cut off may still believe, and so mint: the longest life that was ever true.
    let longest = 0;
    for (let step = 0; step < STEPS; step++) {
      const believed = audiences.map((server) => ttls.get(server) ?? Math.max(...DEFAULTS));
      longest = Math.max(longest, ...believed);
      const act = pick(3);
      const server = [...ttls.keys()][pick(ttls.size)]!;
      if (act === 0) {
        const ttl = lifeOf();
        await lives.setTtl(server, ttl);
        ttls.set(server, ttl);
      } else if (act === 1) {
        audiences = some();
        await lives.setAudiences(id, ...audiences);
      } else {
        const { identifier } = audiences[pick(audiences.length)]!;
        exps.push(await mint(processes[pick(2)]!, id, secret, identifier));
      }
    }
    longest = Math.max(longest, ...audiences.map((server) => ttls.get(server) ?? Math.max(...DEFAULTS)));
    const cutAt = Date.now();
    await lives.endClient(id);
    return { exps, stale: cutAt + (GRACE + longest) * 1000, expiry: await lives.expiry(`client:${id}`) };
  }

  it('a cut outlives every token that was minted before it, on any process, and those that a process cut off mints yet', async () => {
    let minted = 0;
    for (let seed = 1; seed <= HISTORIES; seed++) {
      const { exps, stale, expiry } = await history(random(seed));
      minted += exps.length;
      expect([seed, exps.filter((exp) => exp > expiry)]).toEqual([seed, []]);
      expect([seed, expiry > stale]).toEqual([seed, true]);
    }
    expect(minted).toBeGreaterThan(HISTORIES);
  }, 120_000);
});
