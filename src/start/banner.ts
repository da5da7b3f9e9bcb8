import { type AppConfig } from '../config/app-config.js';
import { type QuickstartClient } from './bootstrap-client.js';

/** What a newcomer sees when the service is ready; outside production only, since it may show a secret. */
export function banner(config: AppConfig, client: QuickstartClient | null): string {
  const lines = [
    '',
    `  Claviger is ready.  Issuer: ${config.issuer}`,
    `                      Explorer: ${config.baseUrl}/docs`,
    '',
  ];
  if (!client) return [...lines, '  The quickstart client was shown at the first start.', ''].join('\n');
  const values = Object.entries(client).map(([name, value]) => `    ${name.padEnd(13)} ${value as string}`);
  const curl =
    `curl -s ${client.tokenUrl} -u '${client.clientId}:${client.clientSecret}' ` +
    `-d grant_type=client_credentials -d audience=${client.audience}`;
  return [
    ...lines,
    '  A client to begin with, shown this once:',
    ...values,
    '',
    '  Its first token:',
    `    ${curl}`,
    '',
  ].join('\n');
}
