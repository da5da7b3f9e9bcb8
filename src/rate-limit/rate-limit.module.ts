import { Global, Module } from '@nestjs/common';
import { Sizes } from '../common/logging/sizes.js';
import { SignInLimits } from './sign-in-limits.js';

/** Limits on how often somebody may sign in, or fail to. */
@Global()
@Module({ providers: [SignInLimits], exports: [SignInLimits] })
export class RateLimitModule {
  constructor(sizes: Sizes, limits: SignInLimits) {
    sizes.register('signInLimits', () => limits.size);
  }
}
