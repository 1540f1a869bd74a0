// The config section `gan`: one schema for each kind of generator, with the paper's settings (section 5) as defaults.
import { z } from 'zod';

const noise = z.int().min(1).default(100).describe('normal numbers that an image is made from');
const generatorWidth = (value: number) =>
  z.int().min(1).default(value).describe("channels of the generator's last hidden layer; the others are multiples");
const discriminatorWidth = (value: number) =>
  z.int().min(1).default(value).describe("channels of the discriminator's first layer; the others are multiples");

/** Wasserstein GAN with weight clipping (Arjovsky et al., 2017), as a DCGAN for 32x32 pixels. Takes no labels. */
export const wganOptions = z.strictObject({
  name: z.literal('wgan'),
  noise,
  generatorWidth: generatorWidth(64),
  discriminatorWidth: discriminatorWidth(64),
});
export type WganOptions = z.output<typeof wganOptions>;

/** Conditional GAN (Mirza and Osindero, 2014), convolutional. */
export const cganOptions = z.strictObject({
  name: z.literal('cgan'),
  noise,
  generatorWidth: generatorWidth(128),
  discriminatorWidth: discriminatorWidth(128),
});
export type CganOptions = z.output<typeof cganOptions>;

/** Auxiliary classifier GAN (Odena et al., 2017). */
export const acganOptions = z.strictObject({
  name: z.literal('acgan'),
  noise,
  generatorWidth: generatorWidth(48),
  discriminatorWidth: discriminatorWidth(16),
});
export type AcganOptions = z.output<typeof acganOptions>;

/** InfoGAN (Chen et al., 2016), with its networks for 32x32 pixels in colour. */
export const infoganOptions = z.strictObject({
  name: z.literal('infogan'),
  noise,
  codes: z.int().min(0).default(2).describe('continuous codes, uniform in (−1, 1)'),
  generatorWidth: generatorWidth(64),
  discriminatorWidth: discriminatorWidth(64),
});
export type InfoganOptions = z.output<typeof infoganOptions>;

export const ganOptions = z.discriminatedUnion('name', [wganOptions, cganOptions, acganOptions, infoganOptions]);
export type GanOptions = z.output<typeof ganOptions>;
