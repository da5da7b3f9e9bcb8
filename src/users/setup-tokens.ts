import { Injectable } from '@nestjs/common';
import { newSetupToken } from '../common/credential/format.js';
import { AppConfig } from '../config/app-config.js';
import { type Tx } from '../database/tx.js';
import { type PepperedHash, Peppers } from '../sealing/peppers.js';
import { UserCredentialRepository } from './user-credential.repository.js';

const LIFE_MS = 24 * 3600 * 1000;

/** Setup tokens, with which a person sets a password: each works once and for 24 hours, and replaces the one before. */
@Injectable()
export class SetupTokens {
  constructor(
    private readonly config: AppConfig,
    private readonly peppers: Peppers,
  ) {}

  /** Gives a person a new one. @returns it, for the only time */
  async issue(tx: Tx, userId: string): Promise<string> {
    const token = newSetupToken(this.config.apiKeyPrefix);
    const expiresAt = new Date(tx.now.getTime() + LIFE_MS);
    await tx.repository(UserCredentialRepository).setSetupToken(userId, this.hash(token), expiresAt);
    return token;
  }

  /** Under which hash one is found. */
  hash(token: string): PepperedHash {
    return this.peppers.hash(token);
  }
}
