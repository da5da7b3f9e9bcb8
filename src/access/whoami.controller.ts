import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';
import { Operation } from '../common/openapi/operation.decorator.js';
import { toWhoami, type WhoamiResponse, whoamiResponse } from './dto/whoami.response.js';

/** Who a credential is. */
@ApiTags('Identity')
@Controller('v1/whoami')
export class WhoamiController {
  /** The principal, its tenant, level, role, scopes and expiry. */
  @Authenticated({ fromMemory: true })
  @Operation({ id: 'whoami', summary: 'Who a credential is', response: whoamiResponse })
  @Get()
  whoami(@CurrentPrincipal() principal: Principal): WhoamiResponse {
    return toWhoami(principal);
  }
}
