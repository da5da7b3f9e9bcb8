import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Clock } from '../common/clock.js';
import { newClientSecret } from '../common/credential/format.js';
import { type ClientRefusal, type OAuthError } from '../common/errors/oauth.error.js';
import { newId } from '../common/id.js';
import { Peppers } from '../sealing/peppers.js';
import { ClientAuthenticator } from './client-authenticator.js';
import { type ClientDirectory } from './client-directory.js';
import { type ClientSnapshot, type SecretSnapshot } from './client-snapshot.js';

const now = 1_800_000_000_000;
class FixedClock extends Clock {
  override now(): number {
    return now;
  }
}
const id = newId('cli', now);
const peppers = new Peppers();
peppers.load([{ id: 'p', secret: randomBytes(32) }]);
const secretOf = (secret: string, expiresAt: number | null = null): SecretSnapshot => ({
  id: 'sec',
  ...peppers.hash(secret),
  expiresAt,
});

let secrets: SecretSnapshot[];
let reason: string | null;
let refusedWith: ClientRefusal | undefined;
const directory = {
  get: (asked: string) => (asked === id ? ({ id, secrets } as unknown as ClientSnapshot) : null),
  whyUnusable: () => reason,
} as unknown as ClientDirectory;
const authenticator = new ClientAuthenticator(directory, peppers, new FixedClock());

interface Shown {
  basic?: string;
  authorization?: string;
  clientId?: string;
  clientSecret?: string;
  clientAssertion?: string;
}
const attempt = ({ basic, authorization, clientId, clientSecret, clientAssertion }: Shown): string => {
  const header = basic === undefined ? authorization : `Basic ${Buffer.from(basic).toString('base64')}`;
  try {
    const presented = authenticator.present({ authorization: header, clientId, clientSecret, clientAssertion });
    return authenticator.authenticate(presented).client.id;
  } catch (error) {
    refusedWith = (error as OAuthError).clientRefusal;
    return (error as OAuthError).error;
  }
};

describe('client authentication', () => {
  const good = newClientSecret('cv');
  const other = newClientSecret('cv');

  beforeEach(() => {
    secrets = [secretOf(good)];
    reason = null;
  });

  it('takes Basic in any case of its name, and the body', () => {
    const encoded = Buffer.from(`${id}:${good}`).toString('base64');
    for (const scheme of ['Basic', 'basic', 'BASIC', 'bAsIc'])
      expect(attempt({ authorization: `${scheme} ${encoded}` })).toBe(id);
    expect(attempt({ clientId: id, clientSecret: good })).toBe(id);
    expect(attempt({ basic: `${id}:${good}`, clientId: id })).toBe(id);
  });

  it('decodes id and secret of Basic as forms', () => {
    expect(attempt({ basic: `${id.replace('_', '%5F')}:${good.replaceAll('_', '%5f')}` })).toBe(id);
  });

  it.each(['foo with %:foo with $', 'nocolon', `${id}%zz:x`, `\u00ff%ff:x`])('calls %j in Basic malformed', (basic) => {
    expect(attempt({ basic })).toBe('invalid_request');
  });

  it.each(['Basic', 'Basic ', 'Basic !!!', 'Basic YTpi!', 'Basic YTpi YTpi', 'Basic YTp'])(
    'calls %j malformed or proves nothing',
    (authorization) => {
      expect(['invalid_request', 'invalid_client']).toContain(attempt({ authorization }));
      expect(attempt({ authorization })).not.toBe(id);
    },
  );

  it.each(['Bearer x', 'Digest x', 'Basically x', ''])('proves nothing by %j', (authorization) => {
    expect(attempt({ authorization })).toBe('invalid_client');
  });

  it('refuses two ways at once, whether they agree or not', () => {
    expect(attempt({ basic: `${id}:${good}`, clientId: id, clientSecret: good })).toBe('invalid_request');
    expect(attempt({ basic: `${id}:${good}`, clientSecret: other })).toBe('invalid_request');
    expect(attempt({ basic: `${id}:${good}`, clientAssertion: 'x' })).toBe('invalid_request');
  });

  it('uses nothing of another client that the body names', () => {
    expect(attempt({ basic: `${id}:${good}`, clientId: newId('cli', now) })).toBe('invalid_request');
  });

  it('never takes an empty secret, even of a client without any', () => {
    secrets = [];
    expect(attempt({ basic: `${id}:` })).toBe('invalid_client');
    expect(attempt({ clientId: id })).toBe('invalid_client');
    expect(attempt({ clientId: id, clientSecret: good })).toBe('invalid_client');
  });

  it('takes no assertion', () => {
    expect(attempt({ clientId: id, clientAssertion: 'x.y.z' })).toBe('invalid_client');
  });

  it.each([' ', '\n'])('does not trim the secret', (space) => {
    expect(attempt({ clientId: id, clientSecret: good + space })).toBe('invalid_client');
    expect(attempt({ clientId: id, clientSecret: space + good })).toBe('invalid_client');
  });

  it('takes every live secret and none that has expired', () => {
    secrets = [secretOf(other, now), secretOf(good, now + 1)];
    expect(attempt({ clientId: id, clientSecret: good })).toBe(id);
    expect(attempt({ clientId: id, clientSecret: other })).toBe('invalid_client');
  });

  it('takes none of ten thousand other secrets', () => {
    for (let i = 0; i < 10_000; i++)
      expect(attempt({ clientId: id, clientSecret: newClientSecret('cv') })).toBe('invalid_client');
  });

  it('asks the gate after the secret, and tells the same for every reason', () => {
    reason = 'deactivated';
    expect(attempt({ clientId: id, clientSecret: good })).toBe('invalid_client');
  });

  it('says for the audit trail why it refused a client that was named', () => {
    const why = (input: Parameters<typeof attempt>[0]): unknown => {
      refusedWith = undefined;
      attempt(input);
      return refusedWith;
    };
    expect(why({ clientId: id, clientSecret: `${good}x` })).toMatchObject({ reason: 'malformed_secret', clientId: id });
    expect(why({ clientId: 'nobody', clientSecret: good })).toMatchObject({ reason: 'unknown_client' });
    expect(why({ clientId: id })).toBeUndefined();
    reason = 'deactivated';
    expect(why({ clientId: id, clientSecret: good })).toMatchObject({ reason: 'inactive' });
    secrets = [secretOf(good, now)];
    expect(why({ clientId: id, clientSecret: good })).toMatchObject({ reason: 'expired_secret' });
    secrets = [];
    const wrong = why({ clientId: id, clientSecret: good }) as { matches: (pepperId: string, hash: Buffer) => boolean };
    expect(wrong).toMatchObject({ reason: 'wrong_secret' });
    const { pepperId, hash } = secretOf(good);
    expect([wrong.matches(pepperId, hash), wrong.matches(pepperId, secretOf(other).hash)]).toEqual([true, false]);
  });
});
