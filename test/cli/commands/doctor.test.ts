// `isda doctor` and `isda setup` through the program: their output and exit codes.
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { formatFindings } from '../../../src/cli/commands/doctor.js';
import { ensureEngine } from '../../../src/install/ensure.js';
import { cacheHome } from '../../../src/common/home.js';
import { makeEngine } from '../../install/bundle/stand-ins.js';
import { bareMachine } from '../../install/fakes.js';
import { runCli } from '../../support/cli.js';

const isda = (args: readonly string[], environment: Record<string, string | undefined>) =>
  runCli('/nowhere', args, environment);

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'isda-doctor-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const reportSchema = z.object({
  ok: z.boolean(),
  findings: z.array(
    z.object({ name: z.string(), state: z.string(), value: z.string(), advice: z.string().optional() }),
  ),
});

beforeAll(async () => {
  const environment = process.env;
  await ensureEngine({ home: cacheHome(environment), environment, log: () => {} });
});

describe('isda doctor', () => {
  it('fails with a hint if the engine is missing', async () => {
    const home = await temporaryFolder();
    const { code, stdout, stderr } = await isda(['doctor'], { ISDA_HOME: home, PATH: '', COLUMNS: '200' });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ok +isda +\d+\.\d+\.\d+\nok +Node\.js +\d+\./);
    expect(stdout).toMatch(/^MISSING +engine +no engine in .*\n +→ run `isda setup`/m);
    expect(stderr).toBe('error: essential parts are missing: engine\n');
  });

  it('passes if the engine is installed, with or without data sets', async () => {
    const { code, stdout } = await isda(['doctor', '--json'], process.env);
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(code).toBe(0);
    expect(report.ok).toBe(true);
    const states = Object.fromEntries(report.findings.map((finding) => [finding.name, finding.state]));
    expect(states).toMatchObject({ 'Node.js': 'good', engine: 'good', device: 'good', CPU: 'good', memory: 'good' });
    const value = (name: string): string | undefined => report.findings.find((item) => item.name === name)?.value;
    expect(value('isda')).toMatch(/^\d+\.\d+\.\d+/);
    expect(value('engine')).toMatch(/^TensorFlow \d+\.\d+\.\d+ for /);
    expect(value('memory')).toMatch(/^[\d.]+ GiB, [\d.]+ GiB free$/);
  });
});

describe('formatFindings', () => {
  const findings = [
    { name: 'engine', state: 'bad', value: 'none', advice: 'run `isda setup`' },
    { name: 'a longer name', state: 'good', value: 'fine' },
  ] as const;

  it('aligns columns if they fit, and stacks them otherwise', () => {
    expect(formatFindings(findings, 80)).toBe(
      'MISSING  engine         none\n                        → run `isda setup`\nok       a longer name  fine',
    );
    expect(formatFindings(findings, 40)).toBe(
      'MISSING  engine\n  none\n  → run `isda setup`\nok       a longer name\n  fine',
    );
  });

  it('exceeds the width only for long words, and loses no word', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(words, fc.integer({ min: 60, max: 120 }), (value, width) => {
        const text = formatFindings([{ name: 'name', state: 'good', value: value.join(' ') }], width);
        expect(text.split(/\s+/).slice(2)).toEqual(value);
        expect(text.split('\n').every((line) => line.length <= width)).toBe(true);
      }),
    );
  });
});

describe('isda setup', () => {
  it('prints the folder of the engine, as text and as JSON', async () => {
    const text = await isda(['setup'], process.env);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(/^engine ready: TensorFlow .*\n {2}\//);
    const json = await isda(['setup', '--json'], process.env);
    expect(z.object({ version: z.string(), directory: z.string() }).parse(JSON.parse(json.stdout))).toBeTruthy();
  });

  it('loads an engine that is installed before it calls it ready', async () => {
    const machine = await bareMachine();
    onTestFinished(() => rm(machine.root, { recursive: true, force: true }));
    const { bindingPath } = await makeEngine(machine);
    const environment = {
      ...machine.environment,
      ISDA_HOME: machine.home,
      ISDA_BUILD: 'cpu',
      ISDA_LIBTENSORFLOW: undefined,
    };
    expect(await isda(['setup'], environment)).toMatchObject({ code: 0, stderr: '' });
    await writeFile(bindingPath, Buffer.alloc((await stat(bindingPath)).size));
    const { code, stderr } = await isda(['setup'], environment);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: cannot load the engine binding: /);
  });

  it('exits with 1 if the setup fails, and with 2 for a wrong option', async () => {
    const environment = { ISDA_HOME: await temporaryFolder(), PATH: '' };
    const { code, stderr } = await isda(['setup'], environment);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: cannot compile the engine binding: no C\+\+ compiler/);
    expect((await isda(['setup', '--build', 'abacus'], environment)).code).toBe(2);
  });

  it('refuses options that do not go together, and a folder that is not a bundle', async () => {
    const environment = { ISDA_HOME: await temporaryFolder(), PATH: '' };
    for (const words of ['--part-size 5', '--no-libraries', '--bundle a --force', '--bundle a --from-bundle b']) {
      const { code, stderr } = await isda(['setup', ...words.split(' ')], environment);
      expect(code, stderr).toBe(2);
      expect(stderr).toMatch(/^error: option '--/);
    }
    const { code, stderr } = await isda(['setup', '--from-bundle', 'nowhere'], environment);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: cannot use the bundle \/nowhere\/nowhere: it has no manifest.json\n {2}hint: /);
  });
});
