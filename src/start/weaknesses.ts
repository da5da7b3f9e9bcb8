import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { SYSTEM } from '../common/access/principal.js';
import { PinoLoggerService } from '../common/logging/pino-logger.service.js';
import { AppConfig } from '../config/app-config.js';
import { UnitOfWork } from '../database/unit-of-work.js';

/** Settings that weaken security, by the variable, and when they do. */
const WEAK: Readonly<Record<string, (config: AppConfig) => boolean>> = {
  REQUIRE_HTTPS: ({ production, requireHttps }) => production && !requireHttps,
  RATE_LIMIT_MAX: ({ rateLimitMax }) => rateLimitMax === 0,
  CLIENT_CREATION_MAX: ({ clientCreationMax }) => clientCreationMax === 0,
  CREDENTIAL_CREATION: ({ credentialCreation }) => credentialCreation === 'any',
};

/** Says at the start which settings weaken security: whoever reads the log or the trail later knows what was open when. */
@Injectable()
export class Weaknesses {
  constructor(
    private readonly config: AppConfig,
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditService,
    private readonly logger: PinoLoggerService,
  ) {}

  /** One event and one warning, if there is anything to say. */
  async tell(): Promise<void> {
    const settings = Object.keys(WEAK).filter((name) => WEAK[name]?.(this.config));
    if (settings.length === 0) return;
    const change = {
      action: 'service.weakened',
      object: { type: 'service', id: this.config.issuer },
      accountId: null,
      changes: { settings },
    };
    await this.unitOfWork.run(SYSTEM, (tx) => {
      this.audit.record(tx, SYSTEM, change);
      return Promise.resolve();
    });
    this.logger.warn(`Settings weaken security: ${settings.join(', ')}`, 'Startup');
  }
}
