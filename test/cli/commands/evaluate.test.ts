// `isda evaluate`, `isda export` and `isda import` on a small run.
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../../src/records/safetensors.js';
import { runCli, runHere } from '../../support/cli.js';
import { checkpointsOf, contentOf, makeData, metricsOf, outcomeOf, trainArgs } from '../../support/runs.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
await makeData(folder, 256);
const trained = await runHere(folder, trainArgs('run'));
if (trained.exitCode !== 0) throw new Error(trained.all);
afterAll(() => rm(folder, { recursive: true, force: true }));

const lastRow = metricsOf(join(folder, 'run')).at(-1)!.split(',').map(Number);
const newest = join(folder, 'run', 'checkpoints', 'epoch-0002-step-0000008.safetensors');

async function evaluation(...args: string[]): Promise<Record<string, unknown>> {
  const outcome = await runHere(folder, ['evaluate', '--json', ...args]);
  expect(outcome.exitCode, outcome.all).toBe(0);
  return JSON.parse(outcome.stdout) as Record<string, unknown>;
}

describe('isda evaluate', () => {
  it('gives the last row of metrics.csv, captured to the last digit, and changes nothing', async () => {
    const before = contentOf(folder);
    const expected = {
      testLoss: lastRow[6],
      testErrorPercent: lastRow[7],
      checkpoint: newest,
      images: 100,
      official: false,
      part: 'test',
    };
    expect(await evaluation('--run', 'run')).toEqual(expected);
    // Eager execution agrees to rounding: docs/determinism.md.
    const eager = await evaluation('--run', 'run', '--set', 'training.execution=eager');
    expect(eager).toEqual({ ...expected, testLoss: expect.closeTo(lastRow[6], 5) as number });
    expect(contentOf(folder)).toEqual(before);
  });

  it('prints it for people', async () => {
    const { stdout } = await runHere(folder, ['evaluate', '--run', 'run', '--set', 'dataset.testSubset=50']);
    expect(stdout).toMatch(
      new RegExp(
        `^checkpoint {2}${newest}\\nimages {6}50 \\(test\\), not the official CIFAR-10\\nloss {8}\\d\\.\\d{4}\\ntop-1 error \\d+\\.00 %$`,
      ),
    );
  });

  it('says which damaged checkpoint it passes over', async () => {
    await cp(join(folder, 'run'), join(folder, 'damaged'), { recursive: true });
    truncateSync(join(folder, 'damaged', 'checkpoints', checkpointsOf(join(folder, 'damaged'))[1]), 1000);
    const { exitCode, stderr } = await runHere(folder, ['evaluate', '--run', 'damaged']);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^warning: the checkpoint epoch-0002-step-0000008\.safetensors is damaged and not used \(/);
  });

  it('says that a checkpoint is from within an epoch', async () => {
    const within = ['output.checkpointEvery={steps: 3}', 'training.epochs=1'];
    expect((await runHere(folder, trainArgs('within', within))).exitCode).toBe(0);
    const [third, end] = checkpointsOf(join(folder, 'within'));
    expect([third, end]).toEqual(['epoch-0001-step-0000003.safetensors', 'epoch-0001-step-0000004.safetensors']);
    const at = (name: string) => runHere(folder, ['evaluate', 'within', '--checkpoint', join('within', 'checkpoints', name)]); // prettier-ignore
    expect((await at(third)).stderr).toBe('note: the checkpoint is from the middle of epoch 1, after step 3');
    expect((await at(end)).stderr).toBe('');
  });

  it('refuses what is no run, and a run without a checkpoint', async () => {
    expect(await runCli(folder, ['evaluate', '--run', 'data'])).toEqual({
      code: 1,
      stdout: '',
      stderr: [
        'error: cannot read the run: there is no config.yaml',
        `  ${join(folder, 'data')}`,
        '  hint: --run takes a run folder, which `isda train` makes\n',
      ].join('\n'),
    });
    await cp(join(folder, 'run'), join(folder, 'bare'), { recursive: true });
    await rm(join(folder, 'bare', 'checkpoints'), { recursive: true });
    const { code, stderr } = await runCli(folder, ['evaluate', '--run', 'bare']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: cannot read the run: it has no checkpoint yet\n/);
  });
});

