// The numbers of threads that TensorFlow uses.
import { cannot } from '../common/errors.js';
import type { Variables } from './settings.js';

/** If a number is absent, TensorFlow uses one thread for each core available to the process. */
export interface EngineThreads {
  /** Threads that share the work of one operation. */
  readonly intraOp?: number;
  /** Operations that run at the same time. */
  readonly interOp?: number;
}

const intraOpVariable = 'TF_NUM_INTRAOP_THREADS';
const interOpVariable = 'TF_NUM_INTEROP_THREADS';
/** Variables with numbers of threads that TensorFlow reads; it ends the process at a negative number. */
const threadVariables = [intraOpVariable, interOpVariable, 'OMP_NUM_THREADS'];

/** Errors: a variable for a number of threads has another value. */
export function checkThreadVariables(environment: Readonly<Variables>): void {
  for (const name of threadVariables) {
    const value = environment[name];
    if (value === undefined || value === '' || /^\d{1,4}$/.test(value)) continue;
    throw cannot('load the engine', `the environment variable ${name} is ${value}, expected a number of threads`, {
      code: 'engine/settings',
      kind: 'usage',
      hint: `set it to 0 (one thread per core) or more, or unset it`,
    });
  }
}

/** Returns the numbers of threads in an environment's variables, which must have been checked. */
export function readThreads(environment: Readonly<Variables>): EngineThreads {
  const [intraOp, interOp] = [intraOpVariable, interOpVariable].map((name) => Number(environment[name] ?? 0));
  return { ...(intraOp > 0 && { intraOp }), ...(interOp > 0 && { interOp }) };
}
