// Trains all generators of a config: one, or one per class, each in its own folder.
import { join } from 'node:path';
import { cannot } from '../../common/errors.js';
import type { GanConfig } from '../../config/gan.js';
import type { ImageSource } from '../../data/source.js';
import type { Engine } from '../../engine/index.js';
import { classFolder } from '../../gan/generator-files.js';
import type { RunOptions } from '../run-context.js';
import { classNumber } from './classes.js';
import { completeSummary, loadGanData, realImages, requireOwnGan, runGan, type GanContext } from './run.js';
import type { GanSummary } from './summary.js';

interface GeneratorsOptions extends RunOptions {
  /** The only class to train a generator for, by name or number. */
  readonly only?: string;
}

interface TrainedGenerator extends GanSummary {
  readonly folder: string;
}

/** Returns the config of one class's generator: that of a run on this class alone. */
const ofClass = (config: GanConfig, label: number): GanConfig => {
  const gan = 'perClass' in config.gan ? { ...config.gan, perClass: false } : config.gan;
  return { ...config, gan, dataset: { ...config.dataset, classes: [label] } };
};

interface GeneratorRun {
  readonly config: GanConfig;
  readonly out: string;
}

/** Returns the configs to train, each with its folder. */
function runsOf(config: GanConfig, { out, only }: GeneratorsOptions, data: ImageSource): readonly GeneratorRun[] {
  const { gan, dataset } = config;
  if (!('perClass' in gan) || !gan.perClass) {
    if (only === undefined) return [{ config, out }];
    throw cannot('train the generator of one class', 'the config has one generator for all classes', {
      code: 'option/conflict',
      kind: 'usage',
      hint: 'leave out --class, or set gan.perClass=true where gan.name is wgan',
    });
  }
  const classes = dataset.classes ?? data.classNames.map((_, label) => label);
  const chosen = only === undefined ? classes : [classNumber(only, data)];
  return chosen.map((label) => ({ config: ofClass(config, label), out: join(out, classFolder(label)) }));
}

/**
 * Trains the unfinished generators of a config, one after the other. Errors: all that can go wrong; `stopped` after a
 * signal.
 */
export async function trainGenerators(
  config: GanConfig,
  options: GeneratorsOptions,
  context: GanContext,
): Promise<TrainedGenerator[]> {
  const splits = await loadGanData(config, context);
  let opened: Promise<Engine> | undefined;
  const engine = (): Promise<Engine> => (opened ??= context.openEngine(config.training));
  const trained: TrainedGenerator[] = [];
  const print = (line: string): void => void context.stream.write(`${line}\n`);
  const runs = runsOf(config, options, splits.train);
  const completeOf = async (run: GeneratorRun, warn: (line: string) => void): Promise<GanSummary | undefined> => {
    await requireOwnGan(run.config, { ...options, out: run.out });
    return options.resume ? completeSummary(run.config, run.out, splits, warn) : undefined;
  };
  // One that cannot be trained is found before the others are.
  for (const run of runs) {
    realImages(run.config, splits.train);
    await completeOf(run, () => undefined);
  }
  for (const run of runs) {
    const complete = await completeOf(run, print);
    if (complete !== undefined) print(`complete already: ${run.out}`);
    const summary = complete ?? (await runGan(run.config, { ...options, out: run.out }, { splits, engine }, context));
    trained.push({ folder: run.out, ...summary });
  }
  return trained;
}
