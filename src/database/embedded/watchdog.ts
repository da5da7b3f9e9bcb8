import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { DEFAULT_PATH } from './engine-user.js';

// $1: the owner's file, $2: the owner that it must still name, $3: postmaster.pid. The last line read before the pipe
// closes says what to do: 0, nothing; a process id, end it; start, end the process that was being started. The pause
// gives the next service time to adopt the engine.
const SHELL = `
said=0
while read -r line; do said=$line; done
[ "$said" = 0 ] && exit
sleep 2
ours() {
  owner=; read -r owner < "$1"
  pid=; read -r pid < "$3"
  [ "$owner" = "$2" ] && [ -n "$pid" ] && { [ "$said" = start ] || [ "$said" = "$pid" ]; }
}
ours "$@" || exit
said=$pid
kill -INT "$pid"
for second in 1 2 3 4; do sleep 1; kill -0 "$pid" || exit; done
ours "$@" && kill -QUIT "$pid"
`;

// The same for Windows, where pg_ctl ($4) sends what are signals elsewhere.
const NODE = `
const { readFileSync } = require('node:fs'), { spawnSync } = require('node:child_process');
const [owner, name, file, pgCtl] = process.argv.slice(1);
const first = (path) => { try { return readFileSync(path, 'utf8').split(/\\r?\\n/)[0]; } catch { return ''; } };
let said = '0';
process.stdin.on('data', (text) => { said = String(text).trim().split('\\n').pop(); });
process.stdin.on('close', () => said !== '0' && setTimeout(() => {
  const pid = first(file);
  if (first(owner) !== name || !pid || (said !== 'start' && said !== pid)) return;
  spawnSync(pgCtl, ['kill', 'INT', pid], { windowsHide: true });
}, 2000));
`;

const RESPAWN_MS = 250;

/** Ends the engine a few seconds after its service, however that died: a process that reads a pipe of the service's. */
export class Watchdog {
  private readonly name = randomBytes(12).toString('hex');
  private said = '0';
  private child: ChildProcess | undefined;
  private dismissed = false;

  private constructor(
    private readonly ownerFile: string,
    private readonly postmasterFile: string,
    private readonly pgCtl: string,
  ) {}

  /** Starts the watchdog and takes the engine from whatever watchdog had it: that one will do nothing any more. */
  static claim(ownerFile: string, postmasterFile: string, pgCtl: string): Watchdog {
    const watchdog = new Watchdog(ownerFile, postmasterFile, pgCtl);
    writeFileSync(ownerFile, `${watchdog.name}\n`, { mode: 0o600 });
    watchdog.spawn();
    return watchdog;
  }

  /** An engine is about to be started, so that there may be one before its process id is known. */
  expect(): void {
    this.say('start');
  }

  /** The engine runs with this process id. */
  guard(pid: number): void {
    this.say(String(pid));
  }

  /** There is no engine. */
  rest(): void {
    this.say('0');
  }

  /** Ends the watchdog; to be called when the engine has ended. */
  dismiss(): void {
    this.dismissed = true;
    this.rest();
    this.child?.stdin?.end();
  }

  private say(word: string): void {
    this.said = word;
    this.child?.stdin?.write(`${word}\n`);
  }

  private spawn(): void {
    const args = [this.ownerFile, this.name, this.postmasterFile, this.pgCtl];
    const [program, code] =
      process.platform === 'win32' ? [process.execPath, ['-e', NODE, '--']] : ['/bin/sh', ['-c', SHELL, 'sh']];
    // Detached, so that a Ctrl-C meant for the service does not reach it.
    const child = spawn(program, [...code, ...args], {
      cwd: '/',
      env: { PATH: DEFAULT_PATH },
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      windowsHide: true,
    });
    child.on('error', () => undefined);
    child.on('exit', () => {
      setTimeout(() => {
        if (!this.dismissed) this.spawn();
      }, RESPAWN_MS).unref();
    });
    child.stdin.on('error', () => undefined);
    child.unref();
    (child.stdin as unknown as { unref?: () => void }).unref?.();
    this.child = child;
    this.say(this.said);
  }
}
