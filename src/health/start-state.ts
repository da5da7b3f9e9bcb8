/** How far the start has come; written by the start, read by readiness. */
export class StartState {
  /** Migrations are at least those of this version. */
  migrated = false;
  /** Peppers and key ring are loaded: a token request can be answered. */
  loaded = false;
  /** SIGTERM has come: no new work should be sent here. */
  stopping = false;
}
