// Smoke runs: every command line once, on tiny subsets, in a temporary folder. One line a command: add yours to the list.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { isMain, projectRoot, runScript, StepError, stepLogger } from './bootstrap.mjs';

const data = '--set dataset.dir={tmp}/data';

/** Command lines with the exit code they owe, in order. `{tmp}` stands for a temporary folder for what they write. */
const commands = [
  [0, '--help'],
  [0, 'setup'],
  [0, 'setup --json'],
  [0, 'doctor'],
  [0, 'doctor --json'],

  [0, 'data synthesize --out {tmp}/data --train 256 --test 100 --seed 1'],
  [0, 'data verify cifar10 --dir {tmp}/data --json'],
  [0, 'config check configs'],
  [0, 'config check tiny-isda --json'],
  [0, 'config print tiny-isda --set loss.lambda0=0.25'],
  [0, 'config schema'],
  [0, 'config schema --markdown'],
  [0, 'models'],
  [0, 'models --classes 10 --json'],
  [0, 'models --batch 1'],
  [0, 'losses'],
  [0, 'losses --json'],

  [0, `train --config tiny-isda ${data} --out {tmp}/isda`],
  [0, `train --config tiny-isda ${data} --out {tmp}/isda`], // complete already
  [0, `train --config tiny-isda ${data} --out {tmp}/isda --no-resume --json`],
  [0, `train --config tiny-cross-entropy ${data} --out {tmp}/cross-entropy --seed 2`],
  [0, `train --config tiny-eager ${data} --out {tmp}/eager`],
  [0, `train --config tiny-isda-diagonal ${data} --out {tmp}/diagonal`],
  [0, 'evaluate --run {tmp}/isda'],
  [0, 'evaluate --run {tmp}/isda --json'],
  [0, 'figure curve --run {tmp}/isda --run {tmp}/eager --out {tmp}/curve.svg'],
  [0, 'export --run {tmp}/isda --out {tmp}/trained.safetensors'],
  [0, 'export --config tiny-isda --out {tmp}/fresh.safetensors'],
  [0, `import {tmp}/trained.safetensors --config tiny-isda ${data} --out {tmp}/imported`],
  [0, 'evaluate --run {tmp}/imported'],
  [0, 'bench --config tiny-isda --steps 2 --warmup 1'],
  [0, 'bench --config tiny-isda --loss isda --execution captured --steps 2 --warmup 1 --json'],
  [0, `bench data --config tiny-isda ${data} --seconds 1`],
  [0, `bench data --config tiny-isda ${data} --seconds 1 --augmentation config --workers 2 --json`],
  [0, 'bench --config tiny-isda --precision bfloat16 --execution captured --steps 2 --warmup 1'],

  [2, 'no-such-command'],
  [2, 'setup --no-such-option'],
  [2, 'setup --build abacus'],
  [2, 'setup --part-size 58'],
  [2, 'train'],
  [2, 'train --config no-such-config'],
  [2, 'train --config tiny-isda --set loss.lamda0=1'],
  [2, 'config check {tmp}/unknown-key.yaml'],
  [2, 'export --out {tmp}/nothing.safetensors'],
  [2, 'bench --steps 0'],
  [2, 'bench --loss no-such-loss'],
  [2, 'bench data --workers many'],
  [2, 'models --classes many'],
  [2, 'figure curve --run {tmp}/isda --metric no_such_metric --out {tmp}/curve.svg'],
  [1, 'evaluate --run {tmp}/no-such-run'],
  [1, 'setup --from-bundle {tmp}/no-such-bundle'],
  [1, 'train --config tiny-isda --set dataset.dir={tmp}/no-such-data --out {tmp}/nothing'],
  [1, 'import {tmp}/no-such-file --config tiny-isda --out {tmp}/nothing'],
];

/** Runs one command line; shows what it said where its exit code is not the one it owes. */
async function check(expected, line, folder) {
  const args = line.split(' ').map((word) => word.replace('{tmp}', folder));
  const options = { cwd: projectRoot, reject: false, all: true };
  const { all, exitCode, signal } = await execa(process.execPath, ['bin/isda.js', ...args], options);
  if (exitCode === expected) return;
  process.stderr.write(`${all}\n`);
  throw new StepError(`cannot pass: isda ${line} ended with ${signal ?? `exit code ${exitCode}`}, not ${expected}`);
}

async function main() {
  const log = stepLogger();
  const folder = mkdtempSync(join(tmpdir(), 'isda-smoke-'));
  writeFileSync(join(folder, 'unknown-key.yaml'), 'modle: {name: resnet}\n');
  try {
    for (const [expected, line] of commands) {
      log(`isda ${line}${expected === 0 ? '' : `  (exit code ${expected})`}`);
      await check(expected, line, folder);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  log(`all ${commands.length} command lines did as they should`);
  return 0;
}

if (isMain(import.meta.url)) await runScript(main);
