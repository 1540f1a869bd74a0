// InfoGAN's networks (Chen et al., 2016, appendix C.2: for street view house numbers, 32x32 pixels in colour).
import { sequence } from '../nn/layer.js';
import { relu } from '../nn/layers.js';
import type { Generator } from './generator.js';
import { given } from './given.js';
import { asPixel, enlarge, enlargeNormalised, enlargeToImage, joined, project } from './layers.js';
import type { InfoganOptions } from './options.js';

/** noise, label and codes → 7w·2·2 → 4w·4·4 → 2w·8·8 → w·16·16 → 3·32·32, w = 64; the first two normalised. */
export function createInfoganGenerator(
  { noise, codes, generatorWidth: width }: InfoganOptions,
  classes: number,
): Generator {
  const layers = sequence(
    project(1, 2, { inputs: noise + classes + codes, outputs: 7 * width }),
    enlargeNormalised(2, { inputs: 7 * width, outputs: 4 * width }),
    enlarge(3, { inputs: 4 * width, outputs: 2 * width }),
    relu,
    enlarge(4, { inputs: 2 * width, outputs: width }),
    relu,
    enlargeToImage(5, width),
  );
  return {
    noise,
    classes,
    codes,
    tensors: layers.tensors,
    image(inputs, pass) {
      const labels = given(inputs, 'labels');
      const latent = codes === 0 ? undefined : given(inputs, 'codes');
      return layers.apply(asPixel(joined({ noise: inputs.noise, labels, codes: latent }, classes)), pass);
    },
  };
}
