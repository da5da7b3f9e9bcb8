import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { SYSTEM } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';
import { Memory } from '../database/feed/memory.js';
import { OwnerAccess } from '../database/owner-access.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { comparedAddress } from './email-address.js';
import { type Turn } from '../rate-limit/turn.js';
import { PasswordHasher } from './password-hasher.js';
import { isPossiblePassword } from './password-rules.js';
import { type SignInCandidate, UserCredentialRepository } from './user-credential.repository.js';

/** A name that is known in more accounts must say which. */
const MAX_CANDIDATES = 5;
const WIDTH_AGE_MS = 60_000;

/** What somebody signs in with. */
export interface PasswordClaim {
  /** An e-mail address, whatever its case. */
  readonly username: string;
  readonly password: string;
  /** Null where it is left out. */
  readonly accountId: string | null;
}

/** Who it was. */
export interface ProvenPerson {
  readonly userId: string;
  /** The ledger's head in the moment in which the password was read: a cut after it, a new password's say, is greater. */
  readonly head: number;
}

/**
 * Finds whose name and password were given. Every refusal costs the same work, whether the name is known or not, so its
 * time tells nothing.
 */
@Injectable()
export class PasswordAuthenticator {
  private width = 1;
  private widthReadAt = -Infinity;

  constructor(
    private readonly memory: Memory,
    private readonly clock: Clock,
    private readonly owner: OwnerAccess,
    private readonly unitOfWork: UnitOfWork,
    private readonly hasher: PasswordHasher,
  ) {}

  /**
   * Proves the password. Whether its owner may sign in is asked elsewhere. What nobody can have as a name or password is
   * refused by its form, before anything is asked or hashed.
   * @throws DomainError `unauthenticated`, with one text for every reason; `too-many`; `unavailable`
   */
  async authenticate({ username, password, accountId }: PasswordClaim, turn: Turn): Promise<ProvenPerson> {
    const address = comparedAddress(username);
    if (address === '' || !isPossiblePassword(password)) throw DomainError.invalidCredentials('impossible by its form');
    const { head, candidates } = await this.candidates(address, accountId);
    const width = accountId === null ? await this.widest(candidates.length) : 1;
    const hashes = candidates.map(({ passwordHash }) => passwordHash);
    const matching = await this.hasher.matches(password, hashes, width, turn);
    const [person, ...others] = candidates.filter((_, index) => matching[index]);
    if (!person) throw DomainError.invalidCredentials('unknown name or wrong password');
    if (others.length > 0) throw DomainError.invalidCredentials('the password fits in several accounts');
    return { userId: person.userId, head };
  }

  /** Notes that somebody signed in. */
  recordLogin(userId: string, at: Date): Promise<void> {
    return this.unitOfWork.run(SYSTEM, (tx) => tx.repository(UserCredentialRepository).recordLogin(userId, at));
  }

  /** This process knows the ledger up to where the passwords were read, when this resolves. */
  private async candidates(
    email: string,
    accountId: string | null,
  ): Promise<{ head: number; candidates: SignInCandidate[] }> {
    let found = { head: 0, candidates: [] as SignInCandidate[] };
    await this.memory.load(async () => {
      found = await this.owner.repository(UserCredentialRepository).candidates(email, accountId, MAX_CANDIDATES);
      return { head: found.head, entries: [] };
    });
    return found;
  }

  /**
   * How many passwords are checked for every name without an account: as many as for the one that is known in the most
   * accounts. Mostly that is one; a fixed five would make each sign-in five times as dear.
   */
  private async widest(found: number): Promise<number> {
    const now = this.clock.monotonic();
    if (now - this.widthReadAt > WIDTH_AGE_MS) {
      this.widthReadAt = now;
      const most = await this.unitOfWork.run(SYSTEM, (tx) =>
        tx.repository(UserCredentialRepository).mostAccountsOfAnAddress(),
      );
      this.width = Math.min(Math.max(most, 1), MAX_CANDIDATES);
    }
    return (this.width = Math.max(this.width, found));
  }
}
