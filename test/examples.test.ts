// The examples of docs/extending.md train, and mistakes in a user's file are reported clearly.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { synthesize } from '../src/data/datasets/synthetic/synthesize.js';
import { projectRoot } from './config/support.js';
import { runCli } from './support/cli.js';
import { test } from './temporary-folder.js';

const example = join(projectRoot, 'examples/own-parts.yaml');

describe('a custom data set', () => {
  test('trains on a data set from a file to less than 20 % test error', async ({ folder }) => {
    const config = join(projectRoot, 'examples/own-data.yaml');
    const out = join(folder, 'run');
    const environment = { ...process.env };
    // Worker threads run the built files; here everything runs from the sources.
    const set = ['--set', 'training.workers=0'];
    const trained = await runCli(folder, ['train', '--config', config, '--out', out, '--json', ...set], environment);
    expect(trained).toMatchObject({ code: 0 });
    const summary = JSON.parse(trained.stdout) as { best: { testErrorPercent: number } };
    expect(summary.best.testErrorPercent).toBeLessThan(20);
    const named = ['--set', `dataset.module=${join(projectRoot, 'examples/shapes.js')}`];
    const evaluated = await runCli(folder, ['evaluate', '--run', out, ...named], environment);
    expect(evaluated).toMatchObject({ code: 0 });
    expect(evaluated.stdout).toContain('150 (test)');
  });
});

/** Runs `isda train` with a loss (`loss…`) or a network of this source. */
async function failureOf(
  folder: string,
  file: string,
  source: string,
  debug: readonly string[] = [],
  more: readonly string[] = [],
) {
  await synthesize({ name: 'cifar10', train: 20, test: 10, classes: 10, seed: 1 }, folder);
  writeFileSync(join(folder, file), source);
  const small = ['dataset.subset=20', 'dataset.testSubset=10'];
  const section = file.startsWith('loss') ? 'loss' : 'model';
  const set = [`${section}.name=custom`, `${section}.module=${file}`, ...small, `dataset.dir=${folder}`, ...more];
  const words = set.flatMap((each) => ['--set', each]);
  return runCli(folder, [...debug, 'train', '--config', 'tiny-cross-entropy', ...words], { ...process.env });
}

