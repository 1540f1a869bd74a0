// The training loop with a fake session: order, sums, stops and restarts, numbers that are not finite.
import { describe, expect, it } from 'vitest';
import { isEvaluated } from '../../src/records/metrics-columns.js';
import { optimizerOptions } from '../../src/optimizers/options.js';
import { epochStart } from '../../src/training/state.js';
import { plain, runTrainer, type NotedCall } from './fake-run.js';

describe('trainNetwork', () => {
  it('does and tells things in order', async () => {
    const { signal, calls, events } = await runTrainer({});
    expect(signal).toBeUndefined();
    const epoch = ['train-3', 'train-3', 'train-1', 'evaluate-2', 'evaluate-2', 'evaluate-1'];
    expect(calls.map(({ name }) => name)).toEqual([...epoch, ...epoch, ...epoch]);
    expect(events).toEqual(
      [1, 2, 3].flatMap((n) => [
        ...[1, 2, 3].map((batch) => `batch ${n}.${batch}`),
        `epoch ${n}`,
        `checkpoint ${n + 1}.0 epoch`,
      ]),
    );
  });

  it('hands every step its learning rate, lambda and a seed of its own', async () => {
    const { calls, rows } = await runTrainer({});
    const steps = calls.filter(({ name }) => name.startsWith('train')).map(({ inputs }) => inputs);
    const rates = [0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001, 0.001];
    expect(steps.map((step) => step['optimizer.learningRate'][0])).toEqual(rates.map(Math.fround));
    expect(steps.map((step) => step['loss.lambda'][0])).toEqual(rates.map((_, i) => Math.fround(i / 9)));
    expect(new Set(steps.map(({ seed }) => seed.join())).size).toBe(9);
    expect(rows.map(({ learningRate }) => learningRate)).toEqual([0.1, 0.01, 0.001]);
    expect(rows.map(({ iteration }) => iteration)).toEqual([3, 6, 9]);
    expect(rows.map(({ lambda }) => lambda)).toEqual([2 / 9, 5 / 9, 8 / 9]);
  });

  it('counts steps for the bias correction over the whole run, stops included', async () => {
    const optimizer = optimizerOptions.parse({ name: 'adam', learningRate: 0.1 });
    const scalarsOf = (calls: readonly NotedCall[]) =>
      calls.flatMap(({ name, inputs: { 'optimizer.stepSize': stepSize, 'optimizer.correction': correction } }) =>
        name.startsWith('train') ? [[stepSize[0], correction[0]]] : [],
      );
    const whole = scalarsOf((await runTrainer({ optimizer })).calls);
    const rates = [0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001, 0.001];
    whole.forEach(([stepSize, correction], i) => {
      expect(stepSize / (rates[i] / (1 - 0.9 ** (i + 1)))).toBeCloseTo(1, 6);
      expect(correction * Math.sqrt(1 - 0.999 ** (i + 1))).toBeCloseTo(1, 6);
    });
    expect(whole).toHaveLength(9);
    // After two steps of the second epoch, that is, after three steps and three evaluations of the first.
    const first = await runTrainer({ optimizer, stopAfterCall: (calls) => (calls >= 8 ? 'SIGTERM' : undefined) });
    const position = first.checkpoints.at(-1)!;
    expect(position).toMatchObject({ epoch: 2, batch: 2 });
    const second = await runTrainer({ optimizer, position });
    expect([...scalarsOf(first.calls), ...scalarsOf(second.calls)]).toEqual(whole);
  });

  it('visits every image once an epoch, in another order in each', async () => {
    const { calls } = await runTrainer({});
    const steps = calls.filter(({ name }) => name.startsWith('train'));
    const orders = [0, 3, 6].map((first) => steps.slice(first, first + 3).flatMap(({ inputs }) => inputs['labels']));
    for (const order of orders) expect(order.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 1, 1, 2, 2]);
    expect(new Set(steps.map(({ inputs }) => inputs['images'].join())).size).toBe(9);
  });

  it('weighs the partial last batch by its images', async () => {
    const answer: typeof plain = (name, index, inputs): Record<string, number> => {
      const count = inputs['labels'].length;
      if (name === 'train-3') return { loss: 2, correct: 1 };
      if (name === 'train-1') return { loss: 16, correct: 0 };
      // The sum over the batch's images.
      return { lossSum: count * (index % 2 === 0 ? 3 : 1), correct: count === 1 ? 0 : 1 };
    };
    const { rows } = await runTrainer({ answer });
    expect(rows).toHaveLength(3);
    const [row] = rows;
    expect(row.trainLoss).toBeCloseTo((6 * 2 + 16) / 7, 12);
    expect(row.trainError).toBeCloseTo((100 * 5) / 7, 12);
    expect(row.testLoss).toBeCloseTo((2 * 1 + 2 * 3 + 1 * 1) / 5, 12);
    expect(row.testError).toBeCloseTo(60, 12);
    expect('testErrorTop5' in row).toBe(false);
  });

  it('evaluates only after the epochs that are due, and changes nothing else', async () => {
    const every = await runTrainer({ epochs: 13 });
    const { calls, rows } = await runTrainer({ epochs: 13, evaluateEvery: 2 });
    const evaluated = rows.filter(isEvaluated).map(({ epoch }) => epoch);
    expect(evaluated).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(calls.filter(({ name }) => name === 'evaluate-1')).toHaveLength(12);
    const times = { seconds: undefined, imagesPerSecond: undefined };
    const lasting = every.rows.map((row) => ({ ...row, ...times }));
    const third = { ...lasting[2], testLoss: undefined, testError: undefined };
    expect(rows.map((row) => ({ ...row, ...times }))).toEqual(lasting.with(2, third));
    const isStep = ({ name }: { readonly name: string }): boolean => name.startsWith('train');
    expect(calls.filter(isStep)).toEqual(every.calls.filter(isStep));
  });

  it('measures time by the clock that it is given', async () => {
    // The clock advances by half a second each time it is read: 3 steps, and evaluation.
    const { rows } = await runTrainer({});
    expect(rows.map(({ seconds }) => seconds)).toEqual([2, 2, 2]);
    expect(rows[0].imagesPerSecond).toBeCloseTo(7 / 1.5, 1);
  });

  it('has no negative time where the clock is set back', async () => {
    let clock = 1e6;
    const { rows, checkpoints } = await runTrainer({
      clock: () => (clock -= 1000),
      stopAfterCall: (calls) => (calls >= 8 ? 'SIGTERM' : undefined),
    });
    expect(rows[0].seconds).toBe(0);
    expect(checkpoints.at(-1)?.seconds).toBe(0);
  });

  it('measures finite speeds where the clock stands still', async () => {
    const { rows } = await runTrainer({ clock: () => 5 });
    expect(rows.map(({ seconds }) => seconds)).toEqual([0, 0, 0]);
    expect(rows.every(({ imagesPerSecond }) => Number.isFinite(imagesPerSecond))).toBe(true);
  });

  it.each([NaN, Infinity])('stops at a training loss of %f, naming the step', async (value) => {
    const answer: typeof plain = (name, index, inputs) =>
      index === 7 ? { loss: value, correct: 0 } : plain(name, index, inputs);
    await expect(runTrainer({ answer })).rejects.toThrow(
      `cannot continue training: train_loss is ${value} at epoch 2, step 2 of 3`,
    );
  });

  it('stops at a test loss that is not finite, naming the epoch', async () => {
    const answer: typeof plain = (name, index, inputs) =>
      index === 10 ? { lossSum: NaN, correct: 0 } : plain(name, index, inputs);
    await expect(runTrainer({ answer })).rejects.toThrow(
      'cannot continue training: test_loss is NaN after the last step of epoch 2',
    );
  });
});

