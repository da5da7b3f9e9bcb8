import { describe, expect, it } from '@jest/globals';
import { algorithmInForce, changeAlgorithm, chosenAlgorithm, type SigningAlgorithms } from './signing-algorithm.js';

const now = new Date('2026-11-25T12:00:00Z');
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const only = (signingAlg: SigningAlgorithms['signingAlg']): SigningAlgorithms => ({
  signingAlg,
  nextSigningAlg: null,
  nextSigningAlgFrom: null,
});
const changing: SigningAlgorithms = { signingAlg: 'RS256', nextSigningAlg: 'ES256', nextSigningAlgFrom: at(60) };

describe('the signing algorithm of a resource server', () => {
  it('is the old one until the moment of the change, and the new one from it on', () => {
    expect(algorithmInForce(only('RS256'), now.getTime())).toBe('RS256');
    expect(algorithmInForce(changing, at(60).getTime() - 1)).toBe('RS256');
    expect(algorithmInForce(changing, at(60).getTime())).toBe('ES256');
    expect(algorithmInForce(changing, at(600).getTime())).toBe('ES256');
    expect([chosenAlgorithm(changing), chosenAlgorithm(only('PS256'))]).toEqual(['ES256', 'PS256']);
  });

  it('changes when the new key has been public long enough, or at once if it has', () => {
    expect(changeAlgorithm(only('RS256'), 'ES256', at(60), now)).toEqual(changing);
    expect(changeAlgorithm(only('RS256'), 'ES256', at(0.001), now).nextSigningAlg).toBe('ES256');
    expect(changeAlgorithm(only('RS256'), 'ES256', now, now)).toEqual(only('ES256'));
    expect(changeAlgorithm(only('RS256'), 'ES256', at(-60), now)).toEqual(only('ES256'));
  });

  it('goes back at once while the old one is in force', () => {
    expect(changeAlgorithm(changing, 'RS256', at(60), now)).toEqual(only('RS256'));
  });

  it('never begins to sign with a third one before its time, whatever is under way', () => {
    const third = changeAlgorithm(changing, 'EdDSA', at(90), now);
    expect(third).toEqual({ signingAlg: 'RS256', nextSigningAlg: 'EdDSA', nextSigningAlgFrom: at(90) });
  });

  it('after its change goes on from the new one', () => {
    const later = changeAlgorithm(changing, 'RS256', at(200), at(61));
    expect(later).toEqual({ signingAlg: 'ES256', nextSigningAlg: 'RS256', nextSigningAlgFrom: at(200) });
  });
});
