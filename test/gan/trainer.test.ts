// The training loop: the order and the inputs of steps, rows of losses, stopping, losses that are not finite.
import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/engine/session.js';
import type { HostArray } from '../../src/engine/types.js';
import { ganOptions } from '../../src/gan/options.js';
import { createGan } from '../../src/gan/registry.js';
import { ganStart, parseGanProgress, trainGan, type GanPosition, type LossesRow } from '../../src/gan/trainer.js';

interface Call {
  readonly name: string;
  readonly inputs: Readonly<Record<string, HostArray>>;
}

/** Runs the loop with a fake session; `loss` returns the losses by function and call. */
async function train(
  change: { iterations?: number; position?: GanPosition; stopAfter?: number; warmupIterations?: number } = {},
  loss: (name: string, call: number) => number = () => 1,
) {
  const { iterations = 4, position = ganStart, stopAfter = Infinity, warmupIterations = 0 } = change;
  const calls: Call[] = [];
  const rows: LossesRow[] = [];
  const reached: GanPosition[] = [];
  const session = {
    call(name: string, inputs: Readonly<Record<string, HostArray>>) {
      calls.push({ name, inputs });
      return { loss: Float32Array.of(loss(name, calls.length)) };
    },
  } as unknown as Session;
  const gan = createGan(ganOptions.parse({ name: 'wgan', warmupIterations }), 10);
  const batches = {
    perEpoch: 7,
    at: (number: number) => ({ images: Uint8Array.of(number), labels: Int32Array.of(0) }),
  };
  let time = 0;
  const clock = () => (time += 500);
  const inputs = { session, gan, batches, iterations, seed: 1, lossesEvery: 2, position, clock };
  const outcome = await trainGan(inputs, {
    iteration: () => undefined,
    losses: (row) => Promise.resolve(void rows.push(row)),
    reached: (at) => Promise.resolve(void reached.push(at)),
    stopRequested: () => (reached.length >= stopAfter ? 'SIGTERM' : undefined),
  });
  return { calls, rows, reached, outcome };
}

const words = (calls: readonly Call[]): string => calls.map(({ name }) => name[0]).join('');

describe('the training of a generator', () => {
  it('takes five steps of the critic before each of the generator, each on the next batch', async () => {
    const { calls, outcome } = await train();
    expect(words(calls)).toBe('dddddg'.repeat(4));
    const critic = calls.filter(({ name }) => name === 'discriminator');
    expect(critic.map(({ inputs }) => inputs['images'][0])).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(new Set(calls.map(({ inputs }) => inputs['seed'].join())).size).toBe(24);
    expect(outcome.signal).toBeUndefined();
    expect(outcome.position).toMatchObject({ iteration: 4, discriminatorSteps: 20 });
  });

  it('takes a hundred in the iterations that warm up', async () => {
    const { calls } = await train({ iterations: 2, warmupIterations: 1 });
    expect(words(calls)).toBe(`${'d'.repeat(100)}gdddddg`);
  });

  it('gives the means of the last steps every so many iterations', async () => {
    const { rows } = await train({}, (name, call) => (name === 'generator' ? 10 * call : call));
    // The last critic step of iterations 1 to 4 are calls 5, 11, 17, 23.
    expect(rows.map(({ iteration, means }) => [iteration, means])).toEqual([
      [2, { discriminatorLoss: 8, generatorLoss: 90 }],
      [4, { discriminatorLoss: 20, generatorLoss: 210 }],
    ]);
    expect(rows.map(({ seconds }) => seconds)).toEqual([1, 2]);
  });

  it('stops between two iterations and resumes as if it had not', async () => {
    const whole = await train();
    const first = await train({ stopAfter: 3 });
    expect(first.outcome).toMatchObject({ signal: 'SIGTERM', position: { iteration: 3, discriminatorSteps: 15 } });
    const kept = parseGanProgress(JSON.parse(JSON.stringify(first.outcome.position)), 'place');
    const rest = await train({ position: kept });
    expect([...first.calls, ...rest.calls]).toEqual(whole.calls);
    expect([...first.rows, ...rest.rows]).toEqual(whole.rows);
  });

  it.each([
    ['discriminator', 3, 'discriminatorLoss is NaN at iteration 1 of 4'],
    ['generator', 12, 'generatorLoss is NaN at iteration 2 of 4'],
  ])('ends where a loss of the %s is no number', async (name, at, reason) => {
    const broken = train({}, (called, call) => (called === name && call === at ? NaN : 1));
    await expect(broken).rejects.toThrow(`cannot continue training: ${reason}`);
  });

  it('refuses a checkpoint of something else', () => {
    expect(() => parseGanProgress({ epoch: 1 }, 'there')).toThrow(
      'cannot resume: the checkpoint does not contain the position in the run',
    );
  });
});
