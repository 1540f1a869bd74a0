// A user's own loss and network: the requirements of their files, and the names in errors.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { IsdaError } from '../../src/common/errors.js';
import { experimentSchema } from '../../src/config/schema.js';
import type { LossInputs } from '../../src/losses/loss.js';
import type { Pass } from '../../src/nn/layer.js';
import type { Tensor } from '../../src/engine/tensor.js';
import { loadLoss, loadNetwork, requireDistinctNames, requireNamedModules } from '../../src/runs/modules.js';
import { test } from '../temporary-folder.js';

function fileOf(folder: string, text: string): string {
  const path = join(folder, 'own.mjs');
  writeFileSync(path, text);
  return path;
}

/** Values that a user's function may return for a tensor of a shape. */
const tensorOf = (shape: readonly number[], more: Partial<Tensor> = {}): Tensor =>
  ({ handle: 1, shape, program: undefined, dtype: 'float32', ...more }) as unknown as Tensor;

const progress = { iteration: 3, totalIterations: 12, epoch: 1, totalEpochs: 4, learningRateFactor: 0.5 };
const shape = { classes: 10, featureSize: 64 };

describe('loadLoss', () => {
  const load = (folder: string, text: string, options = {}) =>
    loadLoss({ name: 'custom', module: fileOf(folder, text), options }, shape);
  const lossText = (compute: string, more = ''): string =>
    `export const createLoss = ({ options, shape, kit }) => ({
      name: \`own-\${shape.classes}-\${options.power}\`, tensors: [kit.declare('loss.own', 'state', [shape.featureSize], kit.initializers.filledWith(0))],
      scalars: { ramp: ({ iteration, totalIterations }) => iteration / totalIterations, unknown: ({ step }) => step, broken: () => { throw new Error('no value'); } },
      compute: (inputs) => { ${compute} }, ${more} });`;

  test('gives the loss that the file makes from its options, the sizes and the kit', async ({ folder }) => {
    const text = lossText('return inputs.logits;', 'withoutBias: true, softTargets: true');
    const loss = await load(folder, text, { power: 2 });
    expect(loss).toMatchObject({ name: 'own-10-2', withoutBias: true, softTargets: true });
    expect(loss.tensors).toMatchObject([{ name: 'loss.own', shape: [64], role: 'state' }]);
    expect(loss.scalars['ramp'](progress)).toBe(0.25);
    const scalar = tensorOf([]);
    expect(loss.compute({ logits: scalar } as LossInputs)).toBe(scalar);
  });

  test('keeps which scalars are recorded, and refuses one that there is not or that names no column', async ({
    folder,
  }) => {
    const recording = (names: string): string => lossText('return inputs.logits;', `recordedScalars: [${names}]`);
    expect((await load(folder, recording("'ramp'"))).recordedScalars).toEqual(['ramp']);
    for (const [index, [names, reason]] of [
      ["'ramp', 'slope'", 'recordedScalars names slope, which is not among its scalars'],
      ["'ramp', 'ramp'", 'recordedScalars names ramp twice'],
      ["'a,b'", 'is not complete: recordedScalars.0: expected letters and digits, starting with a lower-case letter'],
      [
        "'snake_case'",
        'is not complete: recordedScalars.0: expected letters and digits, starting with a lower-case letter',
      ],
    ].entries()) {
      const module = join(folder, `recording${index}.mjs`);
      writeFileSync(module, recording(names));
      await expect(loadLoss({ name: 'custom', module, options: {} }, shape)).rejects.toThrow(reason);
    }
  });

  test('names the file where one of its functions fails', async ({ folder }) => {
    const loss = await load(folder, lossText("throw new RangeError('not today');"));
    const path = join(folder, 'own.mjs');
    expect(() => loss.compute({} as LossInputs)).toThrow(`cannot compute the loss of ${path}: not today`);
    expect(() => loss.scalars['broken'](progress)).toThrow(
      `cannot compute the scalar broken of the loss of ${path}: no value`,
    );
    expect(() => loss.scalars['unknown'](progress)).toThrow('the result is undefined, expected a finite number');
  });

  test('refuses what is no scalar', async ({ folder }) => {
    const loss = await load(folder, lossText('return inputs.logits;'));
    const compute = (logits: unknown) => () => loss.compute({ logits } as LossInputs);
    expect(compute(tensorOf([8]))).toThrow('the result of compute is a tensor of shape [8], expected a scalar');
    expect(compute(7)).toThrow('the result of compute is not a tensor');
    expect(compute(undefined)).toThrow('the result of compute is not a tensor');
  });

  test('refuses what has no gradient, unless nothing is trained', async ({ folder }) => {
    const loss = await load(folder, lossText('return inputs.seed;'));
    const compute = (seed: Tensor, needsGradient: boolean) => () =>
      loss.compute({ seed, logits: tensorOf([8, 10], { needsGradient }) } as LossInputs);
    const value = tensorOf([], { needsGradient: false });
    expect(compute(value, true)).toThrow('the result of compute has no gradient with respect to the network');
    expect(compute(value, false)).not.toThrow();
    expect(compute(tensorOf([], { needsGradient: true }), true)).not.toThrow();
    expect(compute(tensorOf([], { dtype: 'int32' }), true)).toThrow(
      'the result of compute is int32[], expected float32[]',
    );
  });

  test.for([
    ["'buffer', [1]", 'tensors.0.role: Invalid option: expected one of "parameter"'],
    ["'state', [1]", 'tensors.0.name: expected letters, digits and the signs', 'log scale'],
    ["'state', [0]", 'tensors.0.shape.0: Too small'],
    ["'state', [1], kit.initializers.filledWith(0), 'dense'", 'tensors.0.layout: Invalid option'],
  ])('refuses a tensor declared as %s', async ([declared, reason, name = 'own'], { folder }) => {
    const text = `export const createLoss = ({ kit }) => ({ name: 'own', scalars: {}, compute: () => 1,
      tensors: [kit.declare('${name}', ${declared}${declared.includes('kit') ? '' : ', kit.initializers.filledWith(0)'})] });`;
    await expect(load(folder, text)).rejects.toThrow(`the result of createLoss is not complete: ${reason}`);
  });

  test.for([
    ['export default () => 1;', 'it exports default; write `export function createLoss(…) { … }`'],
    ['export const createloss = 1;', 'it exports createloss; write'],
    ['const createLoss = 1;', 'it exports nothing; write'],
    ["import { x } from './nothing.js'; x();", 'no import is needed: the function receives `kit`'],
  ])('has a hint for %s', async ([text, hint], { folder }) => {
    const { hint: found } = await load(folder, text).then(
      () => ({ hint: undefined }),
      (error: unknown) => error as IsdaError,
    );
    expect(found).toContain(hint);
  });

  test.for([
    ['export const createNetwork = () => 1;', 'it does not export a function createLoss'],
    ['export const createLoss = () => null;', 'the result of createLoss is null, not an object with name'],
    [
      "export const createLoss = () => ({ name: 'own', tensors: [], scalars: {} });",
      'the result of createLoss is not complete: compute: expected a function',
    ],
    ["export const createLoss = () => { throw new Error('no'); };", 'createLoss failed: no'],
    ['throw new Error("broken file");', 'broken file'],
  ])('refuses a file with %s', async ([text, reason], { folder }) => {
    await expect(load(folder, text)).rejects.toThrow(`cannot use the module ${join(folder, 'own.mjs')}: `);
    writeFileSync(join(folder, 'again.mjs'), text);
    const again = loadLoss({ name: 'custom', module: join(folder, 'again.mjs'), options: {} }, shape);
    await expect(again).rejects.toThrow(reason);
  });

  test('refuses a file that is not there', async ({ folder }) => {
    const missing = loadLoss({ name: 'custom', module: join(folder, 'none.mjs'), options: {} }, shape);
    await expect(missing).rejects.toMatchObject({ kind: 'usage' });
  });
});

