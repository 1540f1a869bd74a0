import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect } from 'vitest';
import { runCli } from '../../support/cli.js';
import { makeStoredRun } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

const run = (folder: string, ...args: string[]) => runCli(folder, args);

function makeRun(folder: string, name: string, rows: number): void {
  mkdirSync(join(folder, name), { recursive: true });
  const header = 'epoch,iteration,learning_rate,lambda,train_loss,train_error,test_loss,test_error,seconds,images_per_second\n'; // prettier-ignore
  const lines = Array.from(
    { length: rows },
    (_, index) => `${index + 1},9,0.1,0,1,${80 - index},1,${90 - index},3,99\n`,
  );
  writeFileSync(join(folder, name, 'metrics.csv'), header + lines.join(''));
}

describe('isda figure curve', () => {
  test('draws several runs into one file, whose folder it makes', async ({ folder }) => {
    makeRun(folder, 'isda', 5);
    makeRun(folder, 'basic', 3);
    const out = join(folder, 'figures', 'a.svg');
    expect(await run(folder, 'figure', 'curve', '--run', 'isda', '--run', 'basic', '--out', 'figures/a.svg')).toEqual({
      code: 0,
      stdout: `${out}\n`,
      stderr: '',
    });
    const svg = readFileSync(out, 'utf8');
    for (const text of ['>isda<', '>basic<', '>test error (%)<', '>epoch<']) expect(svg).toContain(text);
  });

  test('takes several runs, metrics and labels after one option each', async ({ folder }) => {
    makeRun(folder, 'r1', 5);
    makeRun(folder, 'r2', 5);
    const pair = ['--run', 'r1', 'r2', '--label', 'one', 'two', '--out', 'a.svg'];
    expect(await run(folder, 'figure', 'curve', ...pair)).toMatchObject({ code: 0 });
    const together = readFileSync(join(folder, 'a.svg'), 'utf8');
    for (const text of ['>one<', '>two<']) expect(together).toContain(text);
    const apart = ['--run', 'r1', '--run', 'r2', '--label', 'one', '--label', 'two', '--out', 'b.svg'];
    expect(await run(folder, 'figure', 'curve', ...apart)).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'b.svg'), 'utf8')).toBe(together);
  });

  test('runs in folders of one name have a curve, a name and a colour each', async ({ folder }) => {
    const places = ['a/one', 'b/one', 'b/two'];
    for (const place of places) makeRun(folder, join(place, 'seed1'), 5);
    const words = ['figure', 'curve', '--run', ...places.map((place) => `${place}/seed1`)];
    expect(await run(folder, ...words, '--out', 'a.svg')).toMatchObject({ code: 0 });
    const svg = readFileSync(join(folder, 'a.svg'), 'utf8');
    for (const text of ['a/one/seed1', 'b/one/seed1', 'two/seed1']) expect(svg).toContain(`>${text}<`);
    const strokes = [...svg.matchAll(/<(?:path|polyline)[^>]*stroke="(#[0-9a-f]{6})"/gi)].map(([, colour]) => colour);
    expect(new Set(strokes).size).toBeGreaterThanOrEqual(3);
    const same = await run(folder, ...words, '--label', 'x', 'y', 'x', '--out', 'b.svg');
    expect([same.code, same.stderr]).toEqual([
      2,
      'error: cannot draw the curves: two runs are called "x"\n  hint: give each run only once, and each --label a different text\n',
    ]);
    expect(existsSync(join(folder, 'b.svg'))).toBe(false);
  });

  test('several metrics, labels and a title', async ({ folder }) => {
    makeRun(folder, 'r1', 5);
    const args = ['--metric', 'train_error', '--metric', 'test_error', '--label', 'ISDA', '--title', 'T & T'];
    expect(await run(folder, 'figure', 'curve', '--run', 'r1', '--out', 'a.svg', ...args)).toMatchObject({ code: 0 });
    const svg = readFileSync(join(folder, 'a.svg'), 'utf8');
    for (const text of ['>ISDA: training error<', '>ISDA: test error<', '>error (%)<', '>T &amp; T<'])
      expect(svg).toContain(text);
  });

  test('metrics of several quantities each have an axis', async ({ folder }) => {
    makeRun(folder, 'r1', 5);
    const metrics = ['train_loss', 'test_error', 'test_loss'].flatMap((metric) => ['--metric', metric]);
    const args = ['figure', 'curve', '--run', 'r1', '--out', 'a.svg', ...metrics];
    expect(await run(folder, ...args)).toMatchObject({ code: 0 });
    const svg = readFileSync(join(folder, 'a.svg'), 'utf8');
    const panels = svg.split('class="panel"').slice(1);
    expect(panels).toHaveLength(2);
    expect(panels[0]).toContain('>loss<');
    expect(panels[0]).not.toContain('>90<');
    for (const text of ['>test error (%)<', '>90<']) expect(panels[1]).toContain(text);
    const { code, stderr } = await run(folder, ...args, '--y-max', '50');
    expect([code, stderr]).toEqual([
      2,
      'error: cannot draw the curves: --y-max needs a single axis, but these have one each: loss, error\n' +
        '  hint: draw them separately, or leave out --y-max\n',
    ]);
  });

  test('a PNG, narrow, cut off at the top', async ({ folder }) => {
    makeRun(folder, 'r1', 5);
    const args = ['--out', 'a.png', '--width', '400', '--y-max', '88'];
    expect(await run(folder, 'figure', 'curve', '--run', 'r1', ...args)).toMatchObject({ code: 0 });
    expect(await sharp(join(folder, 'a.png')).metadata()).toMatchObject({ format: 'png', width: 800 });
    await run(folder, 'figure', 'curve', '--run', 'r1', '--out', 'a.svg', '--y-max', '88');
    const svg = readFileSync(join(folder, 'a.svg'), 'utf8');
    expect(svg).not.toContain('>90<');
    expect(svg).toContain('>Values of early epochs above the axis are cut off.<');
  });

  test('a curve goes from one evaluated epoch to the next', async ({ folder }) => {
    makeRun(folder, 'r1', 5);
    await run(folder, 'figure', 'curve', '--run', 'r1', '--out', 'whole.svg');
    const metrics = join(folder, 'r1', 'metrics.csv');
    // The errors are on a line, so that one less changes nothing but the line's points.
    writeFileSync(metrics, readFileSync(metrics, 'utf8').replace(',1,87,', ',,,'));
    expect(await run(folder, 'figure', 'curve', '--run', 'r1', '--out', 'a.svg')).toMatchObject({ code: 0 });
    const pointsIn = (name: string): string[] =>
      /<path d="M([^"]*)" stroke="#0072b2"/.exec(readFileSync(join(folder, name), 'utf8'))![1].split('L');
    expect(pointsIn('whole.svg')).toHaveLength(5);
    expect(pointsIn('a.svg')).toEqual(pointsIn('whole.svg').toSpliced(3, 1));
  });

  test('refuses metrics that were changed since the run ended', async ({ folder }) => {
    const made = makeStoredRun(folder, { row: 'a' });
    const args = ['figure', 'curve', '--run', 'test-a-seed1', '--out', 'a.svg'];
    expect(await run(folder, ...args)).toMatchObject({ code: 0 });
    rmSync(join(folder, 'a.svg'));
    const metrics = join(made, 'metrics.csv');
    writeFileSync(
      metrics,
      readFileSync(metrics, 'utf8').replace('\n20,200,0.1,0,1,10,1,20,', '\n20,200,0.1,0,1,10,1,2,'),
    );
    const { code, stderr } = await run(folder, ...args);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot use the run: its metrics.csv was changed since the run ended, or is damaged\n');
    expect(existsSync(join(folder, 'a.svg'))).toBe(false);
  });

  const mistakes: [string, string[], number, string][] = [
    ['an unknown metric', ['--run', 'r1', '--out', 'a.svg', '--metric', 'test_eror'], 2, 'did you mean test_error?'],
    ['a metric the run has not', ['--run', 'r1', '--out', 'a.svg', '--metric', 'test_error_top5'], 2, 'has no test_error_top5'],
    ['another format', ['--run', 'r1', '--out', 'a.jpg'], 2, '--out must end with .svg or .png'],
    ['a width nobody can read', ['--run', 'r1', '--out', 'a.svg', '--width', '100'], 2, 'Expected 300 to 4000 pixels'],
    ['an axis that ends below 0', ['--run', 'r1', '--out', 'a.svg', '--y-max', '-1'], 2, 'Expected a number above 0'],
    ['too few labels', ['--run', 'r1', '--run', 'r1', '--label', 'a', '--out', 'a.svg'], 2, '1 labels for 2 runs'],
    ['no run', ['--out', 'a.svg'], 2, "required option '--run <dirs...>'"],
    ['a run that is not there', ['--run', 'none', '--out', 'a.svg'], 1, 'no such file'],
    ['a run without epochs', ['--run', 'empty', '--out', 'a.svg'], 1, 'no completed epoch'],
  ]; // prettier-ignore
  for (const [name, args, code, message] of mistakes)
    test(name, async ({ folder }) => {
      makeRun(folder, 'r1', 2);
      makeRun(folder, 'empty', 0);
      const result = await run(folder, 'figure', 'curve', ...args);
      expect(result).toMatchObject({ code, stdout: '' });
      expect(result.stderr).toContain(message);
      expect(existsSync(join(folder, 'a.svg'))).toBe(false);
    });
});

