// `isda setup`: gets TensorFlow's library and compiles the binding, or says that all is there.
import { Option } from 'commander';
import { cacheHome } from '../common/home.js';
import { ensureEngine } from '../engine/setup/ensure.js';
import type { EngineLocation } from '../engine/setup/location.js';
import type { EngineBuild } from '../engine/setup/wheels.js';
import type { RegisterCommand } from './context.js';

interface SetupOptions {
  readonly force?: boolean;
  readonly build?: EngineBuild;
  readonly json?: boolean;
}

/** One line about an engine, such as `TensorFlow 2.21.0 for the CPU (download)`. */
export function describeEngine(engine: EngineLocation): string {
  const device = engine.build === 'cuda' ? 'CUDA and the CPU' : 'the CPU';
  return `TensorFlow ${engine.version} for ${device} (${engine.source})`;
}

export const registerSetup: RegisterCommand = (program, context) => {
  program
    .command('setup')
    .description('get the engine: libtensorflow and the binding compiled against it')
    .option('--force', 'make it anew even where it is there')
    .addOption(
      new Option('--build <build>', 'default: cuda where an NVIDIA driver is present').choices(['cpu', 'cuda']),
    )
    .option('--json', 'print the engine as JSON')
    .action(async (options: SetupOptions) => {
      const started = context.now();
      const seconds = (): string => ((context.now() - started) / 1000).toFixed(1);
      const engine = await ensureEngine({
        home: cacheHome(context.environment),
        environment: context.environment,
        force: options.force,
        build: options.build,
        log: (line) => context.stderr.write(`[${seconds().padStart(5)} s] ${line}\n`),
      });
      const text = options.json
        ? JSON.stringify(engine, undefined, 2)
        : `engine ready: ${describeEngine(engine)}\n  ${engine.directory}`;
      context.stdout.write(`${text}\n`);
    });
};
