/** Stops the run's PostgreSQL when the last project that used it is done. */
export default async function globalTeardown() {
  const server = globalThis.clavigerTestServer;
  if (!server) return;
  server.users -= 1;
  if (server.users > 0) return;
  delete globalThis.clavigerTestServer;
  await (await server.started).stop();
}
