// Builds the parts of a run from its config: network, loss, optimizer, image format.
import { cannot } from '../common/errors.js';
import type { ExperimentConfig } from '../config/schema.js';
import { isImageFolder } from '../data/options.js';
import { datasetShape, type DataPlaces, type DatasetShape } from '../data/registry.js';
import { createLoss } from '../losses/registry.js';
import { forwardCost } from '../models/cost.js';
import { createNetwork } from '../models/registry.js';
import { withFrozen } from '../models/frozen.js';
import type { Network } from '../models/network.js';
import { withZeroBias } from '../models/zero-bias.js';
import { withAccumulation } from '../optimizers/accumulation.js';
import { withEma } from '../optimizers/ema.js';
import { withHeadRate } from '../optimizers/head-rate.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { createOptimizer } from '../optimizers/registry.js';
import { mixingOf } from '../training/mixing.js';
import { createSchedule } from '../training/schedules/registry.js';
import type { Schedule } from '../training/schedules/schedule.js';
import { loadMetrics } from './own-metrics.js';
import { loadOptimizer } from './own-optimizer.js';
import { loadSchedule } from './own-schedule.js';
import { loadLoss, loadNetwork, requireDistinctNames, requireSoftTargets } from './modules.js';
import { sessionTensors, type StepParts } from '../training/step.js';

/** Returns the config with the number of classes of its images, if it depends on them: all that a network needs. */
export function withClasses(config: ExperimentConfig, classes: number): ExperimentConfig {
  const { dataset } = config;
  return isImageFolder(dataset) ? { ...config, dataset: { ...dataset, classes } } : config;
}

/** The parts for using a trained network, without its loss, whose file may be missing or untrusted. */
export type NetworkParts = Pick<StepParts, 'network' | 'format' | 'precision' | 'averages'>;

/** The parts of a run: those of its steps, and its learning-rate schedule. */
export type RunParts = StepParts & { readonly schedule: Schedule };

/** Builds the network of a config, as `buildParts` does. Custom networks are loaded, custom losses are not. */
export async function buildNetwork(
  config: ExperimentConfig,
  images?: DatasetShape | DataPlaces,
): Promise<NetworkParts> {
  const shape = images !== undefined && 'classes' in images ? images : await datasetShape(config.dataset, images);
  const { height, width, channels, mean, std, classes } = shape;
  const format = { height, width, channels, mean, std };
  const input = { ...format, classes };
  const { model } = config;
  const whole = model.name === 'custom' ? await loadNetwork(model, input) : createNetwork(model, input);
  const network = model.freeze === undefined ? whole : withFrozen(whole, model.freeze);
  return { network, format, precision: config.training.precision, averages: config.training.ema !== undefined };
}

/**
 * Builds network, loss, optimizer and schedule of a config for images of a shape: the given one of loaded data, else
 * the shape known from the places where the data may be, or from the config alone. No image is read, but custom modules
 * are loaded.
 */
export async function buildParts(config: ExperimentConfig, images?: DatasetShape | DataPlaces): Promise<RunParts> {
  const { network: built, format, precision, averages } = await buildNetwork(config, images);
  const { loss: lossOptions } = config;
  const loss = lossOptions.name === 'custom' ? await loadLoss(lossOptions, built) : createLoss(lossOptions, built);
  const network = loss.withoutBias === true ? withZeroBias(built) : built;
  const optimizer = await optimizerOf(config, network);
  const schedule = await scheduleOf(config);
  requireDistinctNames(sessionTensors({ network, loss, optimizer, averages: averages ?? false }));
  const mixing = mixingOf(config.augmentation, format);
  if (mixing !== undefined) requireSoftTargets(loss, lossOptions);
  const { accumulate = 1, clipGradNorm: maxNorm, metrics } = config.training;
  const ownMetrics = metrics && (await loadMetrics(metrics, network.classes));
  const measured = { averages, ...(ownMetrics && { ownMetrics }) };
  const parts = {
    network,
    loss,
    optimizer,
    schedule,
    format,
    precision,
    ...measured,
    maxNorm,
    accumulates: accumulate > 1,
  };
  return mixing === undefined ? parts : { ...parts, mixing };
}

/** Errors (usage): the last layer, which has a learning rate of its own, is frozen. */
function requireTrainedHead({ weight, bias }: Network['classifier']): void {
  if ([weight, bias].some(({ role }) => role === 'parameter')) return;
  throw cannot('set the learning rate of the last layer', `${weight.name} and ${bias.name} are frozen`, {
    code: 'config/invalid',
    kind: 'usage',
    place: 'optimizer.headLearningRateFactor',
    hint: `leave it out, or end model.freeze with ${JSON.stringify(`!${weight.name}`)}`,
  });
}

/** Creates the optimizer of a config with its wrappers: learning rate of the last layer, averages, accumulation. */
async function optimizerOf(
  { optimizer: options, training }: ExperimentConfig,
  { classifier }: Network,
): Promise<Optimizer> {
  const { headLearningRateFactor: factor = 1 } = options;
  const { accumulate = 1, ema } = training;
  const head = new Set([classifier.weight.name, classifier.bias.name]);
  if (factor !== 1) requireTrainedHead(classifier);
  const plain = options.name === 'custom' ? await loadOptimizer(options) : createOptimizer(options);
  const stepping = factor === 1 ? plain : withHeadRate(plain, head, factor);
  const averaging = ema === undefined ? stepping : withEma(stepping, ema);
  return accumulate === 1 ? averaging : withAccumulation(averaging);
}

/** Creates the learning-rate schedule of a config. */
async function scheduleOf({ schedule, optimizer: { learningRate } }: ExperimentConfig): Promise<Schedule> {
  return schedule.name === 'custom' ? loadSchedule(schedule, learningRate) : createSchedule(schedule, learningRate);
}

/** Returns the multiply-adds of the network's forward pass on one image. */
export function multiplyAddsOf({ network, format }: StepParts): number {
  const { height, width, mean } = format;
  return forwardCost(network, { height, width, channels: mean.length, classes: network.classes }).multiplyAdds;
}
