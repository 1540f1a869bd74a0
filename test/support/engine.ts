// The engine of this machine, loaded once for each test file.
import { loadBinding } from '../../src/engine/binding.js';
import { createEngine, type Engine } from '../../src/engine/index.js';

export function testEngine(): Engine {
  return createEngine(loadBinding({ bindingPath: '/tmp/w/eng/tfjs_binding.node' }));
}
