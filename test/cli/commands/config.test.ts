// `isda config` through the program's own entry, with its output captured.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, describe, expect, it } from 'vitest';
import { configsDirectory } from '../../../src/cli/program.js';
import { listConfigs, withoutExtension } from '../../../src/config/find.js';
import { jsonSchema, withNulls } from '../../../src/config/print.js';
import { runCli } from '../../support/cli.js';

const folder = mkdtempSync(join(tmpdir(), 'isda-cli-'));
mkdirSync(join(folder, 'many/deep'), { recursive: true });
writeFileSync(join(folder, 'good.yaml'), 'training: {epochs: 3}\n');
writeFileSync(join(folder, 'bad.yaml'), 'training: {epocs: 3}\n');
writeFileSync(join(folder, 'many/a.yaml'), '{}');
writeFileSync(join(folder, 'many/deep/b.yml'), '[]');
writeFileSync(join(folder, 'many/notes.txt'), 'not a config');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `isda config …` in the temporary folder. */
async function config(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await runCli(folder, ['config', ...args]);
  return { code, out: stdout, err: stderr };
}

describe('isda config check', () => {
  it('prints a line for each good config', async () => {
    expect(await config('check', 'good.yaml', 'tiny-isda')).toEqual({
      code: 0,
      out: 'ok  good.yaml\nok  tiny-isda\n',
      err: '',
    });
  });

  it('shows the error of a single bad one', async () => {
    expect(await config('check', 'bad.yaml')).toEqual({
      code: 2,
      out: '',
      err: `error: cannot use config bad.yaml: unknown key training.epocs
  bad.yaml:1:12
    1 | training: {epocs: 3}
      |            ^^^^^
  hint: did you mean epochs?
`,
    });
  });

  it('reports all of several: files, folders and patterns, each config once', async () => {
    const { code, out, err } = await config('check', 'bad.yaml', 'many', '*.yaml');
    expect(code).toBe(2);
    expect(out).toBe('ok  many/a.yaml\nok  good.yaml\n');
    expect(err).toContain('cannot use config bad.yaml: unknown key training.epocs');
    expect(err).toContain('cannot use config many/deep/b.yml: expected keys and values');
    expect(err.trimEnd().split('\n').at(-1)).toBe('error: cannot use all configs: 2 of 4 have errors');
  });

  it('says the same as JSON', async () => {
    const { code, out } = await config('check', 'good.yaml', 'bad.yaml', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual([
      { config: 'good.yaml', ok: true },
      {
        config: 'bad.yaml',
        ok: false,
        error: 'cannot use config bad.yaml: unknown key training.epocs',
        place: 'bad.yaml:1:12\n  1 | training: {epocs: 3}\n    |            ^^^^^',
        hint: 'did you mean epochs?',
      },
    ]);
  });

  it.each([['nothing/*.yaml'], ['no-such-config']])('refuses %j', async (word) => {
    const { code, err } = await config('check', word);
    expect(code).toBe(2);
    expect(err).toMatch(/^error: cannot /);
  });
});

describe('isda config print', () => {
  it('prints what a config amounts to, with --set applied in order', async () => {
    const { code, out } = await config('print', 'good', '--set', 'training.seed=7', '--set', 'loss.name=isda');
    expect(code).toBe(0);
    const yaml: unknown = parse(out);
    expect(yaml).toMatchObject({ experiment: 'good', training: { epochs: 3, seed: 7 }, loss: { lambda0: 0.5 } });
    const json = await config('print', 'good', '--set', 'training.seed=7', '--set', 'loss.name=isda', '--json');
    expect(JSON.parse(json.out)).toEqual(yaml);
  });

  it('points at a bad --set', async () => {
    const { code, err } = await config('print', 'good', '--set', 'training.epochs=abc');
    expect(code).toBe(2);
    expect(err).toContain(`\n  --set training.epochs=abc\n  ${' '.repeat('--set training.epochs='.length)}^^^\n`);
  });

  it('needs a file', async () => {
    expect(await config('print')).toMatchObject({ code: 2, out: '' });
  });
});

describe('isda config schema', () => {
  it('prints the JSON Schema, or a table of the keys', async () => {
    const { code, out } = await config('schema');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(withNulls(jsonSchema()));
    expect(JSON.parse(out)).toMatchObject({
      properties: {
        dataset: {
          oneOf: [{ properties: { subset: { type: ['integer', 'null'] } } }, {}, {}, {}, {}, { type: 'null' }],
        },
        augmentation: { properties: { cutout: { anyOf: [{ const: false }, {}, { type: 'null' }] } } },
        training: { type: ['object', 'null'], properties: { device: { enum: ['auto', 'cpu', 'cuda', null] } } },
      },
    });
    expect((await config('schema', '--markdown')).out).toContain(
      '| `training.epochs` | an integer of at least 1 | `160` |',
    );
  });
});

it('configsDirectory is the configs folder of the package', () => {
  expect(readFileSync(join(configsDirectory, 'table1/resnet32-cifar10-isda.yaml'), 'utf8')).toMatch(
    /^# ResNet-32 on CIFAR-10/,
  );
});

describe('isda config check', () => {
  it('takes a file whose name has the characters of a pattern', async () => {
    writeFileSync(join(folder, 'c (1) [a]{b,c}.yaml'), '{}\n');
    expect(await runCli(folder, ['config', 'check', 'c (1) [a]{b,c}.yaml'])).toMatchObject({ code: 0 });
  });

  it('checks with --set', async () => {
    const outcome = await runCli(folder, ['config', 'check', 'tiny-isda', '--set', 'training.epocs=3']);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toContain('unknown key training.epocs');
  });
});

describe('isda config list', () => {
  interface Listed {
    readonly name: string;
    readonly network: string;
    readonly dataset: string;
    readonly method: string;
    readonly augmentation?: string;
    readonly expectedTime?: string;
  }
  const names = listConfigs(configsDirectory).map(withoutExtension);
  const read = async (): Promise<readonly Listed[]> => {
    const { code, out, err } = await config('list', '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out) as readonly Listed[];
  };

  it('has every config but those that others extend, each by a name that `--config` takes', async () => {
    const listed = await read();
    expect(listed.map(({ name }) => name)).toEqual(names.filter((name) => !name.startsWith('base/')));
    const { code, out } = await config('check', ...listed.map(({ name }) => name));
    expect(code).toBe(0);
    expect(out.split('\n')).toHaveLength(listed.length + 1);
  });
  it('says what each is', async () => {
    const listed = await read();
    const find = (name: string): Listed | undefined => listed.find((each) => each.name === name);
    expect(find('resnet32-cifar10')).toMatchObject({ network: 'resnet-32', dataset: 'cifar10', method: 'isda' });
    expect(find('table1/wrn28-10-cifar100-basic')).toMatchObject({
      network: 'wrn-28-10',
      dataset: 'cifar100',
      method: 'basic',
    });
    expect(find('table2/shake-shake26-2x32d-cifar10-cutout-isda')?.augmentation).toBe('cutout');
    expect(find('gan/wgan-cifar10')).toMatchObject({ network: 'wgan', dataset: 'cifar10', method: 'generator' });
  });
  it("gives the time of each config's opening lines", async () => {
    for (const { name, expectedTime } of await read()) {
      const text = readFileSync(join(configsDirectory, `${name}.yaml`), 'utf8');
      expect(expectedTime, name).toMatch(/^(?:at least \d|less than a minute)/);
      expect(text, name).toContain(`# Expected time: ${expectedTime} on `);
    }
  });
  it('prints a table that fits the terminal', async () => {
    const { stdout } = await runCli(folder, ['config', 'list'], {}, 60);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
    const { out } = await config('list');
    expect(out).toMatch(/^resnet32-cifar10 +resnet-32 +cifar10 +isda +at least [\d.]+ min$/m);
  });
});
