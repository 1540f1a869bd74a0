// Checks for a generator's required inputs.
import { cannot } from '../common/errors.js';
import type { Tensor } from '../engine/tensor.js';
import type { GeneratorInputs } from './generator.js';

/** The labels or codes of a generator that needs them. */
export function requireInput(inputs: GeneratorInputs, part: 'labels' | 'codes'): Tensor {
  const found = inputs[part];
  if (found === undefined) throw cannot('generate images', `the generator needs ${part}`, { code: 'internal' });
  return found;
}
