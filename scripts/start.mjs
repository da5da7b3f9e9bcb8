// Syntax that old versions of Node can read, and no import before the check: whoever has one shall get the sentence.
const needed = [20, 19];
const parts = process.versions.node.split('.').map(Number);

if (parts[0] < needed[0] || (parts[0] === needed[0] && parts[1] < needed[1])) {
  process.stderr.write(`Claviger needs Node.js ${needed.join('.')} or later, and this is ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  endWithNpm();
  start();
}

async function start() {
  const { buildIfStale } = await import('./build-if-stale.mjs');
  try {
    await buildIfStale();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return;
  }
  await import('../dist/main.js');
}

/** A signal to npm ends npm and the shell between, and does not reach this process; that its parent is gone does. */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  timer.unref();
}
