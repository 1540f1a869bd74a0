// Smoke runs: every command line once, on tiny subsets, in a temporary folder. One line a command: add yours to the
// list.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import sharp from 'sharp';
import { isMain, projectRoot, runScript, StepError, stepLogger } from './bootstrap.mjs';

const data = '--set dataset.dir={tmp}/data';
const synthetic = '--set dataset.synthetic.generator={tmp}/gan --set dataset.synthetic.images=30';
const folder = [
  'dataset.name=image-folder',
  'dataset.dir={tmp}/images',
  'dataset.imageSize=32',
  'dataset.resize=36',
  'dataset.subset=8',
  'dataset.testSubset=8',
  'augmentation.padCrop=false',
]
  .map((change) => `--set ${change}`)
  .join(' ');

/** WRN-10-1 in place of WRN-28-10, for one epoch. */
const tinyWrn = [
  'dataset.dir={tmp}/data100',
  'dataset.subset=100',
  'dataset.testSubset=100',
  'model.depth=10',
  'model.width=1',
  'training.epochs=1',
  'training.batchSize=50',
]
  .map((change) => `--set ${change}`)
  .join(' ');

const study = `
study: tiny-study
config: tiny-cross-entropy
seeds: 1
rows:
  - name: basic
  - {name: isda, set: {loss: {name: isda}}}
`;

/** Only where a Slurm answers. */
const slurm = execaSync('sinfo', { reject: false, timeout: 20_000 }).exitCode === 0;
const onSlurm = [
  [0, 'study {tmp}/study.yaml --set dataset.dir={tmp}/data --out {tmp}/slurm --executor slurm --detach'],
  [0, 'study {tmp}/study.yaml --set dataset.dir={tmp}/data --out {tmp}/slurm --executor slurm --poll 1'],
];

