import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Directory } from '../database/feed/directory.js';
import { Memory } from '../database/feed/memory.js';
import { OwnerAccess } from '../database/owner-access.js';
import { AccountRepository } from './account.repository.js';
import { type TenantSnapshot } from './tenant-snapshot.js';
import { WorkspaceRepository } from './workspace.repository.js';

const CAPACITY = 50_000;

/** The accounts and workspaces in memory. */
@Injectable()
export class Tenants {
  readonly accounts: Directory<TenantSnapshot>;
  readonly workspaces: Directory<TenantSnapshot>;

  constructor(memory: Memory, clock: Clock, owner: OwnerAccess) {
    this.accounts = new Directory<TenantSnapshot>(memory, clock, {
      kind: 'account',
      capacity: CAPACITY,
      read: (ids, directory) => owner.repository(AccountRepository).read(ids, directory),
    });
    this.workspaces = new Directory<TenantSnapshot>(memory, clock, {
      kind: 'workspace',
      capacity: CAPACITY,
      read: (ids, directory) => owner.repository(WorkspaceRepository).read(ids, directory),
    });
  }
}