describe("the paper's figures", () => {
  test('draws the runs of several stores and says what is missing', async ({ folder }) => {
    makeStoredRun(join(folder, 'one'), { row: 'basic', seed: 1 });
    makeStoredRun(join(folder, 'two'), { row: 'basic', seed: 2 });
    makeStoredRun(join(folder, 'two'), {
      row: 'isda',
      config: { loss: { name: 'isda' } },
      epochs: 5,
      state: 'stopped',
    });
    writeFileSync(join(folder, 'two', 'test-isda-seed1', 'metrics.csv'), 'epoch,iteration\n');
    const args = ['figure', '2', '--store', 'one', 'two', '--out', 'out/f.svg'];
    const { code, stdout } = await run(folder, ...args);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, 4)).toEqual([
      "ResNet-32, CIFAR-10, 20 epochs (not the paper's settings)",
      '  basic  2 seeds',
      'Without runs; commands that run the first seed of each:',
      expect.stringMatching(/^ {2}isda train --config one\/test-basic-seed1\/config.yaml --set experiment=ISDA /),
    ]);
    expect(lines.at(-2)).toMatch(
      /^Left out: test-isda-seed1, cannot read the metrics: the column "learning_rate" is miss/,
    );
    expect(lines.at(-1)).toBe(join(folder, 'out', 'f.svg'));
    const { stdout: json } = await run(folder, ...args, '--json');
    expect(JSON.parse(json)).toMatchObject({
      out: join(folder, 'out', 'f.svg'),
      panels: [{ paper: false, curves: [{ name: 'basic', seeds: '2 seeds' }] }],
      unreadable: [{ name: 'test-isda-seed1' }],
    });
  });

  test('a run folder is a store of itself', async ({ folder }) => {
    makeStoredRun(folder, { row: 'basic' });
    const args = ['--store', 'test-basic-seed1', '--out', 'f.png'];
    expect(await run(folder, 'figure', 'baselines', ...args)).toMatchObject({ code: 0, stderr: '' });
    expect(await sharp(join(folder, 'f.png')).metadata()).toMatchObject({ format: 'png', width: 1280 });
  });

  test('no store, an empty one', async ({ folder }) => {
    const missing = await run(folder, 'figure', '2', '--store', 'none', '--out', 'f.svg');
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain('cannot read the runs: there is no such folder');
    const empty = await run(folder, 'figure', '3', '--store', '.', '--out', 'f.svg');
    expect(empty).toMatchObject({ code: 1, stdout: '' });
    expect(empty.stderr).toContain('cannot draw figure 3: none of the runs belongs to this figure');
    expect(empty.stderr).toContain('isda train --config resnet152-imagenet-basic');
  });
});

