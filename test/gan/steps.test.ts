// Steps of both networks: what they change and what not, weight clipping, draws, both execution modes.
import { afterEach, describe, expect, it } from 'vitest';
import type { Execution, Session } from '../../src/engine/session.js';
import { createGan } from '../../src/gan/registry.js';
import { openGanSession } from '../../src/gan/session.js';
import { discriminatorFunction, drawInputs, generatorFunction, type GanParts } from '../../src/gan/steps.js';
import { scalarsOf } from '../../src/gan/trainer.js';
import { expectClose } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { executions, runOnce } from '../support/run-once.js';
import { kinds, narrow, photos, type Kind } from './support.js';

const engine = testEngine();
const open: Session[] = [];
afterEach(() => open.splice(0).forEach((session) => session.close()));

function start(name: Kind, execution: Execution) {
  const gan = createGan(narrow(name), 3);
  const parts: GanParts = { gan, classes: [0, 1, 2], batchSize: 6 };
  const { session, tensors } = openGanSession(engine, parts, { execution, samples: 0, seed: 1 });
  open.push(session);
  const valuesOf = (prefix: string): [string, Float32Array][] => {
    const names = tensors.map((tensor) => tensor.name).filter((tensor) => tensor.includes(prefix));
    return [...session.read(names)];
  };
  const discriminate = (step: number) =>
    session.call(discriminatorFunction, {
      ...photos(6),
      seed: Int32Array.of(1, step),
      ...scalarsOf(gan.optimizers.discriminator, step + 1),
    });
  const generate = (step: number) =>
    session.call(generatorFunction, {
      seed: Int32Array.of(2, step),
      ...scalarsOf(gan.optimizers.generator, step + 1),
    });
  return { valuesOf, discriminate, generate };
}

describe.each(executions)('steps, %s', (execution) => {
  it.each(kinds)('each network changes in its own steps only: %s', (name) => {
    const { valuesOf, discriminate, generate } = start(name, execution);
    const [discriminator, generator] = [valuesOf('discriminator.'), valuesOf('generator.')];
    discriminate(0);
    expect(valuesOf('generator.')).toEqual(generator);
    const judged = valuesOf('discriminator.');
    for (const [index, [tensor, values]] of judged.entries()) {
      expect(values, tensor).not.toEqual(discriminator[index][1]);
    }
    generate(0);
    expect(valuesOf('discriminator.')).toEqual(judged);
    for (const [index, [tensor, values]] of valuesOf('generator.').entries()) {
      expect(values, tensor).not.toEqual(generator[index][1]);
    }
  });

  it("holds WGAN's critic within ± 0.01 after each of its steps, and the generator not", () => {
    const { valuesOf, discriminate, generate } = start('wgan', execution);
    const largest = (prefix: string): number =>
      Math.max(
        ...valuesOf(prefix)
          .filter(([tensor]) => /^\w+\.(conv|deconv|bn)\d+\.(weight|bias)$/.test(tensor))
          .flatMap(([, values]) => [...values].map(Math.abs)),
      );
    expect(largest('discriminator.')).toBeGreaterThan(0.9);
    for (const step of [0, 1, 2]) {
      discriminate(step);
      expect(largest('discriminator.')).toBe(Math.fround(0.01));
      generate(step);
      expect(largest('generator.')).toBeGreaterThan(0.9);
    }
  });
});

it.each(kinds)('three iterations have the same losses in both executions: %s', (name) => {
  const [captured, eager] = executions.map((execution) => {
    const { discriminate, generate } = start(name, execution);
    return [0, 1, 2].flatMap((step) => {
      const outputs = [discriminate(step), generate(step)];
      return outputs.flatMap((losses) =>
        Object.keys(losses)
          .sort()
          .map((key) => losses[key][0]),
      );
    });
  });
  expectClose(captured, eager, 'losses');
});

it('draws labels among the given classes, noise and codes of their distributions, anew for each seed', () => {
  const gan = createGan(narrow('infogan'), 10);
  const draw = (seed: number) =>
    runOnce(engine, 'captured', {}, (_, program) => {
      const parts = { gan, classes: [2, 7], batchSize: 4000 };
      const { noise, labels, codes } = drawInputs(
        parts,
        program.constant(Int32Array.of(seed, 0), { dtype: 'int32', shape: [2] }),
      );
      return { noise, labels, codes: codes! };
    });
  const { noise, labels, codes } = draw(1);
  expect(new Set(labels)).toEqual(new Set([2, 7]));
  const sevens = labels.filter((label) => label === 7).length;
  // Five standard deviations: sqrt(4000) / 2 = 32.
  expect(Math.abs(sevens - 2000)).toBeLessThan(160);
  const variance = (values: ArrayLike<number>): number =>
    Array.from(values, (value) => value * value).reduce((a, b) => a + b) / values.length;
  // Five standard deviations of each: sqrt(2 / 20000) = 0.01, and sqrt(4/45 / 8000) = 0.0033.
  expect(Math.abs(variance(noise) - 1)).toBeLessThan(0.05);
  expect(Math.abs(variance(codes) - 1 / 3)).toBeLessThan(0.017);
  expect(Math.max(...Array.from(codes, Math.abs))).toBeLessThan(1);
  expect(draw(2)['noise']).not.toEqual(noise);
});
