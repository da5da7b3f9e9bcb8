import { Injectable } from '@nestjs/common';
import { Watcher } from '../database/feed/watcher.js';
import { type Readiness } from './dto/health.response.js';
import { StartState } from './start-state.js';

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