describe('isda evaluate that looks into the result', () => {
  it('prints what is behind the error, with the same numbers, and writes it', async () => {
    const json = await evaluation(
      ...['--run', 'run', '--per-class', '--confusion', 'c.csv', 'c.svg', '--calibration', 'r.png'],
      ...['--worst', 'w.svg', '--count', '3', '--predictions', 'p.csv'],
    );
    expect(json).toMatchObject({ testLoss: lastRow[6], testErrorPercent: lastRow[7], images: 100 });
    const { perClass, confusion, calibration, files } = json as {
      perClass: { images: number; wrong: number }[];
      confusion: { counts: number[][] };
      calibration: { accuracyPercent: number; temperatureScaling: { temperatures: number[]; loss: number } };
      files: string[];
    };
    const wrong = perClass.reduce((sum, each) => sum + each.wrong, 0);
    expect(wrong).toBe(lastRow[7]);
    expect(perClass.reduce((sum, { images }) => sum + images, 0)).toBe(100);
    const right = confusion.counts.reduce((sum, row, label) => sum + row[label], 0);
    expect(right).toBe(100 - wrong);
    expect(calibration.accuracyPercent).toBeCloseTo(100 - wrong, 10);
    expect(calibration.temperatureScaling.temperatures).toHaveLength(2);
    expect(calibration.temperatureScaling.loss).toBeGreaterThan(0);
    expect(files).toEqual(['c.csv', 'c.svg', 'r.png', 'w.svg', 'p.csv'].map((name) => join(folder, name)));

    const [head, ...rows] = readFileSync(join(folder, 'c.csv'), 'utf8').trimEnd().split('\n');
    expect(head).toMatch(/^true \/ predicted,synthetic_0,/);
    expect(rows.map((row) => row.split(',').slice(1).map(Number))).toEqual(confusion.counts);
    const [header, ...lines] = readFileSync(join(folder, 'p.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toBe('image,index,label,class,predicted_label,predicted_class,correct,confidence,loss');
    expect(lines).toHaveLength(100);
    const cells = lines.map((line) => line.split(','));
    expect(cells.filter(([, , , , , , correct]) => correct === '0')).toHaveLength(wrong);
    const loss = cells.reduce((sum, each) => sum + Number(each[8]), 0) / 100;
    expect(loss).toBeCloseTo(lastRow[6], 5);
    const worst = Math.max(...cells.map((each) => Number(each[8])));
    const picture = readFileSync(join(folder, 'w.svg'), 'utf8');
    expect(picture.match(/<image /g)).toHaveLength(3);
    expect(picture).toContain(`>loss ${worst.toFixed(2)}<`);
  });

  it('prints tables that fit the terminal', async () => {
    const args = ['evaluate', 'run', '--per-class', '--confusion', '--calibration'];
    const { code, stdout, stderr } = await runCli(folder, args, {}, 80);
    expect(code, stderr).toBe(0);
    const [about, ...sections] = stdout.split('\n\n');
    expect(about).toMatch(/^checkpoint {2}/);
    expect(sections).toHaveLength(4);
    const widest = Math.max(...sections.flatMap((text) => text.split('\n').map((line) => line.length)));
    expect(widest).toBeLessThanOrEqual(80);
    expect(sections[1]).toMatch(/^true \/ predicted/);
  });

  it('compares two runs on the same images, and refuses others', async () => {
    const other = await runHere(folder, trainArgs('other', ['training.seed=2', 'loss.name=cross-entropy']));
    expect(other.exitCode, other.all).toBe(0);
    const { comparison, ...own } = await evaluation('--run', 'run', '--compare', 'other');
    const found = comparison as Record<string, number> & { with: { testErrorPercent: number } };
    const difference = found.with.testErrorPercent - (own['testErrorPercent'] as number);
    expect(found['differencePercent']).toBeCloseTo(difference, 10);
    expect(found['onlyFirstRight'] - found['onlySecondRight']).toBe(Math.round(difference));
    const self = await evaluation('--run', 'run', '--compare', 'run');
    expect(self['comparison']).toMatchObject({ onlyFirstRight: 0, onlySecondRight: 0, differencePercent: 0, p: 1 });
    const { stdout } = await runCli(folder, ['evaluate', 'run', '--compare', 'other', '--per-class']);
    expect(stdout).toMatch(/\nonly run right +\d+\nonly other right +\d+\nboth wrong +\d+\n/);
    expect(stdout).toMatch(
      /McNemar's exact test over the \d+ images that only one classifies correctly: p (= \d|below)/,
    );

    for (const [checkpoint, name] of [
      ['1', /\/epoch-0001-step-0000004\.safetensors$/],
      ['best', /\/best-epoch-\d+-step-\d+\.safetensors$/],
    ] as const) {
      const both = await evaluation('--run', 'run', '--checkpoint', checkpoint, '--compare', 'run');
      expect(both['checkpoint']).toMatch(name);
      expect(both['comparison']).toMatchObject({
        ...{ onlyFirstRight: 0, onlySecondRight: 0, differencePercent: 0, p: 1 },
        with: { checkpoint: both['checkpoint'] },
      });
    }
    const first = join('run', 'checkpoints', 'epoch-0001-step-0000004.safetensors');
    const file = await runCli(folder, ['evaluate', 'run', '--checkpoint', first, '--compare', 'run', '--json']);
    expect(file.stderr).toBe('note: the newest checkpoint of run is used: the file belongs to the first run only\n');
    expect(JSON.parse(file.stdout)).toMatchObject({
      checkpoint: join(folder, first),
      comparison: { with: { checkpoint: newest } },
    });

    const changed = ['training.epochs=1', 'dataset.subset=32', 'dataset.testSubset=50'];
    expect((await runHere(folder, trainArgs('half', changed))).exitCode).toBe(0);
    const { code, stderr } = await runCli(folder, ['evaluate', 'run', '--compare', 'half']);
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'error: cannot compare the runs: they are evaluated on different parts of the data',
    ]);
  });

  it('takes the checkpoint of an epoch or of a file, and other images', async () => {
    const first = await evaluation('--run', 'run', '--checkpoint', '1');
    expect(first['checkpoint']).toMatch(/epoch-0001-step-0000004\.safetensors$/);
    const file = await evaluation('--run', 'run', '--checkpoint', first['checkpoint'] as string);
    expect(file).toEqual(first);
    const { code, stderr } = await runCli(folder, ['evaluate', 'run', '--checkpoint', '7']);
    expect([code, stderr.split('\n')[0]]).toEqual([
      1,
      'error: cannot read the run: it has no checkpoint of epoch 7, but of 1 and 2',
    ]);
    expect((await runCli(folder, ['evaluate', 'run', '--checkpoint', 'none.safetensors'])).stderr).toBe(
      `error: cannot read ${join(folder, 'none.safetensors')}: no such file\n`,
    );
    expect((await runCli(folder, ['evaluate', 'run', '--checkpoint', 'last'])).code).toBe(2);
    const elsewhere = await runCli(folder, ['evaluate', 'run', '--data', 'nowhere']);
    expect(elsewhere.stderr).toContain(`looked in ${join(folder, 'nowhere')}`);
  });

  it('refuses files that it does not write, before it computes', async () => {
    writeFileSync(join(folder, 'mine.csv'), 'a,b\n1,2\n');
    const refused = async (...args: string[]) => (await runCli(folder, ['evaluate', 'run', ...args])).stderr;
    expect(await refused('--confusion', 'c.jpg')).toContain('c.jpg is not the name of a CSV, SVG or PNG file');
    expect(await refused('--predictions', 'mine.csv')).toContain('this program did not write it');
    expect(readFileSync(join(folder, 'mine.csv'), 'utf8')).toBe('a,b\n1,2\n');
  });
});

