import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { StartState } from './start-state.js';

/** Liveness and readiness. */
@Module({ controllers: [HealthController], providers: [HealthService, StartState], exports: [StartState] })
export class HealthModule {}
