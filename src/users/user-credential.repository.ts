import { type EntityManager, In } from 'typeorm';
import { type PepperedHash } from '../sealing/peppers.js';
import { UserCredential } from './user-credential.entity.js';

/** Somebody who may be signing in. */
export interface SignInCandidate {
  userId: string;
  passwordHash: string;
}

/** The table of passwords and setup tokens. */
export class UserCredentialRepository {
  constructor(private readonly manager: EntityManager) {}

  /** Adds a person's credential. */
  async insert(credential: UserCredential): Promise<void> {
    await this.manager.insert(UserCredential, credential);
  }

  /** One person's, or null. */
  find(userId: string): Promise<UserCredential | null> {
    return this.manager.findOneBy(UserCredential, { userId });
  }

  /** When each of these people last signed in; who never did is not in it. */
  async lastLogins(userIds: readonly string[]): Promise<Map<string, Date>> {
    const rows = await this.manager.find(UserCredential, {
      where: { userId: In([...userIds]) },
      select: { userId: true, lastLoginAt: true },
    });
    return new Map(rows.flatMap(({ userId, lastLoginAt }) => (lastLoginAt ? [[userId, lastLoginAt]] : [])));
  }

  /** Gives a person a setup token, in place of the one before. */
  async setSetupToken(userId: string, { pepperId, hash }: PepperedHash, expiresAt: Date): Promise<void> {
    await this.manager.update(
      UserCredential,
      { userId },
      { setupPepperId: pepperId, setupHash: hash, setupExpiresAt: expiresAt },
    );
  }

  /** Makes a person's setup token void, if there is one. */
  async voidSetupToken(userId: string): Promise<void> {
    await this.manager.update(
      UserCredential,
      { userId },
      { setupPepperId: null, setupHash: null, setupExpiresAt: null },
    );
  }

  /** The id of the person whose setup token this is, or null: unknown, used or expired. */
  async findSetupOwner({ pepperId, hash }: PepperedHash, now: Date): Promise<string | null> {
    const [row] = await this.manager.query<{ userId: string }[]>(
      `select user_id as "userId" from user_credentials
       where setup_hash = $2 and setup_pepper_id = $1 and setup_expires_at > $3`,
      [pepperId, hash, now],
    );
    return row?.userId ?? null;
  }

  /**
   * Sets a password, by whoever showed what was there: of two at the same moment the second finds it changed. A setup
   * token that was still out is void.
   * @returns whether it was there
   */
  async setPassword(userId: string, passwordHash: string, shown: Shown): Promise<boolean> {
    const [column, value] = 'setupHash' in shown ? ['setup_hash', shown.setupHash] : ['password_hash', shown.oldHash];
    const [, count] = await this.manager.query<[unknown, number]>(
      `update user_credentials
       set password_hash = $2, setup_pepper_id = null, setup_hash = null, setup_expires_at = null
       where user_id = $1 and ${column} = $3`,
      [userId, passwordHash, value],
    );
    return count === 1;
  }

  /** Notes that somebody signed in; later ones stay. */
  async recordLogin(userId: string, at: Date): Promise<void> {
    await this.manager.query(
      'update user_credentials set last_login_at = greatest(last_login_at, $2) where user_id = $1',
      [userId, at],
    );
  }

  /**
   * Whose password may be meant by a name: living people with a password, the oldest first, and the ledger's head in the
   * same statement.
   * @param accountId null: in whichever account
   */
  async candidates(
    email: string,
    accountId: string | null,
    limit: number,
  ): Promise<{ head: number; candidates: SignInCandidate[] }> {
    const rows = await this.manager.query<({ head: string } & SignInCandidate)[]>(
      `select head.position as head, found."userId", found."passwordHash" from ledger_head head left join lateral
         (select person.id as "userId", credential.password_hash as "passwordHash"
          from users person join user_credentials credential on credential.user_id = person.id
          left join workspaces workspace on workspace.id = person.workspace_id
          where person.email = $1 and person.ended_at is null and workspace.ended_at is null
            and credential.password_hash is not null and ($2::text is null or person.account_id = $2)
          order by person.id limit $3) found on true`,
      [email, accountId, limit],
    );
    const candidates = rows.filter(({ userId }) => (userId as string | null) !== null);
    return { head: Number(rows[0]?.head), candidates };
  }

  /** In how many accounts the best-known address has a password. */
  async mostAccountsOfAnAddress(): Promise<number> {
    const [row] = await this.manager.query<[{ most: number }]>(
      `select coalesce(max(accounts), 0)::int as most from
         (select count(*) as accounts from users person join user_credentials credential on credential.user_id = person.id
          where person.ended_at is null and credential.password_hash is not null group by person.email) addresses`,
    );
    return row.most;
  }
}

/** What somebody showed to be allowed to set a password. */
export type Shown = { readonly setupHash: Buffer } | { readonly oldHash: string };
