#!/usr/bin/env node
// Launcher: hands the process's arguments, streams and clock to the program.
import { main } from '../dist/cli/main.js';

// A reader that has seen enough (`| head`) ends no run and breaks no list.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const signals = ['SIGINT', 'SIGTERM', 'SIGUSR1'];

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  workingDirectory: process.cwd(),
  now: Date.now,
  onSignal: (listener) => {
    for (const signal of signals) process.on(signal, listener);
    return () => signals.forEach((signal) => process.off(signal, listener));
  },
  exit: (code) => process.exit(code),
});
