// CGAN's networks: a DCGAN that a label joins by a path of its own (paper, section 5).
import { concat, oneHot } from '../engine/ops/index.js';
import { sequence } from '../nn/layer.js';
import type { Generator } from './generator.js';
import { asPixel, enlargeNormalised, enlargeToImage, project } from './layers.js';
import type { CganOptions } from './options.js';
import { given } from './given.js';

/** noise → 2w·4·4 beside label → 2w·4·4, then → 2w·8·8 → w·16·16 → 3·32·32, w = 128. */
export function createCganGenerator({ noise, generatorWidth: width }: CganOptions, classes: number): Generator {
  const fromNoise = project(1, 4, { inputs: noise, outputs: 2 * width }, '_noise');
  const fromLabel = project(1, 4, { inputs: classes, outputs: 2 * width }, '_label');
  const layers = sequence(
    enlargeNormalised(2, { inputs: 4 * width, outputs: 2 * width }),
    enlargeNormalised(3, { inputs: 2 * width, outputs: width }),
    enlargeToImage(4, width),
  );
  return {
    noise,
    classes,
    codes: 0,
    tensors: [...fromNoise.tensors, ...fromLabel.tensors, ...layers.tensors],
    image(inputs, pass) {
      const label = asPixel(oneHot(given(inputs, 'labels'), classes));
      const both = [fromNoise.apply(asPixel(inputs.noise), pass), fromLabel.apply(label, pass)];
      return layers.apply(concat(both, 3), pass);
    },
  };
}
