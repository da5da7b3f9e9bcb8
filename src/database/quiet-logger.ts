import { AbstractLogger } from 'typeorm';

/** Says nothing: TypeORM's own loggers print parameters, and parameters hold hashes. Errors are logged where they are handled. */
export class QuietLogger extends AbstractLogger {
  protected override writeLog(): void {
    // Nothing is written on purpose.
  }
}
