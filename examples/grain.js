// A custom augmentation: film grain, Gaussian noise of the same strength in all channels of a pixel.

/** @type {import('isda/kit').AugmentationModule['createAugmentation']} */
export function createAugmentation({ options, format }) {
  const strength = Number(options.strength ?? 10);
  const pixelCount = format.height * format.width;
  return {
    name: 'grain',
    // Changes the pixels in place; values are rounded and clipped to 0 … 255.
    apply(pixels, random) {
      for (let pixel = 0; pixel < pixelCount; pixel++) {
        const grain = strength * random.normal();
        for (let channel = 0; channel < 3; channel++) pixels[3 * pixel + channel] += grain;
      }
    },
  };
}
