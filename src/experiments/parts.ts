// From a config to the parts of a run: network, loss, optimizer, image format.
import type { ExperimentConfig } from '../config/schema.js';
import { datasetShape } from '../data/registry.js';
import { createLoss } from '../losses/registry.js';
import { forwardCost } from '../models/cost.js';
import { createNetwork } from '../models/registry.js';
import { withZeroBias } from '../models/zero-bias.js';
import { loadLoss, loadNetwork } from './modules.js';
import type { StepParts } from '../training/step.js';

/** The network, loss and optimizer of a config; no data is read, but a user's own files are loaded. */
export async function buildParts(config: ExperimentConfig): Promise<StepParts> {
  const format = datasetShape(config.dataset.name);
  const { model, loss: lossOptions } = config;
  const built = model.name === 'custom' ? await loadNetwork(model, format) : createNetwork(model, format);
  const loss = lossOptions.name === 'custom' ? await loadLoss(lossOptions, built) : createLoss(lossOptions, built);
  const network = loss.withoutBias === true ? withZeroBias(built) : built;
  return { network, loss, optimizer: config.optimizer, format, precision: config.training.precision };
}

/** Multiply-adds of the network's forward pass on one image. */
export function multiplyAddsOf({ network, format }: StepParts): number {
  const { height, width, mean } = format;
  return forwardCost(network, { height, width, channels: mean.length, classes: network.classes }).multiplyAdds;
}
