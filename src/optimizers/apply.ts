// An optimizer's step on all parameters: gradients, optional accumulation and clipping, then updates.
import { cannot } from '../common/errors.js';
import { gradients, withoutGradient } from '../engine/gradients.js';
import { packed } from '../engine/packs.js';
import { clamp } from '../engine/ops/index.js';
import { detach, type Tensor } from '../engine/tensor.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import { accumulated, type GroupedBatch } from './accumulation.js';
import { clippedByNorm } from './clipping.js';
import { vectorOf, type Optimizer } from './optimizer.js';

interface OptimizerStep {
  readonly parameters: readonly TensorDeclaration[];
  /** The batch as part of its group, if several batches make one update. */
  readonly group?: GroupedBatch | undefined;
  /** Maximum norm of all gradients together. */
  readonly maxNorm?: number | undefined;
  /** The optimizer's scalars, by name. */
  readonly scalars: Readonly<Record<string, Tensor>>;
  /** Parameters are clipped to ± `clip` after the step. */
  readonly clip?: number;
}

/** Parameters that are updated together (a pack's vector, or one parameter) with their gradient. */
interface ParameterGradient {
  readonly parameter: TensorDeclaration;
  readonly gradient: Tensor;
}

/** Errors: no parameter influences the loss through operations with a gradient. */
function requireGradient(loss: Tensor): void {
  if (loss.needsGradient) return;
  throw cannot('differentiate', 'the loss has no gradient with respect to any parameter, so nothing would be trained', {
    code: 'module/unusable',
    hint: withoutGradient,
  });
}

/** Returns the gradients of `loss`; the parameters of a pack have one joint gradient. */
function parameterGradients(loss: Tensor, parameters: readonly TensorDeclaration[]): ParameterGradient[] {
  const { program } = loss;
  requireGradient(loss);
  const found = gradients(
    loss,
    parameters.map((parameter) => program.read(parameter)),
  );
  const gradientOf = new Map(parameters.map(({ name }, index) => [name, found[index]]));
  const packs = program.packs.filter(({ parts }) => parts.every(({ name }) => gradientOf.has(name)));
  const joined = new Set(packs.flatMap(({ parts }) => parts.map(({ name }) => name)));
  const together = packs.map((pack) => {
    const values = pack.parts.map(({ name }) => gradientOf.get(name)!);
    return { parameter: vectorOf(pack), gradient: packed(program, pack, values) };
  });
  const alone = parameters.filter(({ name }) => !joined.has(name));
  return [...together, ...alone.map((parameter) => ({ parameter, gradient: gradientOf.get(parameter.name)! }))];
}

/** Returns the gradients for an update; empty if a later batch of the group makes it. */
function updateGradients(
  computed: readonly ParameterGradient[],
  { group, maxNorm }: OptimizerStep,
): readonly ParameterGradient[] {
  const whole =
    group === undefined
      ? computed
      : computed.flatMap(({ parameter, gradient }) => {
          const total = accumulated(parameter, gradient, group);
          return total === undefined ? [] : [{ parameter, gradient: total }];
        });
  if (maxNorm === undefined || whole.length === 0) return whole;
  const clipped = clippedByNorm(
    whole.map(({ gradient }) => gradient),
    maxNorm,
  );
  return whole.map(({ parameter }, index) => ({ parameter, gradient: clipped[index] }));
}

/** Updates every parameter by one step that reduces `loss`; the parameters of a pack are updated together. */
export function applyOptimizer(optimizer: Optimizer, loss: Tensor, step: OptimizerStep): void {
  const { program } = loss;
  const { parameters, scalars, clip } = step;
  for (const { parameter, gradient } of updateGradients(parameterGradients(loss, parameters), step)) {
    optimizer.update({ program, parameter, value: program.read(parameter), gradient, scalars });
    if (clip !== undefined) program.assign(parameter, clamp(detach(program.read(parameter)), -clip, clip));
  }
}
