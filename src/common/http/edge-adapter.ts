import { METHODS, type ServerOptions } from 'node:http';
import { type ServerOptions as TlsServerOptions } from 'node:https';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyServerOptions } from 'fastify';
import { EdgeError } from './edge.error.js';
import { MethodsByPath } from './method-not-allowed.js';

/** CONNECT never becomes a request (Node closes the connection). */
const ALL_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/** Fastify's options, for a server of plain HTTP or of TLS. */
export type EdgeServerOptions = Omit<FastifyServerOptions, 'logger'> &
  ({ readonly http: ServerOptions } | { readonly https: TlsServerOptions });

/** Nest's Fastify adapter, which also answers 405 for the methods that a known path does not have. */
export class EdgeAdapter extends FastifyAdapter {
  private readonly routes = new MethodsByPath();

  constructor(options: EdgeServerOptions) {
    super(options);
    this.instance.addHook('onRoute', ({ url, method }) => this.routes.add(url, method));
  }

  /** Nest sets this handler after its last route, and Fastify takes no route once it is ready: here is the moment between. */
  override setNotFoundHandler(
    ...args: Parameters<FastifyAdapter['setNotFoundHandler']>
  ): ReturnType<FastifyAdapter['setNotFoundHandler']> {
    this.refuseOtherMethods();
    return super.setNotFoundHandler(...args);
  }

  private refuseOtherMethods(): void {
    for (const method of ALL_METHODS) {
      if (!this.instance.supportedMethods.includes(method)) this.instance.addHttpMethod(method);
    }
    for (const { path, methods, allow } of this.routes.missing(ALL_METHODS)) {
      if (methods.length === 0) continue;
      this.instance.route({
        method: methods,
        url: path,
        exposeHeadRoute: false,
        // Before the body is read: its type and size are no matter.
        onRequest: (_request, _reply, done) => done(EdgeError.methodNotAllowed(allow)),
        handler: (_request, reply) => reply.callNotFound(),
      });
    }
  }
}
