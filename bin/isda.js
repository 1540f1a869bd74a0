#!/usr/bin/env node
// Launcher: hands the process's arguments, streams and clock to the program.
const { availableParallelism } = require('node:os');
const { basename, delimiter, dirname, relative } = require('node:path');
const { answerWithoutProgram, missingPackages } = require('./without-program.js');

// Images are decoded in Node.js's pool of 4 threads, which grows only if this is set before its first use. An ES module
// is read through that pool, so this file is none.
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()));

// Node.js ends a process that waits for a promise which nothing will settle, as if all were well.
let ended = false;
process.on('exit', (code) => {
  if (ended || code !== 0) return;
  process.exitCode = 1;
  process.stderr.write('error: cannot finish: a promise that the work waits for is never settled\n');
});

// A reader that has seen enough (`| head`) ends no run and breaks no list. A file that takes no more (a full disk)
// does.
for (const [name, stream] of Object.entries({ stdout: process.stdout, stderr: process.stderr })) {
  stream.on('error', (error) => {
    // EIO: the terminal is gone, as after SIGHUP.
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    process.exitCode = 1;
    ended = true;
    if (name === 'stdout') process.stderr.write(`error: cannot write to stdout: ${error.message}\n`);
    process.exit();
  });
}

// Without a listener it would end the process; with one, the write that exceeds a limit (ulimit -f) fails with a
// reason.
process.on('SIGXFSZ', () => undefined);

/** How this program was called, for the commands that errors suggest. Those that it starts itself are told. */
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
    // The program begins without most of them, and would fail later for reasons that tell less.
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
