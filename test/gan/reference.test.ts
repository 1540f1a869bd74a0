// All four kinds against PyTorch in float64: images, scores, losses, gradients (scripts/reference/generators.py).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/engine/gradients.js';
import { slice, sqrt, square, sum } from '../../src/engine/ops/index.js';
import type { Program, Tensor } from '../../src/engine/tensor.js';
import type { Judgement } from '../../src/gan/gan.js';
import { ganOptions } from '../../src/gan/options.js';
import { createGan } from '../../src/gan/registry.js';
import { parametersOf } from '../../src/gan/steps.js';
import { torchShape } from '../../src/nn/layout.js';
import { expectClose } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { referenceImages, referenceWeights } from '../support/reference-network.js';
import { executions } from '../support/run-once.js';
import { kinds, type Kind } from './support.js';

type Values = readonly number[] | readonly (readonly number[])[];
type Tensors = readonly (readonly [string, readonly number[]])[];

interface Reference {
  readonly tensors: Readonly<Record<'generator' | 'discriminator', Tensors>>;
  /** [3, 4]: channels, then pixels of row 13 from column 14. */
  readonly image: readonly (readonly number[])[];
  readonly real: Readonly<Record<string, Values>>;
  readonly generated: Readonly<Record<string, Values>>;
  readonly discriminatorLoss: number;
  readonly generatorLoss: number;
  readonly discriminatorGradients: Readonly<Record<string, number>>;
  readonly generatorGradients: Readonly<Record<string, number>>;
}

const fixture = JSON.parse(readFileSync(new URL('../fixtures/generators.json', import.meta.url), 'utf8')) as {
  readonly inputs: { noise: number[][]; labels: number[]; codes: number[][]; realLabels: number[] };
  readonly generators: Readonly<Record<Kind, Reference>>;
};
const { inputs } = fixture;
const [batch, classes] = [4, 3];
const engine = testEngine();

function gan(name: Kind) {
  const dropout = name === 'acgan' ? { dropout: 0 } : {};
  return createGan(ganOptions.parse({ name, noise: 5, generatorWidth: 2, discriminatorWidth: 2, ...dropout }), classes);
}

const floats = (program: Program, rows: number[][]): Tensor =>
  program.constant(Float32Array.from(rows.flat()), { dtype: 'float32', shape: [rows.length, rows[0].length] });
const ints = (program: Program, values: number[]): Tensor =>
  program.constant(Int32Array.from(values), { dtype: 'int32', shape: [values.length] });

/** All values of the fixture as outputs of one function. */
function compute(name: Kind, execution: (typeof executions)[number]) {
  const pair = gan(name);
  const { generator, discriminator } = pair;
  const both = [generator, discriminator];
  const session = engine.createSession(
    execution,
    both.flatMap(({ tensors }) => tensors),
    [
      {
        name: 'once',
        inputs: { photos: { dtype: 'float32', shape: [batch, 32, 32, 3] } },
        build({ photos }, program) {
          const pass = { program, training: true, seed: ints(program, [0, 0]) };
          const labels = ints(program, inputs.labels);
          const tensors = { noise: floats(program, inputs.noise), labels, codes: floats(program, inputs.codes) };
          const realLabels = ints(program, inputs.realLabels);
          const images = generator.image(tensors, pass);
          const real = discriminator.judge(photos, realLabels, pass);
          const made = discriminator.judge(images, labels, pass);
          const generated = { judgement: made, inputs: tensors };
          const losses = {
            discriminatorLoss: pair.discriminatorLoss({ judgement: real, labels: realLabels }, generated).loss,
            generatorLoss: pair.generatorLoss(generated).loss,
          };
          const norms = (['discriminatorLoss', 'generatorLoss'] as const).flatMap((loss, index) => {
            const trained = parametersOf(both[1 - index]);
            const values = trained.map((parameter) => program.read(parameter));
            return gradients(losses[loss], values).map((slope, i) => [
              `gradient.${trained[i].name}`,
              sqrt(sum(square(slope))),
            ]);
          });
          return {
            image: slice(images, [1, 13, 14, 0], [1, 1, 4, 3]),
            ...prefixed('real', real),
            ...prefixed('generated', made),
            ...losses,
            ...(Object.fromEntries(norms) as Record<string, Tensor>),
          };
        },
      },
    ],
  );
  for (const network of both) session.write(referenceWeights(network, 0));
  const outputs = session.call('once', { photos: referenceImages([batch, 3, 32, 32], 0) });
  session.close();
  return outputs;
}

const prefixed = (prefix: string, judgement: Judgement): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(judgement).map(([name, value]) => [`${prefix}.${name}`, value as Tensor]));

describe.each(kinds)('%s', (name) => {
  const reference = fixture.generators[name];

  it("has the reference's tensors", () => {
    const { generator, discriminator } = gan(name);
    const shapes = (network: typeof generator | typeof discriminator) =>
      network.tensors.map((tensor) => [tensor.name, torchShape(tensor)]);
    expect(shapes(generator)).toEqual(reference.tensors.generator);
    expect(shapes(discriminator)).toEqual(reference.tensors.discriminator);
  });

  it.each(executions)('gives its images, judgements, losses and gradients (%s)', (execution) => {
    const found = compute(name, execution);
    const pixels = reference.image[0].flatMap((_, column) => reference.image.map((channel) => channel[column]));
    expectClose(found['image'], pixels, 'image');
    for (const part of ['real', 'generated'] as const) {
      for (const [head, values] of Object.entries(reference[part])) {
        expectClose(found[`${part}.${head}`], values.flat(), `${part} ${head}`, 2e-5);
      }
    }
    for (const loss of ['discriminatorLoss', 'generatorLoss'] as const) {
      expect(found[loss][0]).toBeCloseTo(reference[loss], 4);
    }
    const norms = { ...reference.discriminatorGradients, ...reference.generatorGradients };
    const largest = Math.max(...Object.values(norms));
    for (const [tensor, norm] of Object.entries(norms)) {
      expect(Math.abs(found[`gradient.${tensor}`][0] - norm) / largest, tensor).toBeLessThan(2e-5);
    }
  });
});
