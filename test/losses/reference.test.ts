// Every loss of Table 3 against float64 reference values: loss and gradients, in both kinds of execution.
import { describe, it } from 'vitest';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';
import { expectClose, lossReference, runLoss, transposed, type LossCase, type ReferenceLoss } from './support.js';

const engine = testEngine();
const { weight, bias, batches, others } = lossReference;
const [, , { features, labels }] = batches;

/** The options, scalars and state of a reference, by the first word of its name. */
function settings(name: string, params: ReferenceLoss['params']): Pick<LossCase, 'options' | 'scalars' | 'state'> {
  const number = (key: string): number => Number(params[key]);
  switch (name.split(' ')[0]) {
    case 'crossEntropy':
      return { options: { name: 'cross-entropy' } };
    case 'focal':
      return { options: { name: 'focal', alpha: number('alpha'), gamma: number('gamma') } };
    default:
      throw new Error(`no loss for ${name}`);
  }
}

const cases = Object.entries(others).filter(([name]) => /^(crossEntropy|focal)/.test(name));

describe.each(executions)('%s', (execution) => {
  it.each(cases)('%s', (name, reference) => {
    const { options, scalars, state } = settings(name, reference.params);
    const result = runLoss(engine, execution, { options, scalars, state, features, labels, weight, bias });
    expectClose([result.loss], [reference.loss], 'loss');
    expectClose(result.dFeatures, reference.dFeatures.flat(), 'dFeatures');
    expectClose(result.dWeight, transposed(reference.dWeight).flat(), 'dWeight');
    expectClose(result.dBias, reference.dBias ?? bias.map(() => 0), 'dBias');
  });
});
