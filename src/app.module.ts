import { type DynamicModule, Module } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { AccessModule } from './access/access.module.js';
import { AuditModule } from './audit/audit.module.js';
import { ValidationPipe } from './common/http/validation.pipe.js';
import { LoggingModule } from './common/logging/logging.module.js';
import { type PinoLoggerService } from './common/logging/pino-logger.service.js';
import { type AppConfig } from './config/app-config.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { type DatabaseLocation } from './database/location.js';
import { DiscoveryModule } from './discovery/discovery.module.js';
import { ENTITIES } from './entities.js';
import { HealthModule } from './health/health.module.js';
import { OAuthModule } from './oauth/oauth.module.js';
import { RateLimitModule } from './rate-limit/rate-limit.module.js';
import { RevocationsModule } from './revocations/revocations.module.js';
import { type KeyEncryptionKeys } from './sealing/key-encryption-keys.js';
import { SealingModule } from './sealing/sealing.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { StartModule } from './start/start.module.js';

/** What is read before there is an application. */
export interface AppInputs {
  config: AppConfig;
  logger: PinoLoggerService;
  location: DatabaseLocation;
  keyEncryptionKeys: KeyEncryptionKeys;
}

/** The service whole. */
@Module({})
export class AppModule {
  static with({ config, logger, location, keyEncryptionKeys }: AppInputs): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        LoggingModule.with(logger),
        DatabaseModule.with(location, ENTITIES),
        SealingModule.register(keyEncryptionKeys),
        RevocationsModule,
        AuditModule,
        RateLimitModule,
        SessionsModule,
        OAuthModule,
        AccessModule,
        DiscoveryModule,
        HealthModule,
        StartModule,
      ],
      providers: [{ provide: APP_PIPE, useClass: ValidationPipe }],
    };
  }
}
