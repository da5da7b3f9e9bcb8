import { Injectable } from '@nestjs/common';
import { Catalogue } from '../database/feed/catalogue.js';
import { Memory } from '../database/feed/memory.js';
import { OwnerAccess } from '../database/owner-access.js';
import { ResourceServerRepository } from './resource-server.repository.js';
import { type ResourceServerSet } from './resource-server-set.js';

/** The resource servers in memory. */
@Injectable()
export class ResourceServers {
  private readonly catalogue: Catalogue<ResourceServerSet>;

  constructor(memory: Memory, owner: OwnerAccess) {
    this.catalogue = new Catalogue(memory, 'resource_server', () =>
      owner.repository(ResourceServerRepository).readAll(),
    );
  }

  /** All of them; inside a decision. */
  all(): ResourceServerSet {
    return this.catalogue.get();
  }
}
