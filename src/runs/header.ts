// Prints and records the header of a run before its first step.
import { counted, formatCount } from '../common/format.js';
import { epochBatches, realImages } from '../data/batches.js';
import type { Engine } from '../engine/index.js';
import { countParameters } from '../models/cost.js';
import { gitRevision, writeEnvironment } from '../records/environment.js';
import type { Run } from './open-run.js';
import { unofficialText, weightsText } from './origin.js';
import { multiplyAddsOf } from './parts.js';
import type { RunContext } from './run-context.js';

/** Writes environment.json. Returns the differences from the earlier one that may change digits, as text. */
export async function recordEnvironment(
  path: string,
  { device, version, threads }: Engine,
  context: Pick<RunContext, 'version' | 'sourceDirectory' | 'now'>,
): Promise<string> {
  return writeEnvironment(path, {
    isda: context.version,
    engine: `libtensorflow ${version}`,
    device: `${device.kind}: ${device.name}`,
    intraOpThreads: threads.intraOp,
    interOpThreads: threads.interOp,
    gitRevision: await gitRevision(context.sourceDirectory),
    started: new Date(context.now()).toISOString(),
  });
}

/** Returns the warning for a run that resumes in another environment. */
export const environmentText = (changes: string): string =>
  `warning: resumes in another environment, which may change the last digits: ${changes}`;

/** Describes non-default update settings of a run. */
function updateFacts({ optimizer, training }: Run['config']): [string, string][] {
  const { accumulate = 1, batchSize, clipGradNorm, ema } = training;
  const { headLearningRateFactor: factor = 1 } = optimizer;
  const facts = [
    ...(accumulate === 1 ? [] : [`every ${accumulate} batches, ${accumulate * batchSize} images`]),
    ...(clipGradNorm === undefined ? [] : [`gradients clipped to a norm of ${clipGradNorm}`]),
    ...(factor === 1 ? [] : [`last layer at ${factor} times the learning rate`]),
    ...(ema === undefined ? [] : [`average of the weights with decay ${ema.decay}`]),
  ];
  return facts.length === 0 ? [] : [['updates', facts.join('; ')]];
}

/** Describes the requested numbers of threads. */
function threadsFacts({ intraOp, interOp }: Engine['threads']): [string, string][] {
  const words = [
    ...(intraOp === undefined ? [] : [`${intraOp} intra-op`]),
    ...(interOp === undefined ? [] : [`${interOp} inter-op`]),
  ];
  return words.length === 0 ? [] : [['threads', words.join(', ')]];
}

/** Returns the first lines of a run: its network, data and length. */
export function headerLines({ config, parts, splits, engine, position, weights, changes, workers }: Run): string[] {
  const { network, loss } = parts;
  const { train, evaluation, evaluationName, data } = splits;
  const unofficial = unofficialText(config.dataset.name, data);
  const { epochs, batchSize, execution } = config.training;
  const { batches, full } = epochBatches(train, batchSize);
  const parameters = formatCount(countParameters(network));
  const frozen = countParameters(network, ['frozen']);
  const facts = [
    ['experiment', config.experiment],
    [
      'network',
      `${network.name}, ${parameters} parameters${frozen === 0 ? '' : ` (${formatCount(frozen)} frozen)`}, ${formatCount(multiplyAddsOf(parts))} multiply-adds an image`,
    ],
    ['loss', loss.name],
    [
      'data',
      `${train.name}, ${counted(realImages(train), 'training image')}, ${counted(evaluation.count, `${evaluationName} image`)}` +
        (unofficial === undefined ? '' : `; ${unofficial}`),
    ],
    ...(weights === undefined ? [] : [['weights', `from ${weightsText(weights)}`]]),
    ...(train.synthetic === undefined
      ? []
      : [['synthetic', `${train.synthetic.count} images, ${full.synthetic} of the ${batchSize} of a batch`]]),
    ['loading', workers === 0 ? 'in the training thread' : counted(workers, 'worker thread')],
    ['device', `${engine.device.kind} (${engine.device.name}), ${execution}`],
    ...threadsFacts(engine.threads),
    ...updateFacts(config),
    ['steps', `${counted(epochs, 'epoch')} x ${batches} = ${epochs * batches}, batch ${batchSize}`],
  ];
  const lines = facts.map(([name, value]) => `${name.padEnd(11)} ${value}`);
  lines.push(...(splits.notes ?? []).map((note) => `warning: ${note}`));
  lines.push(...(parts.schedule.warnings?.(epochs) ?? []).map((warning) => `warning: ${warning}`));
  lines.push(...changes);
  if (position.epoch > epochs) lines.push('complete already; use another --out or seed for a new run');
  else if (position.epoch > 1 || position.batch > 0) {
    lines.push(`resuming in epoch ${position.epoch} after ${position.batch} of ${batches} batches`);
  }
  return lines;
}
