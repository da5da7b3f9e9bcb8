import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { SYSTEM } from '../common/access/principal.js';
import { StartRefusal } from '../common/errors/start-refusal.js';
import { AppConfig } from '../config/app-config.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { OWN_TURN } from '../rate-limit/turn.js';
import { PasswordHasher } from './password-hasher.js';
import { normalized, whyRefused } from './password-rules.js';
import { SetupTokens } from './setup-tokens.js';
import { type User } from './user.entity.js';
import { UserRepository } from './user.repository.js';
import { UsersService } from './users.service.js';

/** What the first administrator signs in with. */
export interface AdministratorLogin {
  readonly username: string;
  /** Null: there is none, and a setup token is needed. */
  readonly password: string | null;
}

const PASSWORD_BYTES = 18;

/** The platform's administrators, as the service itself sees to them. */
@Injectable()
export class AdministratorsService {
  constructor(
    private readonly config: AppConfig,
    private readonly unitOfWork: UnitOfWork,
    private readonly hasher: PasswordHasher,
    private readonly setupTokens: SetupTokens,
    private readonly users: UsersService,
    private readonly audit: AuditService,
  ) {}

  /**
   * Makes the platform's first administrator, unless the account has or had a person; under the start's lock.
   * @returns the login, if one was made
   */
  async ensureFirst(accountId: string): Promise<AdministratorLogin | null> {
    const had = await this.unitOfWork.run(SYSTEM, (tx) => tx.repository(UserRepository).hadAny(accountId));
    if (had) return null;
    const { adminEmail: email, adminPassword, production } = this.config;
    const refused = adminPassword === null ? null : whyRefused(normalized(adminPassword));
    if (refused !== null) throw new StartRefusal(`ADMIN_PASSWORD ${refused}.`);
    const password = adminPassword ?? (production ? null : randomBytes(PASSWORD_BYTES).toString('base64url'));
    const hash = password === null ? null : await this.hasher.hash(password, OWN_TURN);
    const status = hash === null ? ('invited' as const) : ('active' as const);
    const input = { accountId, workspaceId: null, email, name: 'Administrator', role: 'platform_admin', status };
    await this.unitOfWork.run(SYSTEM, (tx) => this.users.insert(tx, SYSTEM, input, hash));
    return { username: email, password };
  }

  /** Whether somebody can sign in as administrator of the platform. */
  async canSignIn(): Promise<boolean> {
    const admins = await this.unitOfWork.run(SYSTEM, (tx) => tx.repository(UserRepository).platformAdmins());
    return admins.some(({ status }) => status === 'active');
  }

  /**
   * A setup token for the platform's administrator: the one that ADMIN_EMAIL names, or the oldest.
   * @returns null where the platform has none
   */
  issueSetupToken(): Promise<{ email: string; setupToken: string } | null> {
    return this.unitOfWork.run(SYSTEM, async (tx) => {
      const admins = await tx.repository(UserRepository).platformAdmins();
      const admin: User | undefined = admins.find(({ email }) => email === this.config.adminEmail) ?? admins[0];
      if (!admin) return null;
      const { id, accountId, email } = admin;
      this.audit.record(tx, SYSTEM, { action: 'user.setup_token_created', object: { type: 'user', id }, accountId });
      return { email, setupToken: await this.setupTokens.issue(tx, id) };
    });
  }
}
