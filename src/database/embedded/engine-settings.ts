import { statfsSync } from 'node:fs';

const SMALL_SHARED_MEMORY_BYTES = 96 * 1024 * 1024;

/** The command line of PostgreSQL's main process: it alone says how the engine runs, whatever the files say. */
export function engineArguments(cluster: string, port: number, major: number, durable: boolean): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_buffers: '32MB',
    huge_pages: 'off',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    logging_collector: 'off',
    // The log is for the operator: neither statements nor the values of rows belong in it.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    ...(major >= 18 ? { io_method: 'sync' } : {}),
    ...sharedMemorySettings(),
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  return ['-D', cluster, '-p', String(port), ...settingFlags(settings)];
}

/** Settings as PostgreSQL's programs take them on the command line. */
export function settingFlags(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * Files in the data directory instead of shared memory where that is scarce: containers often have 64 MB, which one
 * parallel query can use up. Every program that runs on the directory needs them.
 */
export function sharedMemorySettings(): Record<string, string> {
  return sharedMemoryIsSmall() ? { dynamic_shared_memory_type: 'mmap' } : {};
}

function sharedMemoryIsSmall(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize < SMALL_SHARED_MEMORY_BYTES;
  } catch {
    return true;
  }
}