describe('isda figure dots', () => {
  test('has a dot a run, in a panel for each network and data set', async ({ folder }) => {
    for (const seed of [1, 2, 3]) makeStoredRun(join(folder, 'runs'), { row: 'basic', seed, error: 20 + seed });
    makeStoredRun(join(folder, 'runs'), { row: 'isda', config: { loss: { name: 'isda' } } });
    const { code, stdout } = await runCli(folder, ['figure', 'dots', '--store', 'runs', '--out', 'dots.svg']);
    expect([code, stdout.split('\n').slice(1, 3)]).toEqual([0, ['  basic: seed 1, 2, 3', '  isda: seed 1']]);
    expect([...readFileSync(join(folder, 'dots.svg'), 'utf8').matchAll(/class="dot"/g)]).toHaveLength(4);
  });
  test('says of every band what it is, and names the images of each panel', async ({ folder }) => {
    const store = join(folder, 'runs');
    const dataset = { name: 'cifar10', holdout: 5000 };
    for (const seed of [1, 2]) {
      makeStoredRun(store, { row: 'basic', seed, error: 20 + seed });
      makeStoredRun(store, { row: 'isda', seed, config: { loss: { name: 'isda' } } });
      makeStoredRun(store, { row: 'basic-held', seed, error: 30 + seed, config: { dataset } });
      makeStoredRun(store, { row: 'isda-held', seed, config: { dataset, loss: { name: 'isda' } } });
    }
    await runCli(folder, ['figure', 'dots', '--store', 'runs', '--out', 'dots.svg', '--width', '900']);
    const svg = readFileSync(join(folder, 'dots.svg'), 'utf8');
    expect([...svg.matchAll(/class="band"/g)]).toHaveLength(2);
    const text = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, line]) => line).join(' ');
    expect(text).toContain('Bands and dashed lines: interval and mean of basic-held and basic, in grey.');
    for (const images of ['test', 'holdout'])
      expect(svg).toContain(`>${images} error, mean of the last ten epochs (%)<`);
    await runCli(folder, ['figure', '2', '--store', 'runs', '--out', 'two.svg']);
    const labels = readFileSync(join(folder, 'two.svg'), 'utf8').matchAll(/>([^<>]* error \(%\))</g);
    expect([...labels].map(([, label]) => label)).toEqual(['holdout error (%)', 'test error (%)']);
  });
  test('refuses stores without a finished run', async ({ folder }) => {
    makeStoredRun(join(folder, 'runs'), { row: 'basic', epochs: 3, state: 'stopped' });
    const { code, stderr } = await runCli(folder, ['figure', 'dots', '--store', 'runs', '--out', 'dots.svg']);
    expect([code, stderr.split('\n')[0]]).toEqual([1, 'error: cannot draw the dots: no run is done']);
  });
});
