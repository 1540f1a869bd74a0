// Every loss of Table 3 against float64 reference values: loss and gradients, in both execution modes.
import { describe, it } from 'vitest';
import { expectClose } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';
import { lossReference, lossRunner, transposed, type LossCase, type ReferenceLoss } from './support.js';

const runLoss = lossRunner(testEngine());
const { weight, bias, batches, centers, others } = lossReference;
const [, , { features, labels }] = batches;
const centerLearningRate = 0.25;

/** The options, scalars and state of a reference, by the first word of its name. */
function settings(name: string, params: ReferenceLoss['params']): Pick<LossCase, 'options' | 'scalars' | 'state'> {
  const number = (key: string): number => Number(params[key]);
  switch (name.split(' ')[0]) {
    case 'crossEntropy':
      return { options: { name: 'cross-entropy' } };
    case 'focal':
      return { options: { name: 'focal', alpha: number('alpha'), gamma: number('gamma') } };
    case 'lq':
      return { options: { name: 'lq', q: number('q'), truncation: 0 } };
    case 'truncated':
      return { options: { name: 'lq', q: number('q'), truncation: number('k') } };
    case 'center':
      return {
        options: { name: 'center', weight: number('weight'), centerLearningRate: 0.5 },
        scalars: { centerLearningRate },
        state: { 'loss.centers': centers },
      };
    case 'largeMargin': {
      const margin = number('m');
      const lambdas = { lambda0: 1000, lambdaDecay: 1e-5, lambdaPower: 45, lambdaMin: 0 };
      return { options: { name: 'large-margin', margin, ...lambdas }, scalars: { lambda: number('lambda') } };
    }
    default:
      throw new Error(`no loss for ${name}`);
  }
}

describe.each(executions)('%s', (execution) => {
  it.each(Object.entries(others))('%s matches the reference', (name, reference) => {
    const { options, scalars, state } = settings(name, reference.params);
    const result = runLoss(execution, { options, scalars, state, features, labels, weight, bias });
    expectClose([result.loss], [reference.loss], 'loss');
    expectClose(result.dFeatures, reference.dFeatures.flat(), 'dFeatures');
    expectClose(result.dWeight, transposed(reference.dWeight).flat(), 'dWeight');
    expectClose(result.dBias, reference.dBias ?? bias.map(() => 0), 'dBias');
    if (reference.dCenters === undefined) return;
    // The reference's gradient contains the weight of the loss; the step of the centres does not.
    const factor = centerLearningRate / Number(reference.params.weight);
    const slopes = reference.dCenters.flat();
    const moved = centers.flat().map((value, index) => value - factor * slopes[index]);
    expectClose(result.state['loss.centers'], moved, 'centres');
  });
});
