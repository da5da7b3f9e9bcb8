/** Where PostgreSQL is: DATABASE_URL and DATABASE_LISTEN_URL, or the embedded engine's address for both. */
export class DatabaseLocation {
  constructor(
    readonly url: string,
    /** A direct connection for the change feed, migrations and locks, past any pooler. */
    readonly listenUrl: string,
  ) {}
}
