// The engine of this machine, which `npm test` has set up, loaded once for each test file.
import { loadBinding } from '../../src/engine/binding.js';
import { resolveDevice } from '../../src/engine/devices.js';
import { createEngine, type Engine, type EngineOptions } from '../../src/engine/index.js';
import { defaultSettings } from '../../src/engine/settings.js';
import { cacheHome } from '../../src/common/home.js';
import { findEngine } from '../../src/install/location.js';

/**
 * The engine on the CPU, or, with ISDA_TEST_DEVICE=cuda, on the GPU with full float32 precision (no TF32).
 * `deterministic`: with the forms of `training.deterministic`.
 */
export function testEngine(options: Pick<EngineOptions, 'deterministic'> = {}): Engine {
  const device = process.env.ISDA_TEST_DEVICE === 'cuda' ? 'cuda' : 'cpu';
  const onlyDeterministic = process.env.ISDA_TEST_DETERMINISTIC === '1';
  const { found, missing } = findEngine({ home: cacheHome(process.env), environment: process.env, build: device });
  if (found === undefined) throw new Error(`${missing}: run \`npm test\`, or \`node bin/isda.js setup\``);
  const binding = loadBinding(found, device, process.env, {
    ...defaultSettings,
    tf32: device === 'cpu',
    deterministic: onlyDeterministic,
  });
  const forms = { deterministic: onlyDeterministic && device === 'cuda', ...options };
  return createEngine(binding, resolveDevice(device, binding, process.env), forms);
}
