import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type EdgeOptions } from './edge-options.js';
import { apiAnswer, oauthAnswer } from './error-answer.js';
import { ERROR_BODIES } from './error-bodies/index.js';
import { type Fault, faultOf } from './fault.js';
import { isOAuthRequest } from './oauth-path.js';
import { securityHeaders, type SecurityHeaders } from './security-headers.js';

/** Is told of everything that was refused, once it is decided. */
export type RefusalListener = (thrown: unknown, fault: Fault, request: FastifyRequest) => void;

/** Turns whatever was thrown into an answer and a log line: the only place where errors become HTTP. */
@Catch()
export class ExceptionsFilter implements ExceptionFilter {
  private readonly headers: SecurityHeaders;

  /** @param refused hears of every answer from 400 to 499 */
  constructor(
    private readonly edge: EdgeOptions,
    private readonly refused?: RefusalListener,
  ) {
    this.headers = securityHeaders(edge.issuer);
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Answers and logs. The fixed headers are set again: the router and the adapter refuse some requests before any hook. */
  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { issuer, issuerPath, errorBody } = this.edge;
    const fault = faultOf(thrown);
    log(fault, request);
    if (fault.status < 500) this.refused?.(thrown, fault, request);
    if (reply.sent) return;
    const oauth = isOAuthRequest(request, issuerPath);
    const { status, headers, body } = oauth
      ? oauthAnswer(fault, issuer)
      : apiAnswer(fault, issuer, ERROR_BODIES[errorBody], request.id);
    void reply
      .code(status)
      .headers({ ...(oauth ? this.headers.oauth : this.headers.other), 'x-request-id': request.id, ...headers })
      .header('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify(body));
  }
}

/** One line: an error for what is ours to mend; a warning while a database is away; else what was decided, and why. */
function log({ status, code, oauthError, detail, cause }: Fault, request: FastifyRequest): void {
  const fields = { req: request, status, error: oauthError ?? code, detail };
  if (status === 503) request.log.warn(fields, 'request not answered now');
  else if (status >= 500) request.log.error({ ...fields, err: cause }, 'request failed');
  else request.log.info(fields, 'request refused');
}
