#!/usr/bin/env node
// Launcher: hands the process's arguments, streams and clock to the program.
import { main } from '../dist/cli/main.js';

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  workingDirectory: process.cwd(),
  now: Date.now,
});
