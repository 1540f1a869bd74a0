// Squeeze-excitation (Hu et al., 2018): channel weights computed from all channels.
import { matMul, mean, mul, relu, reshape, sigmoid } from '../engine/ops/index.js';
import { readAs, type Layer } from './layer.js';
import { declare, uniformWithin, type TensorDeclaration } from './tensors.js';

/** Multiplies x [N, H, W, channels] by sigmoid(W2 relu(W1 mean over H, W)), with channels / reduction hidden units. */
export function squeezeExcitation(name: string, channels: number, reduction: number): Layer {
  const units = Math.floor(channels / reduction);
  const matrix = (part: string, inputs: number, outputs: number): TensorDeclaration =>
    declare(`${name}.${part}.weight`, 'parameter', [inputs, outputs], uniformWithin(1 / Math.sqrt(inputs)), 'linear');
  const squeeze = matrix('fc.0', channels, units);
  const excite = matrix('fc.2', units, channels);
  return {
    tensors: [squeeze, excite],
    apply(x, { program }) {
      const hidden = relu(matMul(mean(x, [1, 2]), readAs(program, squeeze, x.dtype)));
      const gate = sigmoid(matMul(hidden, readAs(program, excite, x.dtype)));
      return mul(x, reshape(gate, [x.shape[0], 1, 1, channels]));
    },
  };
}
