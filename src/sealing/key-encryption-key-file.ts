import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StartRefusal } from '../common/errors/start-refusal.js';
import { KEY_ENCRYPTION_KEY_BYTES } from './key-encryption-keys.js';

const FILE_NAME = 'key-encryption-key';
const OWNER_ONLY = 0o600;
const GROUP_AND_WORLD = 0o077;
/** 32 bytes in padded base64, the form of `KEY_ENCRYPTION_KEY`, so that the file's content can move there. */
const BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/** The key-encryption key that is generated in the data directory where the configuration names none. */
export class KeyEncryptionKeyFile {
  private readonly path: string;

  /** @param warn takes a sentence for the operator, without any secret */
  constructor(
    private readonly dataDir: string,
    private readonly warn: (sentence: string) => void,
  ) {
    this.path = join(dataDir, FILE_NAME);
  }

  /**
   * The key of this data directory, made if there is none. Two processes that start at once get the same one.
   * @returns 32 bytes
   * @throws StartRefusal if the file is damaged or cannot be read or written; a damaged file is never replaced
   */
  async readOrCreate(): Promise<Buffer> {
    try {
      const text = (await this.read()) ?? (await this.create());
      await this.tighten();
      return this.parse(text);
    } catch (cause) {
      if (cause instanceof StartRefusal) throw cause;
      const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown fault';
      throw new StartRefusal(
        `The key-encryption key ${this.path} cannot be read or written (${reason}): make the directory writable, or set KEY_ENCRYPTION_KEY.`,
        { cause },
      );
    }
  }

  private async read(): Promise<string | null> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** Writes the whole file aside and gives it its name in one step: nobody ever reads half a key, and the first one wins. */
  private async create(): Promise<string> {
    await mkdir(this.dataDir, { recursive: true, mode: 0o700 });
    const draft = `${this.path}.${randomBytes(8).toString('hex')}.new`;
    try {
      const text = `${randomBytes(KEY_ENCRYPTION_KEY_BYTES).toString('base64')}\n`;
      const file = await open(draft, 'wx', OWNER_ONLY);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      // Unlike rename, link refuses to replace what another process put there meanwhile.
      await link(draft, this.path).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      });
      await this.syncDirectory();
    } finally {
      await rm(draft, { force: true });
    }
    return readFile(this.path, 'utf8');
  }

  /** The name must survive a power failure before anything is sealed under the key. Windows opens no directory. */
  private async syncDirectory(): Promise<void> {
    if (process.platform === 'win32') return;
    const directory = await open(this.dataDir, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  /** Takes the file from everybody but its owner. Windows has no such mode bits. */
  private async tighten(): Promise<void> {
    if (process.platform === 'win32') return;
    const { mode } = await stat(this.path);
    if ((mode & GROUP_AND_WORLD) === 0) return;
    await chmod(this.path, OWNER_ONLY);
    this.warn(
      `The key-encryption key ${this.path} could be read by others than its owner (mode ${(mode & 0o777).toString(8)}); its mode is 600 now. If anybody may have copied it, make a new one.`,
    );
  }

  private parse(text: string): Buffer {
    const encoded = text.trim();
    const key = Buffer.from(encoded, 'base64');
    // The second test finds a last character whose unused bits are set: a single damaged character must not make another key.
    if (BASE64.test(encoded) && key.toString('base64') === encoded) return key;
    throw new StartRefusal(
      `The key-encryption key ${this.path} is damaged (it should be 32 bytes in base64): restore it from a backup; it is not replaced, because what it sealed could never be opened again.`,
    );
  }
}
