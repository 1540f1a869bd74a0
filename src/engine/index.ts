// The engine's front: sessions over TensorFlow on a device.
import { tmpdir } from 'node:os';
import type { Binding } from './binding.js';
import { createCapturedSession } from './captured-session.js';
import { createEagerSession } from './eager-session.js';
import type { Variable } from './program.js';
import type { Execution, Session, SessionFunction } from './session.js';

export interface Engine {
  readonly binding: Binding;
  createSession(
    execution: Execution,
    variables: readonly Variable[],
    functions: readonly SessionFunction[],
  ): Session;
}

/** An engine on a loaded binding. */
export function createEngine(binding: Binding, temporaryDirectory: string = tmpdir()): Engine {
  return {
    binding,
    createSession: (execution, variables, functions) =>
      execution === 'eager'
        ? createEagerSession(binding, variables, functions)
        : createCapturedSession(binding, variables, functions, temporaryDirectory),
  };
}
