import { Controller, Get } from '@nestjs/common';
import { Authenticated } from '../common/access/access.decorator.js';
import { CurrentPrincipal } from '../common/access/current-principal.decorator.js';
import { type Principal } from '../common/access/principal.js';

/** A principal, as it sees itself. */
interface WhoamiResponse {
  type: string;
  id: string;
  level: string;
  accountId: string | null;
  workspaceId: string | null;
  role: string;
  scopes: string[];
  expiresAt: string | null;
}

/** Who a credential is. */
@Controller('v1/whoami')
export class WhoamiController {
  /** The principal, its tenant, level, role, scopes and expiry. */
  @Authenticated()
  @Get()
  whoami(@CurrentPrincipal() principal: Principal): WhoamiResponse {
    const { type, id, level, accountId, workspaceId, role, scopes, expiresAt } = principal;
    return {
      type,
      id,
      level,
      accountId,
      workspaceId,
      role,
      scopes: [...scopes],
      expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    };
  }
}
