import { Global, Module } from '@nestjs/common';
import { Sizes } from '../common/logging/sizes.js';
import { FailureLimits } from './failure-limits.js';

/** Limits on how often something may fail. */
@Global()
@Module({ providers: [FailureLimits], exports: [FailureLimits] })
export class RateLimitModule {
  constructor(sizes: Sizes, limits: FailureLimits) {
    sizes.register('failureLimits', () => limits.size);
  }
}