describe('loadNetwork', () => {
  const input = { height: 32, width: 32, channels: 3, classes: 10 };
  const load = (folder: string, outputs: string, classes = 'input.classes') => {
    const text = `export const createNetwork = ({ options, input }) => ({
      name: \`own-\${options.depth}\`, classes: ${classes}, featureSize: 10, tensors: [],
      classifier: { weight: {}, bias: {} }, apply: (images) => (${outputs}) });`;
    return loadNetwork({ name: 'custom', module: fileOf(folder, text), options: { depth: 3 } }, input);
  };
  const pass = {} as Pass;

  test('gives the network that the file makes, and checks its outputs', async ({ folder }) => {
    const network = await load(folder, '{ features: images, logits: images }');
    expect(network).toMatchObject({ name: 'own-3', classes: 10, featureSize: 10 });
    const matrix = tensorOf([8, 10]);
    expect(network.apply(matrix, pass)).toEqual({ features: matrix, logits: matrix });
    expect(() => network.apply(tensorOf([8]), pass)).toThrow(
      `cannot apply the network of ${join(folder, 'own.mjs')}: \`features\` of the result of apply is a tensor of shape [8], expected 2 axes`,
    );
  });

  test('refuses other classes than those of the images', async ({ folder }) => {
    await expect(load(folder, 'undefined', '100')).rejects.toThrow(
      `cannot use the network of ${join(folder, 'own.mjs')}: it has 100 classes, but the images have 10`,
    );
  });

  test('refuses logits of other classes', async ({ folder }) => {
    const network = await load(folder, '{ features: images, logits: images }');
    expect(() => network.apply(tensorOf([8, 100]), pass)).toThrow(
      '`logits` of the result of apply are of 100 classes, but the images have 10',
    );
  });

  test('refuses outputs of other images, or other features than it says', async ({ folder }) => {
    const network = await load(folder, 'images.outputs');
    const apply = (features: readonly number[], logits: readonly number[]) => () =>
      network.apply(
        tensorOf([8, 4], { outputs: { features: tensorOf(features), logits: tensorOf(logits) } } as never),
        pass,
      );
    expect(apply([8, 10], [8, 10])).not.toThrow();
    expect(apply([8, 10], [1, 10])).toThrow('`logits` of the result of apply has 1 rows, but there are 8 images');
    expect(apply([4, 10], [8, 10])).toThrow('`features` of the result of apply has 4 rows, but there are 8 images');
    expect(apply([8, 9], [8, 10])).toThrow('`features` of the result of apply has 9 columns, but featureSize is 10');
  });

  test('says which output is missing', async ({ folder }) => {
    const network = await load(folder, '{ features: images }');
    expect(() => network.apply(tensorOf([8, 4]), pass)).toThrow('`logits` of the result of apply is not a tensor');
  });

  test('says that there are no outputs', async ({ folder }) => {
    const network = await load(folder, 'undefined');
    expect(() => network.apply(tensorOf([8, 4]), pass)).toThrow('`features` of the result of apply is not a tensor');
  });
});

