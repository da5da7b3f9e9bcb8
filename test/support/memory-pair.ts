import pg from 'pg';
import { DataSource } from 'typeorm';
import { Clock } from '../../src/common/clock.js';
import { ensureAppRole } from '../../src/database/app-role.js';
import { Directory } from '../../src/database/feed/directory.js';
import { Memory } from '../../src/database/feed/memory.js';
import { Position } from '../../src/database/feed/position.js';
import { Watcher } from '../../src/database/feed/watcher.js';
import { DatabaseLocation } from '../../src/database/location.js';
import { migrationOptions } from '../../src/database/options.js';
import { ENTITIES } from '../../src/entities.js';
import { Ledger } from '../../src/revocations/ledger.js';

export interface Thing {
  state: string;
}

/** Migrates, and adds a table of things with a notice on their state. */
export async function thingsSchema(url: string): Promise<void> {
  const source = await new DataSource(migrationOptions(new DatabaseLocation(url, url), ENTITIES)).initialize();
  await ensureAppRole(source.manager);
  await source.runMigrations();
  await source.query(`create table things (id text primary key, state text not null, used integer not null default 0)`);
  await source.query(`create trigger things_notice after insert or delete or update of state on things
    for each row execute function notify_change('thing', 'id')`);
  await source.destroy();
}

/** One process's memory of things, as the service builds it. */
export class ThingMemory {
  readonly clock = new Clock();
  readonly position = new Position();
  readonly watcher: Watcher;
  readonly memory: Memory;
  readonly ledger: Ledger;
  readonly things: Directory<Thing>;
  private readonly pool: pg.Pool;
  /** Statements on the pool, proofs apart. */
  statements = 0;

  constructor(urls: { pool: string; listen: string }, staleGraceSeconds = 300) {
    this.pool = new pg.Pool({ connectionString: urls.pool, max: 5, connectionTimeoutMillis: 1500 });
    this.pool.on('error', () => undefined);
    const connection = { connectionString: urls.listen, connectionTimeoutMillis: 1500, deadlineMs: 3000 };
    this.watcher = new Watcher({ connection, clock: this.clock, position: this.position, staleGraceSeconds });
    this.memory = new Memory(this.watcher, this.position, this.clock);
    this.ledger = new Ledger(this.watcher, this.memory, this.position, this.clock);
    this.things = new Directory<Thing>(this.memory, this.clock, {
      kind: 'thing',
      capacity: 10_000,
      read: (ids, directory) => this.read(ids, directory),
    });
  }

  /** The thing's state, if it is the expected one; otherwise refused. */
  expectState(id: string, state: string): Promise<{ rev: number }> {
    return this.memory.decide(() => {
      if (this.things.get(id)?.state !== state) throw new Error('refused');
      return { rev: this.position.reached };
    });
  }

  async stop(): Promise<void> {
    await this.watcher.stop();
    await this.pool.end();
  }

  private async read(ids: string[], directory: Directory<Thing>): ReturnType<Parameters<Memory['load']>[0]> {
    this.statements++;
    const { rows } = await this.pool.query<{ head: string; id: string | null; state: string }>(
      `select head.position as head, thing.id, thing.state
       from ledger_head head left join things thing on thing.id = any($1)`,
      [ids],
    );
    const entries = rows.flatMap(({ id, state }) => (id === null ? [] : [directory.entry(id, { state })]));
    return { head: Number(rows[0]?.head), entries };
  }
}