describe('a stop', () => {
  it.each([1, 2, 3, 7, 9, 15])('after call %i makes one checkpoint, from which the run resumes the same', async (k) => {
    const whole = await runTrainer({});
    const stopped = await runTrainer({ stopAfterCall: (calls) => (calls >= k ? 'SIGTERM' : undefined) });
    expect(stopped.signal).toBe('SIGTERM');
    expect(stopped.calls).toEqual(whole.calls.slice(0, k));
    const inEpoch = k % 6;
    const epoch = Math.floor(k / 6) + 1;
    expect(stopped.events.filter((event) => event.endsWith('stop'))).toEqual([`checkpoint ${epoch}.${inEpoch} stop`]);
    expect(stopped.events.at(-1)).toBe(`checkpoint ${epoch}.${inEpoch} stop`);

    const position = stopped.checkpoints.at(-1)!;
    expect(position.images).toBe([0, 3, 6, 7][inEpoch]);
    const restarted = await runTrainer({ position });
    expect(restarted.signal).toBeUndefined();
    expect([...stopped.calls, ...restarted.calls]).toEqual(whole.calls);
    const untimed = (rows: typeof whole.rows): unknown =>
      rows.map((row) => ({ ...row, seconds: undefined, imagesPerSecond: undefined }));
    expect(untimed([...stopped.rows, ...restarted.rows])).toEqual(untimed(whole.rows));
    expect([...stopped.events, ...restarted.events].filter((event) => !event.endsWith('stop'))).toEqual(whole.events);
  });

  it.each([4, 5, 10])('during evaluation, after call %i, evaluates anew', async (k) => {
    const whole = await runTrainer({});
    const stopped = await runTrainer({ stopAfterCall: (calls) => (calls >= k ? 'SIGINT' : undefined) });
    expect(stopped.signal).toBe('SIGINT');
    const epoch = Math.floor(k / 6) + 1;
    expect(stopped.checkpoints.at(-1)).toMatchObject({ epoch, batch: 3, images: 7 });
    const restarted = await runTrainer({ position: stopped.checkpoints.at(-1)! });
    expect(restarted.calls).toEqual(whole.calls.slice((epoch - 1) * 6 + 3));
    expect(restarted.rows[0].trainLoss).toBe(whole.rows[epoch - 1].trainLoss);
  });

  it('keeps the state after a step where a checkpoint is due, and resumes from there', async () => {
    const due = ({ epoch, batch }: { epoch: number; batch: number }): boolean => epoch === 2 && batch > 1;
    for (const readEvery of [1, 5]) {
      const { events, checkpoints, calls } = await runTrainer({ due, readEvery });
      expect(events.filter((event) => event.startsWith('checkpoint'))).toEqual([
        'checkpoint 2.0 epoch',
        'checkpoint 2.2 step',
        'checkpoint 2.3 step',
        'checkpoint 3.0 epoch',
        'checkpoint 4.0 epoch',
      ]);
      for (const position of checkpoints.slice(1, 3)) {
        const restarted = await runTrainer({ position });
        const rest = calls.slice(calls.length - restarted.calls.length).map(({ name }) => name);
        expect(restarted.calls.map(({ name }) => name)).toEqual(rest);
      }
    }
  });

  it('after the steps of an epoch that is not evaluated resumes with the next', async () => {
    const run = { epochs: 13, evaluateEvery: 20 };
    const whole = await runTrainer(run);
    // Three steps and three evaluation steps of epoch 1, three steps of epoch 2.
    const stopped = await runTrainer({ ...run, stopAfterCall: (calls) => (calls >= 9 ? 'SIGTERM' : undefined) });
    expect(stopped.checkpoints.at(-1)).toMatchObject({ epoch: 2, batch: 3, images: 7 });
    const restarted = await runTrainer({ ...run, position: stopped.checkpoints.at(-1)! });
    expect(restarted.calls).toEqual(whole.calls.slice(9));
    expect(restarted.rows[0].trainLoss).toBe(whole.rows[1].trainLoss);
    expect(restarted.rows[0]).not.toHaveProperty('testError');
  });

  it('after the last epoch there is nothing to do', async () => {
    const { calls, events, signal } = await runTrainer({ position: epochStart(4) });
    expect({ calls, events, signal }).toEqual({ calls: [], events: [], signal: undefined });
  });
});

