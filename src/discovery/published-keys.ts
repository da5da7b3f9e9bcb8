import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type SigningAlg, SIGNING_ALGS } from '../common/oauth/vocabulary.js';
import { AppConfig } from '../config/app-config.js';
import { Memory } from '../database/feed/memory.js';
import { type KeyRing } from '../keys/key-ring.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { type ResourceServerSet } from '../resource-servers/resource-server-set.js';
import { ResourceServers } from '../resource-servers/resource-servers.js';

/** The key set as it goes over the wire. */
export interface PublishedKeys {
  readonly body: Buffer;
  readonly etag: string;
  /** The algorithms in use, sorted. */
  readonly algs: readonly SigningAlg[];
}

interface Sources {
  readonly ring: KeyRing;
  readonly servers: ResourceServerSet;
}

/** The JSON Web Key Set, built anew when keys or algorithms change and served as the same bytes until then. */
@Injectable()
export class PublishedKeysService {
  private sources: Sources | null = null;
  private published: PublishedKeys | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly memory: Memory,
    private readonly signingKeys: SigningKeys,
    private readonly resourceServers: ResourceServers,
  ) {}

  /**
   * The public keys, active, next and retiring, of every algorithm. While PostgreSQL is away, the last ones known: verifiers
   * must not be locked out, and no decision hangs on it.
   * @throws DomainError `unavailable` before the first load
   */
  async current(): Promise<PublishedKeys> {
    try {
      const sources = await this.memory.decide(() => ({
        ring: this.signingKeys.ring(),
        servers: this.resourceServers.all(),
      }));
      if (!this.published || !same(this.sources, sources)) this.published = this.build(sources);
      this.sources = sources;
    } catch (error) {
      if (!this.published) throw error;
    }
    return this.published;
  }

  private build({ ring, servers }: Sources): PublishedKeys {
    const algs = [...new Set([...servers.signingAlgs, this.config.signingAlg])].sort();
    // Of every algorithm: one that no API signs with any more has tokens that are still alive.
    const body = Buffer.from(JSON.stringify({ keys: ring.publicKeys(SIGNING_ALGS) }));
    return { body, etag: `"${createHash('sha256').update(body).digest('base64url')}"`, algs };
  }
}

function same(one: Sources | null, other: Sources): boolean {
  return one?.ring === other.ring && one.servers === other.servers;
}
