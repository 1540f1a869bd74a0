// Errors as plain values, which keep their fields when they are sent between threads.
import { cannot, IsdaError, reasonOf, type FailureDetail } from '../../common/errors.js';

export interface PlainFailure extends Pick<FailureDetail, 'code' | 'place' | 'hint' | 'kind'> {
  /** `cannot …`. */
  readonly message: string;
  readonly stack?: string;
}

/** Converts anything thrown while reading an image to plain values. */
export function plainFailure(thrown: unknown, image: string): PlainFailure {
  const { message, code, place, hint, kind } =
    thrown instanceof IsdaError ? thrown : cannot(`read image ${image}`, reasonOf(thrown), { code: 'data/damaged' });
  return { message, code, place, hint, kind, stack: thrown instanceof Error ? thrown.stack : undefined };
}

/** Restores the error. */
export function errorOf({ message, stack, ...detail }: PlainFailure): IsdaError {
  const error = new IsdaError(message, detail);
  if (stack !== undefined) error.stack = stack;
  return error;
}
