// `isda setup`: installs TensorFlow's library and compiles the binding; packs bundles for machines without a network.
import { resolve } from 'node:path';
import { Option } from 'commander';
import { formatBytes } from '../../common/format.js';
import { cacheHome } from '../../common/home.js';
import { checkVariables } from '../../engine/environment.js';
import { makeBundle } from '../../install/bundle/pack.js';
import { ensureFromBundle } from '../../install/bundle/unpack.js';
import { tryBinding } from '../../install/compile.js';
import { ensureEngine } from '../../install/ensure.js';
import type { EngineLocation, EngineSetupOptions } from '../../install/location.js';
import type { EngineBuild } from '../../install/wheels.js';
import type { CommandContext, RegisterCommand } from '../context.js';
import { example } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { countArgument } from '../options.js';
import { printJson } from '../terminal/table.js';

interface SetupOptions {
  readonly force?: boolean;
  readonly build?: EngineBuild;
  readonly bundle?: string;
  readonly partSize?: number;
  /** False where NVIDIA's libraries stay behind. */
  readonly libraries: boolean;
  readonly fromBundle?: string;
  readonly json?: boolean;
}

/** One line about an engine, such as `TensorFlow 2.21.0 for the CPU (download)`. */
export function describeEngine(engine: EngineLocation): string {
  const device = engine.build === 'cuda' ? 'CUDA and the CPU' : 'the CPU';
  return `TensorFlow ${engine.version} for ${device} (${engine.source})`;
}

/** Returns an engine that loads in this environment. Errors: it does not, as with libraries of another system. */
async function loadable(engine: EngineLocation, environment: CommandContext['environment']): Promise<EngineLocation> {
  checkVariables(environment, engine.libraryPath);
  await tryBinding(engine.bindingPath, { ...environment, CUDA_VISIBLE_DEVICES: '-1' });
  return engine;
}

async function packInto(
  out: string,
  options: SetupOptions,
  engine: EngineSetupOptions,
): Promise<readonly [unknown, string]> {
  const manifest = await makeBundle(
    {
      out,
      node: { path: process.execPath, version: process.version },
      partBytes: options.partSize === undefined ? undefined : options.partSize * 2 ** 20,
      withoutLibraries: !options.libraries,
      log: engine.log,
    },
    engine,
  );
  const packed = manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
  const parts = manifest.parts.length === 1 ? 'one part' : `${manifest.parts.length} parts`;
  const lines = [
    `bundle packed: ${formatBytes(packed)} in ${parts}, ${formatBytes(manifest.bytes)} unpacked`,
    `  ${out}`,
    `  on the other machine: sh install.sh FOLDER (glibc ${manifest.glibc} or newer), then FOLDER/isda`,
  ];
  return [manifest, lines.join('\n')];
}

async function setUp(options: SetupOptions, context: CommandContext): Promise<void> {
  const started = context.clock();
  const seconds = (): string => ((context.clock() - started) / 1000).toFixed(1);
  const path = (folder: string): string => resolve(context.workingDirectory, folder);
  const engineOptions: EngineSetupOptions = {
    home: cacheHome(context.environment),
    environment: context.environment,
    force: options.force,
    build: options.build,
    log: (line) => context.stderr.write(`[${seconds().padStart(5)} s] ${line}\n`),
  };
  const ready = (engine: EngineLocation): readonly [unknown, string] => [
    engine,
    `engine ready: ${describeEngine(engine)}\n  ${engine.directory}`,
  ];
  const [result, text] =
    options.bundle !== undefined
      ? await packInto(path(options.bundle), options, engineOptions)
      : options.fromBundle !== undefined
        ? ready(await ensureFromBundle(path(options.fromBundle), engineOptions))
        : ready(await loadable(await ensureEngine(engineOptions), context.environment));
  if (options.json === true) printJson(context, result);
  else context.stdout.write(`${text}\n`);
}

export const registerSetup: RegisterCommand = (program, context) => {
  const command = program
    .command('setup')
    .addHelpText('after', example('--bundle bundle'))
    .description('install the engine: libtensorflow and the binding compiled against it')
    .option('--force', 'reinstall it even if it is present')
    .addOption(new Option('--build <build>', 'default: cuda if an NVIDIA driver is present').choices(['cpu', 'cuda']))
    .option('--bundle <dir>', 'pack isda, the engine and Node.js into DIR, for a machine without a network')
    .option('--part-size <mib>', 'split the bundle into parts of at most this many MiB', countArgument)
    .option('--no-libraries', "leave out NVIDIA's libraries, if the machine has CUDA 12 and cuDNN 9")
    .option('--from-bundle <dir>', 'install the engine from a bundle; isda and Node.js are already installed')
    .option('--json', 'print the engine, or the manifest of the bundle, as JSON');
  withOptionRules(command, {
    '--bundle': { excludes: ['--from-bundle', '--force'] },
    '--part-size': { needs: '--bundle' },
    '--no-libraries': { needs: '--bundle' },
    // The bundle says which build it holds.
    '--from-bundle': { excludes: ['--build'] },
  }).action((options: SetupOptions) => setUp(options, context));
};
