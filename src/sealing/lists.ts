import { Injectable } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { type Principal } from '../common/access/principal.js';
import { type ListQuery } from '../common/http/list-query.js';
import { routePath } from '../common/http/route-path.js';
import { AppConfig } from '../config/app-config.js';
import { type Page } from '../database/page.js';
import { Cursors } from './cursors.js';

/** Answers lists in pages, each with a link to the next (RFC 8288). */
@Injectable()
export class Lists {
  private readonly origin: string;

  constructor(
    private readonly cursors: Cursors,
    config: AppConfig,
  ) {
    this.origin = new URL(config.issuer).origin;
  }

  /**
   * Reads a page and sets the `Link` header where there is another.
   * @param query limit, cursor, and whatever filters the list has
   * @param read the rows of a page, newest first
   * @throws DomainError `invalid` for a cursor of another list or tenant
   */
  async answer<Row extends { id: string }>(
    reply: FastifyReply,
    principal: Principal,
    { limit, cursor, ...filters }: ListQuery & Readonly<Record<string, unknown>>,
    read: (page: Page) => Promise<Row[]>,
  ): Promise<Row[]> {
    const path = routePath(reply.request);
    const scope = { standing: principal, list: JSON.stringify([path, filters]) };
    const after = cursor === undefined ? null : this.cursors.open(cursor, scope);
    // One more than is answered tells whether there is a next page.
    const rows = await read({ after, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    if (rows.length > limit && last) {
      const next = new URLSearchParams();
      const given = Object.entries(filters).filter(([, value]) => value !== undefined);
      for (const [name, value] of given) next.set(name, value instanceof Date ? value.toISOString() : String(value));
      next.set('limit', String(limit));
      next.set('cursor', this.cursors.sign(last.id, scope));
      void reply.header('link', `<${this.origin}${path}?${next.toString()}>; rel="next"`);
    }
    return page;
  }
}
