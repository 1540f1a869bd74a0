// AutoAugment: one random sub-policy per image, each of its two operations with its own probability.
import type { RandomStream } from '../../../common/random.js';
import { imageBytes, type ImageFormat } from '../../image-format.js';
import type { Transform } from '../transform.js';
import type { Operation } from './operation.js';
import { operations, type OperationKind } from './operations.js';
import type { Step, SubPolicy } from './policy.js';

/** Draws an operation; undefined if it is not applied. */
type Draw = (random: RandomStream) => Operation | undefined;

function createDraw([probability, name, index]: Step, format: ImageFormat): Draw {
  const { create, magnitude, signed }: OperationKind = operations[name];
  const positive = create(format, magnitude(index));
  const negative = signed ? create(format, -magnitude(index)) : positive;
  return (random) => {
    if (random.uniform() >= probability) return undefined;
    return signed && random.uniform() < 0.5 ? negative : positive;
  };
}

/** Creates a transform that applies a random sub-policy of `policy`, all equally likely. */
export function createAutoAugment(policy: readonly SubPolicy[], format: ImageFormat): Transform {
  const draws = policy.map(([first, second]) => [createDraw(first, format), createDraw(second, format)] as const);
  const size = imageBytes(format);
  const between = new Uint8Array(size);
  return (source, sourceOffset, target, targetOffset, random) => {
    const [drawFirst, drawSecond] = draws[random.integer(draws.length)];
    const first = drawFirst(random);
    const second = drawSecond(random);
    if (first && second) {
      first(source, sourceOffset, between, 0);
      second(between, 0, target, targetOffset);
      return;
    }
    const only = first ?? second;
    if (only) only(source, sourceOffset, target, targetOffset);
    else target.set(source.subarray(sourceOffset, sourceOffset + size), targetOffset);
  };
}
