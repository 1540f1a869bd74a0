// The engine of this machine, which `npm test` has set up, loaded once for each test file.
import { loadBinding } from '../../src/engine/binding.js';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { cacheHome } from '../../src/common/home.js';
import { findEngine } from '../../src/engine/setup/location.js';

export function testEngine(): Engine {
  const { found, missing } = findEngine({ home: cacheHome(process.env), environment: process.env, build: 'cpu' });
  if (found === undefined) throw new Error(`${missing}: run \`npm test\`, or \`node bin/isda.js setup\``);
  return createEngine(loadBinding(found, 'cpu'), { kind: 'cpu', name: 'cpu' });
}
