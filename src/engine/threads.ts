// The numbers of threads that TensorFlow computes with.
import { cannot } from '../common/errors.js';
import type { Variables } from './settings.js';

/** Where one is absent, TensorFlow takes as many as there are cores that the process may use. */
export interface EngineThreads {
  /** Threads that share the work of one operation. */
  readonly intraOp?: number;
  /** Operations at once. */
  readonly interOp?: number;
}

const intraOpVariable = 'TF_NUM_INTRAOP_THREADS';
const interOpVariable = 'TF_NUM_INTEROP_THREADS';
/** The variables with numbers of threads that TensorFlow reads; it ends the process at a negative one. */
const threadVariables = [intraOpVariable, interOpVariable, 'OMP_NUM_THREADS'];

/** Errors: a variable with a number of threads holds anything else. */
export function checkThreadVariables(environment: Readonly<Variables>): void {
  for (const name of threadVariables) {
    const value = environment[name];
    if (value === undefined || value === '' || /^\d{1,4}$/.test(value)) continue;
    throw cannot('load the engine', `the environment variable ${name} is ${value}, expected a number of threads`, {
      code: 'engine/settings',
      kind: 'usage',
      hint: `set it to 0 (as many as there are cores) or more, or unset it`,
    });
  }
}

/** The numbers of threads that an environment's variables ask for; they have been checked. */
export function readThreads(environment: Readonly<Variables>): EngineThreads {
  const [intraOp, interOp] = [intraOpVariable, interOpVariable].map((name) => Number(environment[name] ?? 0));
  return { ...(intraOp > 0 && { intraOp }), ...(interOp > 0 && { interOp }) };
}
