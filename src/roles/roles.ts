import { Injectable } from '@nestjs/common';
import { Catalogue } from '../database/feed/catalogue.js';
import { Memory } from '../database/feed/memory.js';
import { OwnerAccess } from '../database/owner-access.js';
import { RoleRepository, type RoleSnapshot } from './role.repository.js';

/** The roles in memory. */
@Injectable()
export class Roles {
  private readonly catalogue: Catalogue<ReadonlyMap<string, RoleSnapshot>>;

  constructor(memory: Memory, owner: OwnerAccess) {
    this.catalogue = new Catalogue(memory, 'role', () => owner.repository(RoleRepository).readAll());
  }

  /** A role, or null; inside a decision. */
  get(name: string): RoleSnapshot | null {
    return this.catalogue.get().get(name) ?? null;
  }
}