describe('a mistake in a custom loss or network', () => {
  const loss = (compute: string): string =>
    `export const createLoss = ({ kit }) => ({ name: 'own', tensors: [], scalars: {}, compute(inputs) { ${compute} } });`;

  test.for([
    ['gives nothing', '', 'the result of compute is not a tensor'],
    ['gives a vector', 'return kit.ops.sum(inputs.logits, [1]);', 'the result of compute is a tensor of shape [20], expected a scalar'], // prettier-ignore
  ] as const)('a loss that %s is named with its file', async ([, compute, reason], { folder }) => {
    const { code, stderr } = await failureOf(folder, 'loss.mjs', loss(compute));
    expect(code).toBe(1);
    expect(stderr).toContain(
      `error: cannot compute the loss of ${join(folder, 'loss.mjs')}: ${reason}\n  hint: docs/extending.md`,
    );
  });

  test.for([
    ['throws', 'inputs.nothing.shape', "Cannot read properties of undefined (reading 'shape')"],
    ['multiplies with a number', 'kit.ops.mul(inputs.logits, 2)', 'cannot compute mul: its second argument is the number 2, expected a tensor'], // prettier-ignore
    ['adds a tensor as a number', 'kit.ops.addScalar(inputs.logits, inputs.logits)', 'cannot compute addScalar: its second argument is a tensor, expected a number'], // prettier-ignore
    ['forgets an argument', 'kit.ops.matMul(inputs.features)', 'cannot compute matMul: its second argument is undefined, expected a tensor'], // prettier-ignore
    ['joins what is no list', 'kit.ops.concat(inputs.logits, 0)', 'cannot compute concat: its first argument is a tensor, expected a list of tensors'], // prettier-ignore
    ['adds other shapes', 'kit.ops.add(inputs.logits, inputs.features)', 'cannot compute AddV2: float32[20, 10] and float32[20, 64] are incompatible'], // prettier-ignore
    ['reads what is not declared', "inputs.program.read(kit.declare('centre', 'state', [10], () => 0))", 'cannot use the variable centre: it is not among the declared tensors'], // prettier-ignore
    ['assigns what is not declared', "(inputs.program.assign(kit.declare('centre', 'state', [20, 10], () => 0), inputs.logits), inputs.logits)", 'cannot use the variable centre: it is not among the declared tensors'], // prettier-ignore
    ['assigns another shape', 'inputs.program.assign(kept, inputs.logits)', 'cannot assign loss.kept: the value is float32[20, 10], expected float32[3]'], // prettier-ignore
    ['assigns a number', 'inputs.program.assign(kept, 2)', 'cannot assign loss.kept: the value is the number 2, expected float32[3]'], // prettier-ignore
  ] as const)('a loss that %s is shown with its line, in both executions', async ([, code, reason], { folder }) => {
    const path = join(folder, 'loss.mjs');
    const source = [
      'export const createLoss = ({ kit }) => {',
      "  const kept = kit.declare('loss.kept', 'state', [3], kit.initializers.filledWith(0));",
      "  return { name: 'own', tensors: [kept], scalars: {}, compute(inputs) {",
      `    const made = ${code};`,
      '    return kit.ops.mean(made); } };',
      '};',
    ].join('\n');
    for (const execution of ['captured', 'eager']) {
      const { code: exitCode, stderr } = await failureOf(
        folder,
        'loss.mjs',
        source,
        [],
        [`training.execution=${execution}`],
      );
      expect(exitCode).toBe(1);
      const [message, place, line, mark, hint] = stderr.slice(stderr.indexOf('error: ')).split('\n');
      expect(message).toBe(`error: cannot compute the loss of ${path}: ${reason}`);
      expect(place).toMatch(new RegExp(`^  ${path}:4:\\d+$`));
      expect(line).toBe(`      const made = ${code};`);
      expect(mark).toMatch(/^ +\^$/);
      expect(hint).toMatch(/^ {2}hint: /);
    }
  });

  test('refuses a loss tensor with the name of a network tensor before training starts', async ({ folder }) => {
    const source = `export const createLoss = ({ kit }) => ({ name: 'own', scalars: {}, compute: ({ logits }) => kit.ops.mean(logits),
      tensors: [kit.declare('fc.weight', 'state', [1], kit.initializers.filledWith(0))] });`;
    const { code, stdout, stderr } = await failureOf(folder, 'loss.mjs', source);
    expect(code).toBe(1);
    expect(stdout).not.toContain('epoch 1');
    expect(stderr).toContain('two of their tensors are called fc.weight');
  });

  test('reports a mistake in an imported file with the place in that file', async ({ folder }) => {
    mkdirSync(join(folder, 'more'));
    const helper = join(folder, 'more', 'helper.mjs');
    writeFileSync(helper, 'export const helper = (kit, logits) =>\n  kit.ops.mean(kit.ops.add(logits, 3));\n');
    const { stderr } = await failureOf(
      folder,
      'loss.mjs',
      `import { helper } from './more/helper.mjs';\n${loss('return helper(kit, inputs.logits);')}`,
    );
    const [message, place, line] = stderr.slice(stderr.indexOf('error: ')).split('\n');
    expect(message).toContain(`${join(folder, 'loss.mjs')}: cannot compute add: its second argument is the number 3`);
    expect(place).toMatch(new RegExp(`^  ${helper}:2:\\d+$`));
    expect(line).toBe('    kit.ops.mean(kit.ops.add(logits, 3));');
  });

  test('prints the place in the file with --debug', async ({ folder }) => {
    const { stderr } = await failureOf(folder, 'loss.mjs', loss('\n\nreturn inputs.nothing.shape;'), ['--debug']);
    expect(stderr).toMatch(/caused by: TypeError: Cannot read [^\n]*\n +at Object\.compute \([^\n]*loss\.mjs:3:/);
  });

  test.for([
    ['throws', 'throw new Error("no layer")', 'no layer'],
    ['gives no features', 'return { logits: images }', '`features` of the result of apply is not a tensor'],
  ] as const)('names the file of a network that %s', async ([, apply, reason], { folder }) => {
    const source = `export const createNetwork = ({ kit, input }) => {
      const classifier = kit.layers.linear('fc', 4, input.classes);
      const { tensors } = classifier;
      return { name: 'own', classes: 10, featureSize: 4, tensors, classifier, apply(images) { ${apply}; } };
    };`;
    const { code, stderr } = await failureOf(folder, 'model.mjs', source);
    expect(code).toBe(1);
    expect(stderr).toContain(`error: cannot apply the network of ${join(folder, 'model.mjs')}: ${reason}\n`);
  });
});

describe('code in docs/extending.md', () => {
  const page = readFileSync(join(projectRoot, 'docs/extending.md'), 'utf8');

  /** The source of a file on the page; its block starts with the name. */
  const sourceOf = (name: string): string => {
    const from = page.indexOf(`// ${name}: `);
    return page.slice(from, page.indexOf('```', from));
  };
  /** Makes the package known to the files of a folder, as `npm link isda` does it. */
  const linkPackage = (folder: string): void => {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(projectRoot, join(folder, 'node_modules', 'isda'));
  };

  test('the complete loss trains, and its scalar is a column of metrics.csv', async ({ folder }) => {
    writeFileSync(join(folder, 'my-loss.mjs'), sourceOf('my-loss.mjs'));
    await synthesize({ name: 'cifar10', train: 100, test: 20, classes: 10, seed: 1 }, folder);
    const set = ['loss={name: custom, module: my-loss.mjs, options: {epsilon: 2}}', `dataset.dir=${folder}`];
    const small = ['dataset.subset=100', 'dataset.testSubset=20', 'training.epochs=2', 'schedule.name=constant'];
    const words = [...set, ...small].flatMap((each) => ['--set', each]);
    const out = join(folder, 'run');
    const command = ['train', '--config', 'tiny-cross-entropy', '--out', out, ...words];
    expect(await runCli(folder, command, { ...process.env })).toMatchObject({ code: 0 });
    const [names, ...rows] = readFileSync(join(out, 'metrics.csv'), 'utf8').trim().split('\n');
    const column = names.split(',').indexOf('loss.epsilon');
    const [first, last] = rows.map((row) => Number(row.split(',')[column]));
    expect(first).toBeGreaterThan(0);
    expect(last).toBeGreaterThan(first);
    expect(last).toBeLessThan(2);
  });

  test('the test of the loss passes, and finds a wrong value and a wrong gradient', async ({ folder }) => {
    linkPackage(folder);
    const source = sourceOf('my-loss.mjs');
    writeFileSync(join(folder, 'my-loss.test.mjs'), sourceOf('my-loss.test.mjs'));
    /** The numbers of the tests that fail. */
    const failuresWith = async (loss: string) => {
      writeFileSync(join(folder, 'my-loss.mjs'), loss);
      const options = { cwd: folder, reject: false } as const;
      const { stdout } = await execa(process.execPath, ['--test', '--test-reporter=tap'], options);
      expect(stdout).toMatch(/^# tests 2$/m);
      return Array.from(stdout.matchAll(/^not ok (\d)/gm), ([, number]) => Number(number));
    };
    expect(await failuresWith(source)).toEqual([]);
    expect(await failuresWith(source.replace('floatScalar(program, 1)', 'floatScalar(program, 2)'))).toEqual([1]);
    expect(await failuresWith(source.replace('mul(wrong,', 'mul(kit.ops.detach(wrong),'))).toEqual([2]);
  });

  test('`isda/kit` can be imported where the package is linked or installed', async ({ folder }) => {
    linkPackage(folder);
    const [, comment] = /^(\/\*\* @type \{import\('isda\/kit'\).LossModule.*\*\/)$/m.exec(page) ?? [];
    const own = "import { kit } from 'isda/kit';\nconsole.log(Object.keys(kit).join());\n";
    const part =
      'export const createLoss = ({ kit }) => ({ name: kit.nothing, tensors: [], scalars: {}, compute: 1 });\n';
    writeFileSync(join(folder, 'own.mjs'), `${own}${comment}\n${part}`);
    const { stdout } = await execa(process.execPath, ['own.mjs'], { cwd: folder });
    expect(stdout).toBe('ops,layers,declare,initializers,optimizers,random');
    // Editors and tsc know its types: they find both mistakes.
    const options = ['--noEmit', '--allowJs', '--checkJs', '--strict', '--skipLibCheck'];
    const modules = ['--module', 'nodenext', '--target', 'es2022', 'own.mjs'];
    const tsc = join(projectRoot, 'node_modules/typescript/bin/tsc');
    const checked = await execa(process.execPath, [tsc, ...options, ...modules], { cwd: folder, reject: false });
    expect(checked.stdout).toContain("Property 'nothing' does not exist on type");
    expect(checked.stdout).toContain("Type 'number' is not assignable to type '(inputs: LossInputs) => Tensor'");
    expect(checked.stdout).not.toContain('isda/kit');
  });
});

describe('custom parts', () => {
  test('trains a network and a loss from files to an error below chance', async ({ folder }) => {
    await synthesize({ name: 'cifar10', train: 500, test: 200, classes: 10, seed: 1 }, folder);
    const settings = [`dataset.dir=${folder}`, 'dataset.subset=500', 'dataset.testSubset=200', 'training.epochs=6'];
    const set = [...settings, 'schedule.name=constant'].flatMap((each) => ['--set', each]);
    const out = join(folder, 'run');
    const environment = { ...process.env };
    const trained = await runCli(folder, ['train', '--config', example, '--out', out, '--json', ...set], environment);
    expect(trained).toMatchObject({ code: 0 });
    const summary = JSON.parse(trained.stdout) as { best: { testErrorPercent: number } };
    expect(summary.best.testErrorPercent).toBeLessThan(80);
    expect(readFileSync(join(out, 'log.txt'), 'utf8')).toMatch(/network +plain-8, /);
    // As a user types them: relative to where the command is given.
    const named = ['model.module=plain-network.js', 'loss.module=focal-loss.js'].flatMap((each) => [
      '--set',
      each.replace('=', `=${relative(folder, join(projectRoot, 'examples'))}/`),
    ]);
    const evaluated = await runCli(folder, ['evaluate', '--run', out, ...named], environment);
    expect(evaluated).toMatchObject({ code: 0 });
  });

  test('names a missing file and the folder that its path is relative to', async ({ folder }) => {
    const words = ['export', '--config', 'tiny-isda', '--out', 'x.safetensors', '--set', 'loss.name=custom'];
    const outcome = await runCli(folder, [...words, '--set', 'loss.module=mine/loss.mjs']);
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        `error: cannot use the module ${join(folder, 'mine/loss.mjs')}: there is no such file`,
        '  hint: a relative path is resolved against the folder of the file that contains it; in --set, against the working directory',
        '',
      ].join('\n'),
    });
  });

  test.for([
    ['no such export', 'export const x = 1;', 'it does not export a function createLoss'],
    ['a throwing factory', 'export const createLoss = () => { throw new Error("no"); };', 'createLoss failed: no'],
    [
      'an incomplete loss',
      'export const createLoss = () => ({ name: "a", scalars: {}, compute() {} });',
      'the result of createLoss is not complete: tensors: it is missing\n',
    ],
    [
      'a part of another kind',
      'export const createLoss = () => ({ name: "a", tensors: [], scalars: {}, compute: 1 });',
      'compute: expected a function\n',
    ],
    [
      'nothing',
      'export const createLoss = () => null;',
      'the result of createLoss is null, not an object with name, tensors, scalars, compute\n',
    ],
    ['a list', 'export const createLoss = () => [];', 'the result of createLoss is a list, not an object with name, '],
    ['a file that throws', 'throw new Error("broken");', 'broken'],
  ] as const)('reports %s with the file and the reason', async ([, source, reason], { folder }) => {
    writeFileSync(join(folder, 'loss.mjs'), source);
    writeFileSync(join(folder, 'x.yaml'), 'loss: {name: custom, module: ./loss.mjs}\n');
    const outcome = await runCli(folder, ['export', '--config', 'x.yaml', '--out', 'x.safetensors']);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain(`cannot use the module ${join(folder, 'loss.mjs')}: `);
    expect(outcome.stderr).toContain(reason);
    expect(outcome.stderr).not.toMatch(/^ +at /m);
  });
});
