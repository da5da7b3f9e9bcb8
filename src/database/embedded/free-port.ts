import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the ports that systems hand to outgoing connections: one of those could take the engine's port while it is
// being started again.
const LOWEST = 15_000;
const HIGHEST = 32_000;

/** Whether a server could listen on this port of 127.0.0.1 now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** @returns the preferred port if it is free, otherwise another that is */
export async function freePort(preferred: number): Promise<number> {
  let port = preferred;
  while (port === 0 || !(await isFree(port))) port = randomInt(LOWEST, HIGHEST);
  return port;
}
