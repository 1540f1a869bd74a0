#!/usr/bin/env node
// Launcher: hands the process's arguments, streams and clock to the program.
import { main } from '../dist/cli/main.js';

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
