// The content of a checkpoint, and refused checkpoints.
import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/engine/session.js';
import { declare, filledWith } from '../../src/nn/tensors.js';
import { epochStart, matchTensors, parseProgress, readState, writeState } from '../../src/training/state.js';

const kernel = declare('conv.weight', 'parameter', [1, 1, 2, 3], filledWith(0), 'conv');
const matrix = declare('fc.weight', 'parameter', [2, 3], filledWith(0), 'linear');
const count = declare('loss.count', 'state', [2], filledWith(0));
const tensors = [kernel, matrix, count];

/** A session that holds values and no functions. */
function holder(values: ReadonlyMap<string, Float32Array>): { session: Session; values: Map<string, Float32Array> } {
  const held = new Map(values);
  const session: Session = {
    call: () => ({}),
    read: (names) => new Map(names.map((name) => [name, held.get(name)!])),
    write(written) {
      for (const [name, array] of written) held.set(name, array);
    },
    close: () => undefined,
  };
  return { session, values: held };
}

const first = new Map([
  ['conv.weight', Float32Array.of(1, 2, 3, 4, 5, 6)],
  ['fc.weight', Float32Array.of(1, 2, 3, 4, 5, 6)],
  ['loss.count', Float32Array.of(7, 8)],
]);

describe('state', () => {
  it("has PyTorch's shapes and order, and comes back", () => {
    const stored = readState({ session: holder(first).session, tensors });
    expect(stored).toEqual([
      { name: 'conv.weight', shape: [3, 2, 1, 1], data: Float32Array.of(1, 4, 2, 5, 3, 6) },
      { name: 'fc.weight', shape: [3, 2], data: Float32Array.of(1, 4, 2, 5, 3, 6) },
      { name: 'loss.count', shape: [2], data: Float32Array.of(7, 8) },
    ]);
    const { session, values } = holder(new Map());
    writeState({ session, tensors }, stored.toReversed(), 'here');
    expect(values).toEqual(first);
  });

  it.each([NaN, Infinity, -Infinity])('with %f is not kept', (value) => {
    const broken = new Map(first).set('fc.weight', Float32Array.of(1, 2, value, 4, 5, 6));
    expect(() => readState({ session: holder(broken).session, tensors })).toThrow(
      `cannot save a checkpoint: fc.weight contains ${value}`,
    );
  });

  it('of another network is refused', () => {
    const stored = readState({ session: holder(first).session, tensors });
    const match = (changed: typeof stored) => () => matchTensors(tensors, changed, 'a place');
    expect(match(stored.slice(1))).toThrow('cannot load the tensors: conv.weight is missing');
    expect(match([...stored, { ...stored[0], name: 'other' }])).toThrow('other is not part of this network');
    expect(match(stored.with(1, { ...stored[1], shape: [2, 3] }))).toThrow(
      'fc.weight is [2, 3], expected float32 [3, 2]',
    );
    expect(match(stored)).not.toThrow();
  });
});

describe('parseProgress', () => {
  const position = { ...epochStart(3), batch: 4, lossSum: 1.5, wrong: 2, images: 8, seconds: 1, trainingSeconds: 0.5 };

  it('reads what was kept', () => {
    expect(parseProgress(JSON.parse(JSON.stringify(position)), 'here')).toEqual(position);
  });

  it.each([
    undefined,
    'epoch 3',
    { ...position, epoch: 0 },
    { ...position, batch: 1.5 },
    { ...position, wrong: -1 },
    { ...position, lossSum: NaN },
    { ...position, seconds: -1 },
    { ...position, more: 1 },
    { epoch: 3 },
  ])('refuses %j', (value) => {
    expect(() => parseProgress(value, 'here')).toThrow(
      'cannot resume: the checkpoint does not contain the position in the run',
    );
  });
});
