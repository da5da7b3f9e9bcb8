import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Pair {
  client: Socket;
  server: Socket;
  lost: boolean;
}

/** Counts the statements of one connection's client by the frames of PostgreSQL's protocol: simple queries, and binds. */
function statementCounter(count: () => void): (data: Buffer) => void {
  let pending = Buffer.alloc(0);
  let started = false;
  return (data) => {
    pending = Buffer.concat([pending, data]);
    for (;;) {
      // The start-up message has no type.
      const head = started ? 1 : 0;
      if (pending.length < head + 4) return;
      const length = head + pending.readUInt32BE(head);
      if (pending.length < length) return;
      if (started && ['Q', 'B'].includes(String.fromCharCode(pending[0]!))) count();
      started = true;
      pending = pending.subarray(length);
    }
  };
}

/** A TCP proxy that can hold what the server answers, and lose whole connections in silence. */
export class TcpProxy {
  private readonly pairs = new Set<Pair>();
  private held: (() => void)[] | null = null;
  private down = false;
  /** Statements that came through. */
  statements = 0;

  private constructor(private readonly listener: Server) {}

  static async to(port: number): Promise<TcpProxy> {
    const listener = createServer();
    const proxy = new TcpProxy(listener);
    listener.on('connection', (client) => proxy.join(client, port));
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** The same database, through this proxy. */
  through(url: string): string {
    const changed = new URL(url);
    changed.port = String(this.port);
    return changed.href;
  }

  /** Keeps every answer back until `release`. */
  hold(): void {
    this.held = [];
  }

  release(): void {
    const held = this.held ?? [];
    this.held = null;
    held.forEach((send) => send());
  }

  /** Whatever is open goes silent; new connections work. */
  blackHole(): void {
    for (const pair of this.pairs) pair.lost = true;
  }

  /** Ends what is open and whatever comes, as a stopped server does. */
  stop(): void {
    this.down = true;
    for (const { client, server } of this.pairs) {
      client.destroy();
      server.destroy();
    }
  }

  /** Serves again. */
  resume(): void {
    this.down = false;
  }

  close(): void {
    this.listener.close();
    this.stop();
  }

  private join(client: Socket, port: number): void {
    if (this.down) {
      client.destroy();
      return;
    }
    const server = connect(port, '127.0.0.1');
    const pair = { client, server, lost: false };
    this.pairs.add(pair);
    const take = statementCounter(() => this.statements++);
    client.on('data', (data: Buffer) => {
      take(data);
      if (!pair.lost) server.write(data);
    });
    server.on('data', (data) => {
      const send = (): void => {
        if (!pair.lost) client.write(data);
      };
      if (this.held) this.held.push(send);
      else send();
    });
    for (const socket of [client, server]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (!pair.lost) {
          client.destroy();
          server.destroy();
        }
        this.pairs.delete(pair);
      });
    }
  }
}
