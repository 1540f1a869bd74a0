// ACGAN's networks (paper, section 5; Odena et al., 2017).
import { relu as reluOp } from '../engine/ops/index.js';
import { sequence } from '../nn/layer.js';
import { linear } from '../nn/layers.js';
import type { Generator } from './generator.js';
import { given } from './given.js';
import { asPixel, enlargeNormalised, enlargeToImage, joined, project } from './layers.js';
import type { AcganOptions } from './options.js';

/** noise and label → fully connected 8w → 4w·4·4 → 2w·8·8 → w·16·16 → 3·32·32, w = 48. */
export function createAcganGenerator({ noise, generatorWidth: width }: AcganOptions, classes: number): Generator {
  const first = linear('generator.fc1', noise + classes, 8 * width);
  const layers = sequence(
    project(2, 4, { inputs: 8 * width, outputs: 4 * width }),
    enlargeNormalised(3, { inputs: 4 * width, outputs: 2 * width }),
    enlargeNormalised(4, { inputs: 2 * width, outputs: width }),
    enlargeToImage(5, width),
  );
  return {
    noise,
    classes,
    codes: 0,
    tensors: [...first.tensors, ...layers.tensors],
    image(inputs, pass) {
      const vector = joined({ noise: inputs.noise, labels: given(inputs, 'labels') }, classes);
      return layers.apply(asPixel(reluOp(first.apply(vector, pass))), pass);
    },
  };
}
