// WGAN's networks: DCGAN for 32x32 pixels (paper, section 5).
import { sequence } from '../nn/layer.js';
import type { Generator } from './generator.js';
import { asPixel, enlargeNormalised, enlargeToImage, project } from './layers.js';
import type { WganOptions } from './options.js';

/** noise → 4w·4·4 → 2w·8·8 → w·16·16 → 3·32·32, w = 64. Takes no labels. */
export function createWganGenerator({ noise, generatorWidth: width }: WganOptions): Generator {
  const layers = sequence(
    project(1, 4, { inputs: noise, outputs: 4 * width }),
    enlargeNormalised(2, { inputs: 4 * width, outputs: 2 * width }),
    enlargeNormalised(3, { inputs: 2 * width, outputs: width }),
    enlargeToImage(4, width),
  );
  return {
    noise,
    classes: 0,
    codes: 0,
    tensors: layers.tensors,
    image: (inputs, pass) => layers.apply(asPixel(inputs.noise), pass),
  };
}
