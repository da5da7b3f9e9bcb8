import { type AppConfig } from '../config/app-config.js';
import { type AdministratorLogin } from '../users/administrators.service.js';
import { type QuickstartClient } from './bootstrap-client.js';

/** What this process made, of which the banner tells. */
export interface Made {
  readonly quickstart: QuickstartClient | null;
  readonly administrator: AdministratorLogin | null;
}

/** What a newcomer sees when the service is ready; outside production only, since it may show a secret. */
export function banner(config: AppConfig, { quickstart, administrator }: Made): string {
  const lines = [
    '',
    `  Claviger is ready.  Issuer: ${config.issuer}`,
    `                      Explorer: ${config.baseUrl}/docs`,
    '',
    ...(quickstart ? linesOfClient(quickstart) : ['  The quickstart client was shown at the first start.']),
    '',
    ...(administrator ? linesOfAdministrator(config, administrator) : []),
  ];
  return lines.join('\n');
}

function linesOfClient(client: QuickstartClient): string[] {
  const values = Object.entries(client).map(([name, value]) => `    ${name.padEnd(13)} ${value as string}`);
  const curl =
    `curl -s ${client.tokenUrl} -u '${client.clientId}:${client.clientSecret}' ` +
    `-d grant_type=client_credentials -d audience=${client.audience}`;
  return ['  A client to begin with, shown this once:', ...values, '', '  Its first token:', `    ${curl}`];
}

/** A password that was configured is not repeated. */
function linesOfAdministrator({ adminPassword, baseUrl }: AppConfig, login: AdministratorLogin): string[] {
  const password = adminPassword === null ? (login.password ?? '') : '(as ADMIN_PASSWORD says)';
  return [
    `  The administrator, who signs in at ${baseUrl}/auth/login, shown this once:`,
    `    username      ${login.username}`,
    `    password      ${password}`,
    '',
  ];
}
