import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { PinoLoggerService, type Size } from './pino-logger.service.js';

const MINUTE_MS = 60_000;
const MINUTES_OF_AN_HOUR = 60;

/** How much this process holds of what could grow: a line of numbers every hour, and every minute for whoever debugs. */
@Injectable()
export class Sizes implements OnModuleDestroy {
  private readonly sources = new Map<string, () => Size>();
  private readonly timer: NodeJS.Timeout;
  private minutes = 0;

  constructor(private readonly logger: PinoLoggerService) {
    this.timer = setInterval(() => this.tell(), MINUTE_MS).unref();
  }

  /** Takes on something that grows and shrinks. @param name of its field in the line */
  register(name: string, size: () => Size): void {
    this.sources.set(name, size);
  }

  /** All sizes now. */
  read(): Record<string, Size> {
    return Object.fromEntries([...this.sources].map(([name, size]) => [name, size()]));
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private tell(): void {
    this.minutes += 1;
    const level = this.minutes % MINUTES_OF_AN_HOUR === 0 ? 'info' : 'debug';
    this.logger.numbers(level, 'Held in memory', 'Sizes', this.read());
  }
}
