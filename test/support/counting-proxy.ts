import { createServer, request, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

/** An HTTP proxy in front of a service whose issuer it is: notes what is asked, and can fail. */
export class CountingProxy {
  /** Method and path of every request since the last `forget`. */
  seen: string[] = [];
  /** `tokens` answers token requests 503, `all` cuts every connection. */
  failing: 'nothing' | 'tokens' | 'all' = 'nothing';
  /** Where the service is, once it runs. */
  target = '';

  private constructor(private readonly server: Server) {}

  static async start(): Promise<CountingProxy> {
    const server = createServer();
    const proxy = new CountingProxy(server);
    server.on('request', (incoming, answer) => {
      const line = `${incoming.method ?? ''} ${incoming.url ?? ''}`;
      proxy.seen.push(line);
      if (proxy.failing === 'all') return incoming.socket.destroy();
      if (proxy.failing === 'tokens' && line === 'POST /oauth/token') return answer.writeHead(503).end();
      const { method, headers } = incoming;
      const outgoing = request(proxy.target + (incoming.url ?? ''), { method, headers }, (from) => {
        answer.writeHead(from.statusCode ?? 502, from.headers);
        from.pipe(answer);
      });
      outgoing.on('error', () => answer.destroy());
      return incoming.pipe(outgoing);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get base(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** How often this was asked, as `POST /oauth/token`. */
  count(line: string): number {
    return this.seen.filter((one) => one === line).length;
  }

  /** Begins to count anew. */
  forget(): void {
    this.seen = [];
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