describe('isda export and import', () => {
  it("exports the checkpoint's network and imports it to the same evaluation and the same bytes", async () => {
    const exported = await runCli(folder, ['export', '--run', 'run', '--out', 'a.safetensors']);
    const out = join(folder, 'a.safetensors');
    expect(exported).toEqual({ code: 0, stdout: `resnet-8: 47 tensors, 78714 values\n${out}\n`, stderr: '' });
    const { tensors, metadata } = decodeSafetensors(readFileSync(out), out);
    const classNames = JSON.stringify(Array.from({ length: 10 }, (_, label) => `synthetic_${label}`));
    expect(metadata).toMatchObject({ format: 'pt', network: 'resnet-8', classNames });
    const shapes = Object.fromEntries(tensors.map(({ name, shape }) => [name, shape]));
    expect(shapes).toMatchObject({ 'conv1.weight': [16, 3, 3, 3], 'bn1.running_var': [16], 'fc.weight': [10, 64] });

    const config = ['--config', 'tiny-isda', '--set', 'dataset.dir=data'];
    const imported = await runCli(folder, ['import', 'a.safetensors', ...config, '--out', 'imported']);
    expect(imported.code, imported.stderr).toBe(0);
    expect(await evaluation('--run', 'imported')).toMatchObject({ testLoss: lastRow[6], testErrorPercent: lastRow[7] });
    await runCli(folder, ['export', '--run', 'imported', '--out', 'b.safetensors']);
    const again = join(folder, 'b.safetensors');
    expect(decodeSafetensors(readFileSync(again), again).tensors).toEqual(tensors);

    const args = ['import', 'a.safetensors', ...config, '--out', 'imported'];
    expect((await runCli(folder, args)).stderr).toBe(
      [
        'error: cannot import the network: the run folder has checkpoints already',
        `  ${join(folder, 'imported', 'checkpoints')}`,
        '  hint: give another --out\n',
      ].join('\n'),
    );
  });

  it('a run that begins with fresh weights imported is the run that begins by itself', async () => {
    const config = ['--config', 'tiny-isda', '--set', 'dataset.dir=data'];
    await runCli(folder, ['export', ...config, '--out', 'fresh.safetensors']);
    await runCli(folder, ['import', 'fresh.safetensors', ...config, '--out', 'begun']);
    const run = await runHere(folder, trainArgs('begun'));
    expect(run.exitCode, run.all).toBe(0);
    // The checkpoints differ in where the first weights came from.
    const end = (name: string) => {
      const { metrics, checkpoint } = outcomeOf(join(folder, name));
      const path = join(folder, name, 'checkpoints', checkpoint);
      return { metrics, checkpoint, tensors: decodeSafetensors(readFileSync(path), path).tensors };
    };
    expect(end('begun')).toEqual(end('run'));
  });

  it('fails on a network whose outputs overflow, and names its weights', async () => {
    const config = ['--config', 'tiny-isda', '--set', 'dataset.dir=data'];
    await runCli(folder, ['export', ...config, '--out', 'usual.safetensors']);
    const { tensors } = decodeSafetensors(readFileSync(join(folder, 'usual.safetensors')), 'usual');
    for (const { name, data } of tensors)
      if (name === 'fc.weight' || name === 'layer3.0.bn2.weight') (data as Float32Array).fill(1e19);
    writeFileSync(join(folder, 'huge.safetensors'), Buffer.concat(encodeSafetensors(tensors)));
    const imported = await runCli(folder, ['import', 'huge.safetensors', ...config, '--out', 'huge']);
    expect(imported.code, imported.stderr).toBe(0);
    const { exitCode, stdout, stderr } = await runHere(folder, ['evaluate', 'huge']);
    expect(stderr).toContain('cannot evaluate the run: test_loss is NaN: outputs of resnet-8 are not finite numbers');
    expect(stderr).toContain('its first weights are those of huge.safetensors');
    expect([exitCode, stdout]).toEqual([1, '']);
  });

  it('refuses the network of another config, and what is no safetensors file', async () => {
    copyFileSync(newest, join(folder, 'c.safetensors'));
    await runCli(folder, ['export', '--config', 'tiny-isda', '--out', 'd.safetensors']);
    const into = (file: string, config: string) =>
      runCli(folder, ['import', file, '--config', config, '--out', 'never']);
    expect(await into('d.safetensors', 'resnet32-cifar10-isda')).toEqual({
      code: 1,
      stdout: '',
      stderr: [
        'error: cannot load the tensors: layer1.1.conv1.weight is missing',
        `  ${join(folder, 'd.safetensors')}`,
        '  hint: they belong to another network or loss\n',
      ].join('\n'),
    });
    const more = await into('c.safetensors', 'tiny-isda');
    expect(more.stderr).toMatch(/^error: cannot load the tensors: \S+ is not part of this network\n/);
    const other = await into('run/config.yaml', 'tiny-isda');
    expect(other.stderr).toMatch(/^error: cannot read safetensors: /);
    expect((await into('nothing', 'tiny-isda')).stderr).toBe(
      `error: cannot read ${join(folder, 'nothing')}: no such file\n`,
    );
    expect(Object.keys(contentOf(folder)).filter((path) => path.startsWith('never'))).toEqual([]);
  });

  it('needs either --run or --config', async () => {
    for (const args of [[], ['--run', 'run', '--config', 'tiny-isda']]) {
      const { code, stderr } = await runCli(folder, ['export', '--out', 'x.safetensors', ...args]);
      expect(code).toBe(2);
      expect(stderr).toBe(
        'error: cannot export a network: give either --run or --config\n' +
          '  hint: --run DIR exports the network of a run, --config FILE a network with fresh weights\n',
      );
    }
  });
});