/** Command lines with the exit code they owe, in order. `{tmp}` stands for a temporary folder for what they write. */
export const commands = [
  [0, 'data synthesize --name cifar100 --out {tmp}/data100 --train 300 --test 100'],
  [0, `train --config wrn28-10-cifar100.yaml --out {tmp}/wrn ${tinyWrn}`],
  [0, 'sweep lambda0 --dry-run'],
  [0, 'ablate --variant diagonal --dry-run'],

  [0, '--help'],
  [0, 'setup'],
  [0, 'setup --json'],
  [0, 'doctor'],
  [0, 'doctor --json'],

  [0, 'data synthesize --out {tmp}/data --train 256 --test 100 --seed 1'],
  [0, 'data verify cifar10 --dir {tmp}/data --json'],
  [0, 'data export cifar10 --dir {tmp}/data --out {tmp}/exported --count 2'],
  [0, 'data verify image-folder --dir {tmp}/images --json'],
  [0, 'data verify imagenet --dir {tmp}/images'],
  [0, `data show --config tiny-isda ${data} --out {tmp}/grid.png`],
  [0, 'data show --config examples/own-data.yaml --out {tmp}/shapes.png --rows 2 --columns 3 --json'],
  [0, 'data statistics --config examples/own-data.yaml'],
  [0, `data statistics --config tiny-isda ${data} --json`],
  [0, 'config new --data {tmp}/images --out {tmp}/new.yaml'],
  [0, 'config list'],
  [0, 'config list --json'],
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
  [0, `train --config examples/own-training.yaml ${data} --out {tmp}/own`],
  [
    0,
    `train --config tiny-isda ${data} --out {tmp}/cycle --set schedule.name=custom --set schedule.module=examples/one-cycle.js`,
  ],
  [0, `train --config tiny-isda ${folder} --out {tmp}/folder`],
  [0, 'evaluate --run {tmp}/folder'],
  [0, 'evaluate --run {tmp}/isda'],
  [0, 'evaluate --run {tmp}/isda --checkpoint best --json'],
  [
    0,
    'evaluate --run {tmp}/isda --per-class --confusion {tmp}/c.svg {tmp}/c.csv --calibration {tmp}/r.png --worst {tmp}/w.png',
  ],
  [0, 'evaluate --run {tmp}/isda --compare {tmp}/cross-entropy --predictions {tmp}/p.csv --json'],
  [0, 'figure curve --run {tmp}/isda --run {tmp}/eager --out {tmp}/curve.svg'],
  [0, 'export --run {tmp}/isda --out {tmp}/trained.safetensors'],
  [0, 'export --config tiny-isda --out {tmp}/fresh.safetensors'],
  [0, 'data verify image-folder --dir {tmp}/exported'],
  [0, 'predict {tmp}/grid.png --run {tmp}/isda --top 3'],
  [0, 'predict --folder {tmp}/images --network {tmp}/trained.safetensors --json'],
  [0, `import {tmp}/trained.safetensors --config tiny-isda ${data} --out {tmp}/imported`],
  [0, 'evaluate --run {tmp}/imported'],
  [0, 'bench --config tiny-isda --steps 2 --warmup 1'],
  [0, 'bench --config tiny-isda --loss isda --execution captured --steps 2 --warmup 1 --json'],
  [0, `bench data --config tiny-isda ${data} --seconds 1`],
  [0, `bench data --config tiny-isda ${data} --seconds 1 --augmentation config --workers 2 --json`],
  [0, 'bench --config tiny-isda --precision bfloat16 --execution captured --steps 2 --warmup 1'],

  [0, `gan train --config tiny-gan ${data} --out {tmp}/gan`],
  [0, `visualize --run {tmp}/isda --generator {tmp}/gan --out {tmp}/figure4 --images 2 --draws 2 --iterations 3`],
  [
    0,
    `figure 4 --run {tmp}/isda --generator {tmp}/gan --out {tmp}/figure4 --index 5 --directions pca --components 1 --covariance diagonal --iterations 2 --json`,
  ],
  [0, 'gan quality --generator {tmp}/gan --run {tmp}/isda --samples 100 --out {tmp}/neighbours.png'],
  [0, 'gan quality --generator {tmp}/gan --run {tmp}/isda --samples 40 --images 40 --json'],
  [0, `train --config tiny-cross-entropy ${data} ${synthetic} --out {tmp}/synthetic`],
  [0, `gan train --config tiny-gan ${data} --out {tmp}/gan --json`], // complete already
  [0, 'gan sample --run {tmp}/gan --out {tmp}/samples.png --count 4'],
  [0, 'gan sample --run {tmp}/gan --out {tmp}/samples.png --class 3 --seed 2 --json'],
  [0, 'config print tiny-gan'],
  [0, 'config schema --gan'],

  [0, 'study {tmp}/study.yaml --set dataset.dir={tmp}/data --out {tmp}/study --jobs 2'],
  [0, 'study {tmp}/study.yaml --set dataset.dir={tmp}/data --out {tmp}/study --json'], // done already
  [0, `ablate --config tiny-isda ${data} --variant identity --seed 1 --out {tmp}/ablation`],
  [0, 'ablate --config tiny-isda --dry-run'],
  [0, `sweep lambda0 --config tiny-isda ${data} --values 0,1 --holdout 50 --final-seeds 1 --out {tmp}/sweep --json`],
  ...(slurm ? onSlurm : []),
  [0, `table 5 --run --config tiny-isda ${data} --only basic --only isda --seeds 1 --out {tmp}/table5`],
  [0, `table 5 --config tiny-isda ${data} --seeds 1 --out {tmp}/table5 --to {tmp}/table5.html`],
  [0, 'table 1 --only resnet-32 --format markdown'],
  [0, 'table 2 --format csv'],
  [0, 'table 3 --json'],
  [0, 'table 4 --run --dry-run'],
  [0, `plan table 5 --config tiny-isda ${data} --only isda --seeds 1 --steps 1 --out {tmp}/table5`],
  [0, `plan ablate --config tiny-isda ${data} --variant diagonal --steps 1 --json`],
  [0, `plan sweep lambda0 --config tiny-isda ${data} --values 0,1 --holdout 50 --steps 1`],
  [0, 'plan study {tmp}/study.yaml --set dataset.dir={tmp}/data --steps 1 --jobs 2'],
  [0, 'runs {tmp}/study'],
  [0, 'runs {tmp}/study --state done --json'],
  [0, 'runs {tmp}/study --log tiny-study-isda-seed1'],
  [0, 'figure curve --run {tmp}/isda --out {tmp}/curve.png --width 400'],
  [0, 'figure 2 --store {tmp}/study --out {tmp}/figure2.svg'],
  [0, 'figure 3 --store {tmp}/study --out {tmp}/figure3.png --y-max 90'],
  [0, 'figure baselines --store {tmp}/study {tmp}/ablation --out {tmp}/baselines.png --json'],
  [0, 'figure dots --store {tmp}/study {tmp}/ablation --out {tmp}/dots.png'],
  [0, 'report --store {tmp}/study {tmp}/ablation --out {tmp}/report'],

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
  [2, 'data verify image-folder'],
  [2, 'data show --config tiny-isda'],
  [1, 'data verify imagenet --dir {tmp}/data'],
  [2, 'bench --loss no-such-loss'],
  [2, 'bench data --workers many'],
  [2, 'models --classes many'],
  [2, 'figure curve --run {tmp}/isda --metric no_such_metric --out {tmp}/curve.svg'],
  [2, 'figure 2 --store {tmp}/study --out {tmp}/figure2.jpg'],
  [2, 'figure baselines --store {tmp}/study --out {tmp}/baselines.svg --only no-such-panel'],
  [2, 'figure dots --store {tmp}/study --out {tmp}/dots.svg --only no-such-panel'],
  [1, 'report --store {tmp}/no-such-store --out {tmp}/report'],
  [2, 'ablate --config tiny-isda --variant no-such-variant'],
  [2, 'sweep lambda0 --config tiny-isda --holdout 50 --values -1'],
  [2, 'ablate --config tiny-isda --detach'],
  [2, 'gan train --config tiny-isda'],
  [2, `gan train --config tiny-gan ${data} --class 3`],
  [2, 'train --config tiny-gan'],
  [1, 'gan sample --run {tmp}/no-such-run --out {tmp}/samples.png'],
  [2, 'study {tmp}/unknown-key.yaml'],
  [2, 'table 6'],
  [2, 'table 1 --only resnet-31'],
  [2, 'plan table'],
  [1, 'runs {tmp}/no-such-store'],
  [2, 'visualize --run {tmp}/isda --generator {tmp}/gan --out {tmp}/nothing --index 9999'],
  [1, 'visualize --run {tmp}/isda --generator {tmp}/no-such-gan --out {tmp}/nothing'],
  [1, 'gan quality --generator {tmp}/no-such-gan --run {tmp}/isda'],
  [1, 'evaluate --run {tmp}/no-such-run'],
  [1, 'setup --from-bundle {tmp}/no-such-bundle'],
  [1, 'train --config tiny-isda --set dataset.dir={tmp}/no-such-data --out {tmp}/nothing'],
  [1, 'import {tmp}/no-such-file --config tiny-isda --out {tmp}/nothing'],
];

/** A folder of two classes with four images each, of noise. */
async function writeImages(folder) {
  for (const [index, name] of ['train/dark', 'train/light', 'val/dark', 'val/light'].entries()) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let i = 0; i < 4; i++) {
      const pixels = Uint8Array.from({ length: 48 * 40 * 3 }, (_, at) => ((at * 7919) % 97) + 150 * (index % 2));
      await sharp(pixels, { raw: { width: 48, height: 40, channels: 3 } }).toFile(join(folder, name, `${i}.jpg`));
    }
  }
}

/** Writes the files that the command lines read. */
export async function writeInputs(folder) {
  await writeImages(join(folder, 'images'));
  writeFileSync(join(folder, 'unknown-key.yaml'), 'modle: {name: resnet}\n');
  writeFileSync(join(folder, 'study.yaml'), study);
}

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
  await writeInputs(folder);
  try {
    for (const [expected, line] of commands) {
      log(`isda ${line}${expected === 0 ? '' : `  (exit code ${expected})`}`);
      await check(expected, line, folder);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  log(`all ${commands.length} command lines behaved as expected`);
  return 0;
}

if (isMain(import.meta.url)) await runScript(main);
