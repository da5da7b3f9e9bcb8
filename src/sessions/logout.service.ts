import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { type Principal } from '../common/access/principal.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { RevocationsService } from '../revocations/revocations.service.js';

/** Ends the token that a request shows. */
@Injectable()
export class LogoutService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly revocations: RevocationsService,
    private readonly audit: AuditService,
  ) {}

  /**
   * Revokes the one token that was presented; others of the same principal live on.
   * @throws DomainError `too-many` where a thousand of them were ended so and have not expired
   */
  end(principal: Principal): Promise<void> {
    const { id: owner, tokenId, expiresAt, accountId, workspaceId } = principal;
    if (tokenId === undefined || expiresAt === null) throw new Error('The principal has shown no token');
    return this.unitOfWork.run(principal, (tx) => {
      this.revocations.revokeToken(tx, { jti: tokenId, owner, expiresAt: new Date(expiresAt) });
      const object = { type: 'token', id: tokenId };
      this.audit.record(tx, principal, { action: 'token.revoked', object, accountId, workspaceId });
      return Promise.resolve();
    });
  }
}
