import { type DynamicModule, Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../common/clock.js';
import { PinoLoggerService } from '../common/logging/pino-logger.service.js';
import { Sizes } from '../common/logging/sizes.js';
import { AppConfig } from '../config/app-config.js';
import { Memory } from './feed/memory.js';
import { Position } from './feed/position.js';
import { Watcher } from './feed/watcher.js';
import { IdempotencyRepository } from './idempotency.repository.js';
import { Janitor } from './janitor.js';
import { type DatabaseLocation } from './location.js';
import { Migrator } from './migrator.js';
import { type EntityClass, listenOptions, migrationOptions, poolOptions } from './options.js';
import { OwnerAccess } from './owner-access.js';
import { UnitOfWork } from './unit-of-work.js';

/** The pool, the unit of work, and memory kept true. Nothing connects until the start says so. */
@Global()
@Module({})
export class DatabaseModule {
  constructor(janitor: Janitor, sizes: Sizes, memory: Memory) {
    sizes.register('memory', () => memory.sizes());
    janitor.register((manager, now, limit) => new IdempotencyRepository(manager).removeExpired(now, limit));
  }

  /**
   * @param location where PostgreSQL is
   * @param entities every table's class; they live above this layer
   */
  static with(location: DatabaseLocation, entities: readonly EntityClass[]): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [
        Clock,
        Position,
        UnitOfWork,
        OwnerAccess,
        Janitor,
        { provide: DataSource, useFactory: () => new DataSource(poolOptions(location, entities)) },
        {
          provide: Watcher,
          inject: [AppConfig, Clock, Position, PinoLoggerService],
          useFactory: (config: AppConfig, clock: Clock, position: Position, logger: PinoLoggerService) =>
            new Watcher({
              connection: listenOptions(location),
              clock,
              position,
              staleGraceSeconds: config.staleGraceSeconds,
              warn: (message) => logger.warn(message, 'Feed'),
            }),
        },
        {
          provide: Memory,
          inject: [Watcher, Position, Clock],
          useFactory: (watcher: Watcher, position: Position, clock: Clock) => new Memory(watcher, position, clock),
        },
        {
          provide: Migrator,
          inject: [DataSource, Clock, PinoLoggerService],
          useFactory: (pool: DataSource, clock: Clock, logger: PinoLoggerService) =>
            new Migrator(
              pool,
              () => new DataSource(migrationOptions(location, entities)),
              listenOptions(location),
              clock,
              (sentence) => logger.warn(sentence, 'Database'),
            ),
        },
      ],
      exports: [Clock, Position, UnitOfWork, OwnerAccess, Janitor, DataSource, Watcher, Memory, Migrator],
    };
  }
}
