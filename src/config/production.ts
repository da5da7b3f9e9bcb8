import { type Environment } from './environment.js';
import { isSampleText, isWeakKey, parseKeyEncryptionKeys } from './key-encryption-key.js';
import { isNetwork, isTooWide } from './trusted-network.js';

/**
 * What production refuses though its form is right. It reads the raw texts, so that these faults are told together
 * with the malformed ones.
 */
export function productionFaults(environment: Readonly<Partial<Record<keyof Environment, string>>>): string[] {
  const { ISSUER, DATABASE_URL, DATABASE_LISTEN_URL, KEY_ENCRYPTION_KEY, TRUST_PROXY, ADMIN_PASSWORD } = environment;
  const faults: string[] = [];
  if (ISSUER === undefined) faults.push('ISSUER must be set in production');
  // RFC 8414 §2: the issuer is an https URL.
  else if (/^http:/i.test(ISSUER)) faults.push('ISSUER must be an https URL in production');
  if (DATABASE_URL === undefined) faults.push('DATABASE_URL must be set in production');
  for (const [name, url] of Object.entries({ DATABASE_URL, DATABASE_LISTEN_URL })) {
    if (url !== undefined && hasSamplePassword(url)) faults.push(`${name} has a sample password`);
  }
  if (KEY_ENCRYPTION_KEY === undefined) faults.push('KEY_ENCRYPTION_KEY must be set in production');
  else if ((parseKeyEncryptionKeys(KEY_ENCRYPTION_KEY) ?? []).some(isWeakKey) || isSampleText(KEY_ENCRYPTION_KEY)) {
    faults.push('KEY_ENCRYPTION_KEY is a sample, not a random key');
  }
  if (ADMIN_PASSWORD !== undefined && isSampleText(ADMIN_PASSWORD)) faults.push('ADMIN_PASSWORD is a sample');
  const networks = (TRUST_PROXY ?? '').split(',').map((entry) => entry.trim());
  if (networks.some((network) => isNetwork(network) && isTooWide(network))) {
    faults.push('TRUST_PROXY trusts everybody: name the proxies');
  }
  return faults;
}

function hasSamplePassword(url: string): boolean {
  return URL.canParse(url) && isSampleText(new URL(url).password);
}
