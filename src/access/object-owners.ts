import { Injectable } from '@nestjs/common';
import { type Owner } from '../audit/refusal.js';
import { OwnerAccess } from '../database/owner-access.js';
import { ObjectOwnerRepository } from './object-owner.repository.js';

interface Batch {
  readonly ids: Set<string>;
  readonly owners: Promise<Map<string, Owner>>;
}

/** Looks up whose objects are: all that is asked at one moment is one statement. */
@Injectable()
export class ObjectOwners {
  private batch: Batch | null = null;

  constructor(private readonly owner: OwnerAccess) {}

  /** The owners of those ids that exist. */
  find(ids: readonly string[]): Promise<Map<string, Owner>> {
    this.batch ??= this.open();
    for (const id of ids) this.batch.ids.add(id);
    return this.batch.owners;
  }

  private open(): Batch {
    const ids = new Set<string>();
    const owners = Promise.resolve().then(() => {
      this.batch = null;
      return this.owner.repository(ObjectOwnerRepository).find([...ids]);
    });
    return { ids, owners };
  }
}
