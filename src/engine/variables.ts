// Checks of the variables that a program reads and assigns.
import { cannot, type IsdaError } from '../common/errors.js';
import { isTensor, type Tensor, type Variable } from './tensor.js';
import { describeSpec, sameShape } from './types.js';

/** Returns the error for a variable that the session does not have. */
export const undeclared = (name: string): IsdaError =>
  cannot(`use the variable ${name}`, 'it is not among the declared tensors', {
    code: 'engine/graph',
    hint: 'declare it in `tensors` of the loss or network, or in `state` of the optimizer',
  });

/** Errors: the value assigned to a variable is not a tensor, or has another shape or type. */
export function requireFit({ name, shape }: Variable, value: Tensor): void {
  const expected = describeSpec({ dtype: 'float32', shape });
  // Checked at run time, since users' files are JavaScript.
  const given = value as unknown;
  if (!isTensor(given)) {
    const reason = `the value is ${typeof given === 'number' ? `the number ${given}` : 'not a tensor'}, expected ${expected}`;
    throw cannot(`assign ${name}`, reason, { code: 'engine/shape' });
  }
  if (value.dtype === 'float32' && sameShape(value.shape, shape)) return;
  throw cannot(`assign ${name}`, `the value is ${describeSpec(value)}, expected ${expected}`, { code: 'engine/shape' });
}
