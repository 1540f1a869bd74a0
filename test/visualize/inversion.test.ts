// The search for noise: its gradient, its update, both execution modes, and its convergence.
import { describe, expect, it } from 'vitest';
import type { Execution } from '../../src/engine/session.js';
import { openEncoder } from '../../src/visualize/encoder.js';
import { openInversion, type InversionProblem, type Iteration } from '../../src/visualize/inversion.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';
import { smallModel, smallNetwork, smallProblem } from './support.js';

const engine = testEngine();
const plain = { momentum: 0, weightDecay: 0 };

const total = ({ feature, pixel }: Iteration, weight: number): number =>
  feature.reduce((sum, value, index) => sum + value + weight * pixel[index], 0);

function opened(
  model: ReturnType<typeof smallModel>,
  problem: InversionProblem,
  options = plain,
  execution: Execution = 'captured',
) {
  return openInversion(engine, model, problem, { ...options, execution });
}

describe.each(['wgan', 'acgan', 'infogan', 'cgan'] as const)('the gradient with respect to the noise of %s', (name) => {
  it('is that of central differences', () => {
    const model = smallModel(name);
    const problem = smallProblem(model);
    const weight = 0.01;
    const search = opened(model, problem);
    search.step(1, weight);
    const slope = search.noise().map((value, index) => problem.noise[index] - value);
    search.close();
    const at = (noise: Float32Array): number => {
      const moved = opened(model, { ...problem, noise });
      const value = total(moved.measure(), weight);
      moved.close();
      return value;
    };
    const norm = Math.hypot(...slope);
    expect(norm).toBeGreaterThan(1e-3);
    // Along the gradient and along two arbitrary directions.
    const directions = [slope.map((s) => s / norm), slope.map((_, i) => Math.sin(i + 1)), slope.map((_, i) => Math.cos(3 * i))]; // prettier-ignore
    for (const direction of directions) {
      const length = Math.hypot(...direction);
      const unit = direction.map((value) => value / length);
      const expected = slope.reduce((sum, value, index) => sum + value * unit[index], 0);
      const h = 3e-4;
      const difference = (at(problem.noise.map((z, i) => z + h * unit[i])) - at(problem.noise.map((z, i) => z - h * unit[i]))) / (2 * h); // prettier-ignore
      expect(Math.abs(difference - expected)).toBeLessThan(0.02 * norm);
    }
  });
});

describe('the search', () => {
  const model = smallModel();
  const problem = smallProblem(model);

  it('gives each image the gradient of its own part alone', () => {
    const { noise, labels, features, images } = problem;
    const search = opened(model, problem);
    search.step(1, 0.01);
    const both = search.noise();
    search.close();
    const first = opened(model, {
      noise: noise.slice(0, 5),
      labels: labels.slice(0, 1),
      features: features.slice(0, 64),
      images: images.slice(0, 3072),
    });
    first.step(1, 0.01);
    first.noise().forEach((value, index) => expect(value).toBeCloseTo(both[index], 5));
    first.close();
  });

  it('moves by momentum and weight decay: v = mu v + g + wd z; z −= lr v', () => {
    const search = opened(model, problem);
    search.step(1, 0.5);
    const slope = search.noise().map((value, index) => problem.noise[index] - value);
    search.close();
    const options = { momentum: 0.9, weightDecay: 0.25 };
    const decayed = opened(model, problem, options);
    decayed.step(0.001, 0.5);
    const z1 = decayed.noise();
    z1.forEach((value, i) => {
      expect(value).toBeCloseTo(problem.noise[i] - 0.001 * (slope[i] + 0.25 * problem.noise[i]), 5);
    });
    const before = opened(model, { ...problem, noise: z1 });
    before.step(1, 0.5);
    const slope1 = before.noise().map((value, index) => z1[index] - value);
    before.close();
    decayed.step(0.001, 0.5);
    decayed.noise().forEach((value, i) => {
      const v1 = slope[i] + 0.25 * problem.noise[i];
      expect(value).toBeCloseTo(z1[i] - 0.001 * (0.9 * v1 + slope1[i] + 0.25 * z1[i]), 5);
    });
    decayed.close();
  });

  it('is the same in both executions', () => {
    const results = executions.map((execution) => {
      const search = opened(model, problem, { momentum: 0.9, weightDecay: 1e-4 }, execution);
      const told = Array.from({ length: 5 }, () => search.step(0.05, 0.005));
      const result = { told, noise: search.noise(), images: search.images() };
      search.close();
      return result;
    });
    const [captured, eager] = results;
    captured.noise.forEach((value, index) => expect(Math.abs(value - eager.noise[index])).toBeLessThan(1e-5));
    captured.told.forEach(({ feature, pixel }, step) => {
      feature.forEach((value, i) => expect(eager.told[step].feature[i] / value).toBeCloseTo(1, 5));
      pixel.forEach((value, i) => expect(eager.told[step].pixel[i] / value).toBeCloseTo(1, 5));
    });
    captured.images.forEach((value, i) => expect(Math.abs(value - eager.images[i])).toBeLessThanOrEqual(1));
  });

  it('gets closer to an image that the generator can make, and nothing but the noise changes', () => {
    const target = opened(model, { ...problem, noise: problem.noise.toReversed() });
    const bytes = target.images();
    target.close();
    const encoder = openEncoder(engine, { ...smallNetwork(), values: networkValues(model) }, 2);
    const features = encoder.features(bytes);
    encoder.close();
    const reachable = { ...problem, features, images: Float32Array.from(bytes, (value) => value / 127.5 - 1) };
    const search = opened(model, reachable, { momentum: 0.9, weightDecay: 1e-4 });
    const first = total(search.measure(), 0.005);
    expect(total(search.step(0.05, 0.005), 0.005) / first).toBeCloseTo(1, 6);
    for (let i = 0; i < 200; i++) search.step(0.05, 0.005);
    const last = total(search.measure(), 0.005);
    expect(last).toBeLessThan(0.1 * first);
    const found = search.noise();
    search.close();
    const again = opened(model, { ...reachable, noise: found });
    expect(total(again.measure(), 0.005) / last).toBeCloseTo(1, 6);
    again.close();
  });

  it('finds the features of an image where its own noise is', () => {
    const images = opened(model, problem);
    const bytes = images.images();
    images.close();
    const encoder = openEncoder(engine, { ...smallNetwork(), values: networkValues(model) }, 3);
    const features = encoder.features(bytes);
    encoder.close();
    const pixels = Float32Array.from(bytes, (value) => value / 127.5 - 1);
    const search = opened(model, { ...problem, features, images: pixels });
    const { feature, pixel } = search.measure();
    search.close();
    // The error of rounding to bytes.
    feature.forEach((value) => expect(value).toBeLessThan(1e-3));
    pixel.forEach((value) => expect(value).toBeLessThan(3072 * (0.5 / 127.5) ** 2));
  });
});

function networkValues({ values, network }: ReturnType<typeof smallModel>): Map<string, Float32Array> {
  return new Map(network.tensors.map(({ name }) => [name, values.get(name)!]));
}
