import { Global, Module } from '@nestjs/common';
import { FailureLimits } from './failure-limits.js';

/** Limits on how often something may fail. */
@Global()
@Module({ providers: [FailureLimits], exports: [FailureLimits] })
export class RateLimitModule {}
