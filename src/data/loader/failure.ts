// Errors as plain values, which keep their fields when they are sent between threads.
import { cannot, IsdaError, reasonOf, type FailureDetail } from '../../common/errors.js';

export interface PlainFailure extends Pick<FailureDetail, 'code' | 'place' | 'hint' | 'kind'> {
  /** `cannot …`. */
  readonly message: string;
  readonly stack?: string;
}

/** A failure to read an image. */
export interface ImageFailure extends PlainFailure {
  /** The image's name, which identifies it: threads may report different reasons for the same image. */
  readonly image: string;
}

/** Converts anything thrown while reading an image to plain values. */
export function plainFailure(thrown: unknown, image: string): ImageFailure {
  const { message, code, place, hint, kind } =
    thrown instanceof IsdaError ? thrown : cannot(`read image ${image}`, reasonOf(thrown), { code: 'data/damaged' });
  return { message, image, code, place, hint, kind, stack: thrown instanceof Error ? thrown.stack : undefined };
}

/** Restores the error. */
export function errorOf({ message, code, place, hint, kind, stack }: PlainFailure): IsdaError {
  const error = new IsdaError(message, { code, place, hint, kind });
  if (stack !== undefined) error.stack = stack;
  return error;
}
