import { type SigningAlg, type TokenFormatName, type TokenTyp } from '../common/oauth/vocabulary.js';

/** A resource server that is to be registered. */
export interface NewResourceServer {
  identifier: string;
  name: string;
  scopes: readonly string[];
  roleScopes: ReadonlyMap<string, readonly string[]>;
  signingAlg: SigningAlg;
  tokenTtlSeconds?: number | null;
  tokenFormat?: TokenFormatName;
  tokenTyp?: TokenTyp;
  clientIds?: readonly string[];
  management?: boolean;
}
