import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { runCli } from '../support/cli.js';
import { test } from '../temporary-folder.js';

const run = (folder: string, ...args: string[]) => runCli(folder, args);

function makeRun(folder: string, name: string, rows: number): void {
  mkdirSync(join(folder, name));
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

  test('several metrics, labels and a title', async ({ folder }) => {
    makeRun(folder, 'r1', 5);
    const args = ['--metric', 'train_error', '--metric', 'test_error', '--label', 'ISDA', '--title', 'T & T'];
    expect(await run(folder, 'figure', 'curve', '--run', 'r1', '--out', 'a.svg', ...args)).toMatchObject({ code: 0 });
    const svg = readFileSync(join(folder, 'a.svg'), 'utf8');
    for (const text of ['>ISDA: training error<', '>ISDA: test error<', '>error (%)<', '>T &amp; T<'])
      expect(svg).toContain(text);
  });

  const mistakes: [string, string[], number, string][] = [
    ['an unknown metric', ['--run', 'r1', '--out', 'a.svg', '--metric', 'test_eror'], 2, 'did you mean test_error?'],
    ['a metric the run has not', ['--run', 'r1', '--out', 'a.svg', '--metric', 'test_error_top5'], 2, 'has no test_error_top5'],
    ['another format', ['--run', 'r1', '--out', 'a.png'], 2, 'let --out end with .svg'],
    ['too few labels', ['--run', 'r1', '--run', 'r1', '--label', 'a', '--out', 'a.svg'], 2, '1 labels for 2 runs'],
    ['no run', ['--out', 'a.svg'], 2, "required option '--run <dir>'"],
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
