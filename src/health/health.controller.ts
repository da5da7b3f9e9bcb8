import { Controller, Get, Res } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Public } from '../common/access/access.decorator.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { type Liveness, livenessResponse, type Readiness, readinessResponse } from './dto/health.response.js';
import { HealthService } from './health.service.js';

/** For whoever restarts processes and whoever sends them requests. */
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  /** The process runs. It never asks the database: a restart would not bring that back. */
  @Public()
  @Operation({
    id: 'live',
    summary: 'Whether the process runs',
    description: 'For whoever restarts it. It never asks the database: a restart would not bring that back.',
    response: livenessResponse,
    problems: ['Internal'],
  })
  @Get('live')
  live(): Liveness {
    return { status: 'live' };
  }

  /** 200 while this process can answer a token request of a client that it knows, otherwise 503. */
  @Public()
  @Operation({
    id: 'ready',
    summary: 'Whether the process can answer token requests',
    description: 'For the load balancer. It stays 200 through a short outage of PostgreSQL, while memory serves.',
    response: readinessResponse,
    problems: ['Internal'],
  })
  @ApiResponse({
    status: 503,
    description: 'It cannot: not yet, not any more, or PostgreSQL was away for too long',
    standardSchema: readinessResponse,
    example: { status: 'unready', database: 'away', feed: 'lost', migrations: 'pending', keys: 'missing' },
  })
  @Get('ready')
  ready(@Res({ passthrough: true }) reply: FastifyReply): Readiness {
    const readiness = this.health.readiness();
    if (readiness.status === 'unready') void reply.code(503).header('retry-after', '1');
    return readiness;
  }
}
