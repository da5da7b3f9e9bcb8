import { type DynamicModule, Global, Module } from '@nestjs/common';
import { PinoLoggerService } from './pino-logger.service.js';
import { Sizes } from './sizes.js';

/** The process's log, for whoever injects it. */
@Global()
@Module({})
export class LoggingModule {
  static with(logger: PinoLoggerService): DynamicModule {
    return {
      module: LoggingModule,
      providers: [{ provide: PinoLoggerService, useValue: logger }, Sizes],
      exports: [PinoLoggerService, Sizes],
    };
  }
}
