// Asks the service in this container `/health/live` or `/health/ready`; the exit status is 0 if it answers 200.
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';

const { HOST, ISSUER, PORT, TLS_CERT_FILE } = process.env;
const TIMEOUT_MS = 2000;

const aspect = process.argv[2] === 'ready' ? 'ready' : 'live';
const listensEverywhere = !HOST || HOST === '0.0.0.0' || HOST === '::';
// The issuer's path is where the service serves everything.
const prefix = ISSUER ? new URL(ISSUER.trim()).pathname.replace(/\/$/, '') : '';
const options = {
  host: listensEverywhere ? '127.0.0.1' : HOST,
  port: PORT || 3000,
  path: `${prefix}/health/${aspect}`,
  timeout: TIMEOUT_MS,
  // The certificate is for the public name, and the request does not leave this container.
  rejectUnauthorized: false,
};

const request = (TLS_CERT_FILE ? getHttps : getHttp)(options, (answer) => {
  answer.resume();
  process.exitCode = answer.statusCode === 200 ? 0 : 1;
});
request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
request.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
