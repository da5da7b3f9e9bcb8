import { Injectable } from '@nestjs/common';
import { Watcher } from '../database/feed/watcher.js';
import { StartState } from './start-state.js';

/** Whether this process can answer a token request of a client that it knows. */
export interface Readiness {
  /** `degraded`: PostgreSQL is away, and memory still serves. */
  status: 'ready' | 'degraded' | 'unready';
  database: 'connected' | 'away';
  /** `lost`: memory is older than STALE_GRACE_SECONDS, or was never loaded. */
  feed: 'live' | 'away' | 'lost';
  migrations: 'done' | 'pending';
  keys: 'loaded' | 'missing';
}

/** Answers from what the process knows, without asking anybody. */
@Injectable()
export class HealthService {
  constructor(
    private readonly watcher: Watcher,
    private readonly state: StartState,
  ) {}

  /** The readiness of this moment. */
  readiness(): Readiness {
    const feed = this.watcher.state();
    const { migrated, loaded, stopping } = this.state;
    const can = migrated && loaded && !stopping && feed !== 'lost';
    return {
      status: can ? (feed === 'live' ? 'ready' : 'degraded') : 'unready',
      database: feed === 'live' ? 'connected' : 'away',
      feed,
      migrations: migrated ? 'done' : 'pending',
      keys: loaded ? 'loaded' : 'missing',
    };
  }
}
