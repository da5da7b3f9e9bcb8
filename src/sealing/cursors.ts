import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Standing } from '../common/access/principal.js';
import { DomainError } from '../common/errors/domain.error.js';

/** What a cursor is good for: it continues this list, for this tenant, and no other. */
export interface CursorScope {
  readonly standing: Standing;
  /** Path and filters of the list. */
  readonly list: string;
}

const FORM = /^([0-9A-Za-z_]{1,96})\.([A-Za-z0-9_-]{43})$/;

/** The cursors of lists: the id after which the next page begins, under a key of the service. */
@Injectable()
export class Cursors {
  #key: KeyObject | null = null;

  /** Takes the key, once, at the start. */
  load(secret: Buffer): void {
    this.#key = createSecretKey(secret);
  }

  /** The cursor behind an id. */
  sign(id: string, scope: CursorScope): string {
    return `${id}.${this.#mac(id, scope).toString('base64url')}`;
  }

  /**
   * The id behind a cursor.
   * @throws DomainError `invalid` for whatever this service did not sign for this list and tenant
   */
  open(cursor: string, scope: CursorScope): string {
    const [, id = '', mac = ''] = FORM.exec(cursor) ?? [];
    const signed = Buffer.from(mac, 'base64url');
    const expected = this.#mac(id, scope);
    if (signed.length !== expected.length || !timingSafeEqual(signed, expected)) {
      throw DomainError.invalid('The cursor is not one of this list');
    }
    return id;
  }

  #mac(id: string, { standing: { level, accountId, workspaceId }, list }: CursorScope): Buffer {
    if (!this.#key) throw new Error('The cursor key is not loaded');
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([id, level, accountId, workspaceId, list]))
      .digest();
  }
}