describe('requireDistinctNames', () => {
  test('names a tensor that there is twice', () => {
    const named =
      (...names: string[]) =>
      () =>
        requireDistinctNames(names.map((name) => ({ name })));
    expect(named('fc.weight', 'fc.bias')).not.toThrow();
    expect(named('fc.weight', 'fc.bias', 'fc.weight')).toThrow('two of their tensors are called fc.weight');
  });
});

describe('requireNamedModules', () => {
  const config = experimentSchema.parse({
    experiment: 'own',
    model: { name: 'custom', module: '/code/network.mjs' },
    loss: { name: 'custom', module: '/code/loss.mjs' },
  });

  test('asks for every file that it needs by name', () => {
    const unnamed =
      (...overrides: string[]) =>
      () =>
        requireNamedModules(config, overrides, 'run/config.yaml');
    // Evaluating a trained run does not execute its loss.
    expect(unnamed()).toThrow(/its config contains custom modules: model\.module=\/code\/network\.mjs$/);
    expect(unnamed('loss.module=/code/loss.mjs')).toThrow(
      'its config contains custom modules: model.module=/code/network.mjs',
    );
    expect(unnamed('model.module=/code/network.mjs')).not.toThrow();
  });

  test('has nothing against a config without code', () => {
    const plain = experimentSchema.parse({ experiment: 'plain' });
    expect(() => requireNamedModules(plain, [], 'run/config.yaml')).not.toThrow();
  });
});
