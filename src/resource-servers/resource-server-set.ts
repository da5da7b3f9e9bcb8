import { type SigningAlg, type TokenTyp } from '../common/oauth/vocabulary.js';
import { type SigningAlgorithms } from './signing-algorithm.js';

/** A resource server as memory holds it. */
export interface ResourceServerSnapshot extends SigningAlgorithms {
  readonly id: string;
  readonly identifier: string;
  readonly scopes: readonly string[];
  readonly tokenTtlSeconds: number | null;
  readonly tokenTyp: TokenTyp;
  readonly management: boolean;
  readonly roleScopes: ReadonlyMap<string, readonly string[]>;
}

/** All resource servers, as one snapshot. */
export class ResourceServerSet {
  private readonly byId: ReadonlyMap<string, ResourceServerSnapshot>;
  private readonly byIdentifier: ReadonlyMap<string, ResourceServerSnapshot>;
  /** The algorithms in which tokens are signed, and those in which they soon will be, without repetition. */
  readonly signingAlgs: readonly SigningAlg[];

  constructor(servers: readonly ResourceServerSnapshot[]) {
    this.byId = new Map(servers.map((server) => [server.id, server]));
    this.byIdentifier = new Map(servers.map((server) => [server.identifier, server]));
    const algs = servers.flatMap(({ signingAlg, nextSigningAlg }) => [signingAlg, nextSigningAlg ?? signingAlg]);
    this.signingAlgs = [...new Set(algs)].sort();
  }

  /** By id, or null. */
  get(id: string): ResourceServerSnapshot | null {
    return this.byId.get(id) ?? null;
  }

  /** By identifier, byte for byte, or null. */
  named(identifier: string): ResourceServerSnapshot | null {
    return this.byIdentifier.get(identifier) ?? null;
  }
}