describe('outcomes that are read every few steps', () => {
  /** What a run did and reported, without the times of reading and the durations. */
  const told = ({ rows, calls, checkpoints, signal }: Awaited<ReturnType<typeof runTrainer>>): unknown => ({
    rows: rows.map((row) => ({ ...row, seconds: undefined, imagesPerSecond: undefined })),
    calls: calls.map(({ name, inputs }) => ({ name, inputs: { ...inputs, slot: undefined } })),
    checkpoints: checkpoints.map((position) => ({ ...position, seconds: 0, trainingSeconds: 0 })),
    signal,
  });
  const uneven: typeof plain = (name, index, inputs) =>
    name.startsWith('train')
      ? { loss: Math.fround(Math.exp(index) / 3), correct: index % 2 }
      : plain(name, index, inputs);

  it('give the same rows, to the last bit', async () => {
    const each = told(await runTrainer({ answer: uneven }));
    for (const readEvery of [2, 3, 7]) expect(told(await runTrainer({ answer: uneven, readEvery }))).toEqual(each);
  });

  it('are told when they are read, and at the end of an epoch', async () => {
    const { events } = await runTrainer({ readEvery: 2 });
    expect(events.filter((event) => event.startsWith('batch 1'))).toEqual(['batch 1.2', 'batch 1.3']);
  });

  it.each([1, 2, 3, 7, 8, 9])('are read before the checkpoint of a stop after call %i', async (k) => {
    const stop = { answer: uneven, stopAfterCall: (calls: number) => (calls >= k ? 'SIGTERM' : undefined) };
    const each = await runTrainer(stop);
    const several = await runTrainer({ ...stop, readEvery: 5 });
    expect(told(several)).toEqual(told(each));
    const rest = { position: several.checkpoints.at(-1)!, answer: plain };
    expect(told(await runTrainer({ ...rest, readEvery: 2 }))).toEqual(told(await runTrainer(rest)));
  });

  it('name the step that was not finite', async () => {
    const answer: typeof plain = (name, index, inputs) =>
      index === 7 ? { loss: NaN, correct: 0 } : plain(name, index, inputs);
    await expect(runTrainer({ answer, readEvery: 3 })).rejects.toThrow('train_loss is NaN at epoch 2, step 2 of 3');
  });
});
