/**
 * The text of UTF-8 bytes.
 * @returns null for bytes that are not UTF-8, or begin with a byte order mark (RFC 8259 §8.1: senders must not add one)
 */
export function decodeUtf8(bytes: Buffer): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.startsWith('\uFEFF') ? null : text;
  } catch {
    return null;
  }
}
