#!/usr/bin/env node
// Launcher: passes arguments, streams and clock of the process to the program.
const { availableParallelism } = require('node:os');
const { basename, delimiter, dirname, relative } = require('node:path');
const { answerWithoutProgram, missingPackages } = require('./without-program.js');

// Images are decoded in Node.js's thread pool of 4 threads, whose size must be set before its first use. Loading an ES
// module uses the pool, so this file is CommonJS.
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()));

// Node.js exits with 0 if the program waits for a promise that nothing can settle.
let ended = false;
process.on('exit', (code) => {
  if (ended || code !== 0) return;
  process.exitCode = 1;
  process.stderr.write('error: cannot finish: the program waits for a promise that never settles\n');
});

// A closed pipe (`| head`) does not end the program; other write errors, such as a full disk, do.
for (const [name, stream] of Object.entries({ stdout: process.stdout, stderr: process.stderr })) {
  stream.on('error', (error) => {
    // EIO: the terminal was closed, as after SIGHUP.
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    process.exitCode = 1;
    ended = true;
    if (name === 'stdout') process.stderr.write(`error: cannot write to stdout: ${error.message}\n`);
    process.exit();
  });
}

// Without a listener the signal ends the process; with one, the write that exceeds the limit (ulimit -f) fails with an
// error.
process.on('SIGXFSZ', () => undefined);

/** How this program was called, for commands in messages. Child processes get it in ISDA_PROGRAM. */
function programName(workingDirectory) {
  const { ISDA_PROGRAM: told, npm_command: npm, PATH = '' } = process.env;
  if (told) return told;
  const file = process.argv[1];
  const below = relative(workingDirectory, file);
  const path = below.startsWith('..') ? file : below;
  const word = /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
  if (basename(file) === 'isda.js') return `node ${word}`;
  if (npm === 'exec') return 'npx isda';
  return PATH.split(delimiter).includes(dirname(file)) ? 'isda' : word.includes('/') ? word : `./${word}`;
}

async function launch() {
  let workingDirectory;
  try {
    workingDirectory = process.cwd();
  } catch (error) {
    const reason = error.code === 'ENOENT' ? 'the working directory no longer exists' : error.message;
    process.stderr.write(`error: cannot start: ${reason}\n  hint: change to another folder first (cd)\n`);
    process.exitCode = 1;
    return;
  }
  let main;
  let stopSignals;
  try {
    // The program starts without most of them, and would fail later with less helpful messages.
    const missing = missingPackages();
    if (missing.length > 0) throw new Error(`packages are missing: ${missing.join(', ')}`);
    ({ main } = await import('../dist/cli/main.js'));
    ({ stopSignals } = await import('../dist/common/stop-signals.js'));
  } catch (error) {
    process.exitCode = answerWithoutProgram(error, process.argv.slice(2), process);
    return;
  }
  process.env.ISDA_PROGRAM = programName(workingDirectory);
  const code = await main(process.argv.slice(2), {
    programName: process.env.ISDA_PROGRAM,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    workingDirectory,
    now: Date.now,
    clock: () => performance.now(),
    onSignal: (listener) => {
      for (const signal of stopSignals) process.on(signal, listener);
      return () => stopSignals.forEach((signal) => process.off(signal, listener));
    },
    exit: (code) => {
      ended = true;
      process.exit(code);
    },
  });
  ended = true;
  process.exitCode = code;
}

void launch();
