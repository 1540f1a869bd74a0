// Options without an effect: refused before anything is read or written, with exit code 2.
import { readdir } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { runCli } from '../support/cli.js';
import { test } from '../temporary-folder.js';

describe('options that do not go together', () => {
  test.for([
    ['train a --resume --no-resume', "option '--no-resume' cannot be used with --resume"],
    ['train a --no-resume --resume', "option '--resume' cannot be used with --no-resume"],
    ['gan train --config a --resume --no-resume', "option '--no-resume' cannot be used with --resume"],
    [
      'train a --seed 1 --set training.seed=2',
      "--set training.seed=2 would be dropped: '--seed <n>' sets training.seed",
    ],
    ['train a --out r --set output.dir=s', "--set output.dir=s would be dropped: '--out <dir>' sets output.dir"],
    ['plan train a --seed 1 --set training.seed=2', "'--seed <n>' sets training.seed"],
    ['gan train --config a --seed 1 --set training.seed=2', "'--seed <n>' sets training.seed"],
    ['bench --device cpu --set training.device=cuda', "'--device <kind>' sets training.device"],
    ['bench --precision float32 --set training.precision=bfloat16', "'--precision <kind>' sets training.precision"],
    ['bench --steps 3 data', "option '--steps <n>' belongs to isda bench, not to isda bench data"],
    ['sweep lambda0 --values 1 --range loss.lambda0=0..1', "option '--range <key=low..high>' requires --random"],
    ['sweep lambda0 --choice loss.lambda0=0,1', "option '--choice <key=a,b>' requires --random"],
    ['sweep lambda0 --search-seed 3', "option '--search-seed <n>' requires --random"],
    [
      'sweep --random 3 --values 1,2 --range loss.lambda0=0..1',
      "option '--values <list>' cannot be used with --random",
    ],
    ['plan sweep lambda0 --search-seed 3', "option '--search-seed <n>' requires --random"],
    ['sweep lambda0 --set training.seed=3', "--set training.seed=3 would be dropped: '--seeds <n>' sets training.seed"],
    ['sweep lambda0 --set dataset.holdout=9', "'--holdout <n>' sets dataset.holdout"],
    ['sweep lambda0 --set loss.lambda0=9', '--set loss.lambda0=9 would be dropped: the sweep sets that key'],
    ['sweep lambda0 --set training={"seed":3}', "'--seeds <n>' sets training.seed"],
    ['sweep lambda0 --set loss={"lambda0":9}', 'would be dropped: the sweep sets that key'],
    ['ablate --seed 3 --seeds 2', "option '--seed <n>' cannot be used with --seeds"],
    ['ablate --set training.seed=3', "'--seeds <n>' sets training.seed"],
    ['ablate --set output.dir=r', "'--out <store>' sets output.dir"],
    ['evaluate r --count 3', "option '--count <n>' requires --worst"],
    ['evaluate r --data x --set dataset.dir=y', "'--data <dir>' sets dataset.dir"],
    ['predict a.jpg --network n --checkpoint best', "option '--checkpoint <which>' requires --run"],
    ['predict a.jpg --run r --csv --json', "option '--csv' cannot be used with --json"],
    ['plan ablate --executor slurm', "option '--executor <name>' would be ignored: `isda plan` starts no run"],
    ['plan sweep lambda0 --dry-run', "option '--dry-run' would be ignored"],
    ['plan table 1 --poll 3', "option '--poll <seconds>' would be ignored"],
    ['plan study s.yaml --executor slurm --detach', 'would be ignored'],
    ['plan ablate --detach', "option '--detach' would be ignored"],
    ['ablate --detach', "option '--detach' requires --executor slurm"],
    ['study s.yaml --set training.seed=3', "'--seeds <n>' sets training.seed"],
    [
      'study s.yaml --set experiment=e',
      '--set experiment=e would be dropped: runs are named after the study and the row',
    ],
    ['table 1 --set training.seed=3', "'--seeds <n>' sets training.seed"],
    ['table 1 --json --format csv --to x.csv', "option '--json' cannot be used with --format"],
    ['table 1 --json --to x.csv', 'its extension selects csv, but --json writes JSON'],
    ['table 1 --dry-run --to x.csv', "option '--dry-run' cannot be used with --to"],
    ['runs . --log a --json', "option '--log <run>' cannot be used with --json"],
    ['runs . --log a --state done', "option '--log <run>' cannot be used with --state"],
    ['export --config a --checkpoint best --out x.safetensors', "option '--checkpoint <which>' requires --run"],
    ['config schema --gan --markdown', "option '--gan' cannot be used with --markdown"],
    ['gan quality --run a --generator b --rows 3', "option '--rows <n>' requires --out"],
    ['gan quality --run a --generator b --neighbours 3', "option '--neighbours <n>' requires --out"],
    [
      'visualize --run a --generator b --out c --images 2 --index 1',
      "option '--images <n>' cannot be used with --index",
    ],
    ['visualize --run a --generator b --out c --strength 2', "option '--strength <number>' requires --directions pca"],
    ['figure 4 --run a --generator b --out c --components 2', "option '--components <n>' requires --directions pca"],
    [
      'visualize --run a --generator b --out c --directions pca --draws 2',
      "option '--draws <n>' requires --directions random",
    ],
    ['visualize --run a --generator b --out c --directions pca --lambda 2', 'requires --directions random'],
    [
      'visualize --run a --generator b --out c --estimate --covariance identity',
      'cannot be used with --covariance identity',
    ],
    ['setup --bundle b --from-bundle c', "option '--bundle <dir>' cannot be used with --from-bundle"],
    ['setup --bundle b --force', "option '--bundle <dir>' cannot be used with --force"],
    ['setup --part-size 3', "option '--part-size <mib>' requires --bundle"],
    ['setup --no-libraries', "option '--no-libraries' requires --bundle"],
    ['setup --from-bundle b --build cpu', "option '--from-bundle <dir>' cannot be used with --build"],
  ] as const)('isda %s', async ([line, reason], { folder }) => {
    const { code, stdout, stderr } = await runCli(folder, line.split(' '));
    expect(stderr).toContain(reason);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('options that go together', () => {
  test.for([
    'sweep --random 2 --range loss.lambda0=0..1 --search-seed 3 --config tiny-isda --dry-run',
    'table 1 --only resnet-32 --json --to table.json',
    'table 1 --only resnet-32 --to x.txt --format csv',
    'ablate --config tiny-isda --variant isda --seed 3 --dry-run',
    'config print tiny-isda --set training.seed=3',
  ])('isda %s', async (line, { folder }) => {
    const { stderr } = await runCli(folder, line.split(' '));
    expect(stderr).not.toContain('cannot be used with');
    expect(stderr).not.toContain('requires --');
    expect(stderr).not.toContain('would be dropped');
  });
});

describe('--set of the loss that a command replaces', () => {
  test.for([
    ['sweep lambda0 --dry-run --set loss.name=focal', 'loss.name=focal has no effect on loss.name'],
    ['ablate --dry-run --set loss={"name":"focal"}', 'loss={"name":"focal"} has no effect on loss.name'],
    ['ablate --dry-run --set loss.schedule=constant', 'loss.schedule=constant has no effect on loss.schedule'],
    [
      'ablate --dry-run --set loss={"name":"isda","covariance":"full","schedule":"constant"}',
      'loss={"name":"isda","covariance":"full","schedule":"constant"} has no effect on loss.covariance and loss.schedule',
    ],
    ['ablate --dry-run --set loss.covariance=full', 'loss.covariance=full has no effect on loss.covariance'],
  ])('%s', async ([words, warning], { folder }) => {
    const { code, stderr } = await runCli(folder, words.split(' '));
    expect([code, stderr]).toEqual([0, `warning: --set ${warning}, which this command sets\n`]);
  });
});
