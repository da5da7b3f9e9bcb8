import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/**
 * Repositories that work as the login, which owns the tables and so passes row-level security by: for directories, the
 * start and the service's own upkeep. What a principal asks for goes through a unit of work.
 */
@Injectable()
export class OwnerAccess {
  constructor(private readonly dataSource: DataSource) {}

  /** A repository on the pool, outside any transaction. */
  repository<R>(type: new (manager: EntityManager) => R): R {
    return new type(this.dataSource.manager);
  }
}
