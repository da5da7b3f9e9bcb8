const KEY_BYTES = 32;
/** Thirty-two random bytes have about thirty different values; fewer than half of that does not happen by chance. */
const FEWEST_DISTINCT_BYTES = 16;
const SAMPLE = /change.?me|example|sample|placeholder|replace.?me|your.?(?:key|secret|password)/i;

/**
 * The keys of a comma-separated list, the one that encrypts first.
 * @returns null unless every entry is the base64 of exactly 32 bytes
 */
export function parseKeyEncryptionKeys(list: string): Buffer[] | null {
  const keys = list.split(',').map((entry) => decode(entry.trim()));
  return keys.every((key) => key !== null) ? keys : null;
}

function decode(entry: string): Buffer | null {
  const bytes = Buffer.from(entry, 'base64');
  // Node skips what is not base64: only what encodes back to itself was base64.
  const padded = bytes.toString('base64');
  const faithful = entry === padded || `${entry}=` === padded;
  return faithful && bytes.length === KEY_BYTES ? bytes : null;
}

/** Whether a key was written by hand: a sample's text, or too few different bytes to be random. */
export function isWeakKey(key: Buffer): boolean {
  return new Set(key).size < FEWEST_DISTINCT_BYTES || isSampleText(key.toString('latin1'));
}

/** Whether a text is what documentation writes where a secret belongs. */
export function isSampleText(text: string): boolean {
  return SAMPLE.test(text);
}
