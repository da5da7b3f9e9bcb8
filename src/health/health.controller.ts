import { Controller, Get, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { Public } from '../common/access/access.decorator.js';
import { HealthService, type Readiness } from './health.service.js';

/** For whoever restarts processes and whoever sends them requests. */
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  /** The process runs. It never asks the database: a restart would not bring that back. */
  @Public()
  @Get('live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** 200 while this process can answer a token request of a client that it knows, otherwise 503. */
  @Public()
  @Get('ready')
  ready(@Res({ passthrough: true }) reply: FastifyReply): Readiness {
    const readiness = this.health.readiness();
    if (readiness.status === 'unready') void reply.code(503).header('retry-after', '1');
    return readiness;
  }
}
