// The config section `gan`: one schema for each kind of generator, with the paper's settings (section 5) as defaults.
import { z } from 'zod';

const noise = z.int().min(1).default(100).describe('length of the noise vector (standard normal)');
const generatorWidth = (value: number) =>
  z.int().min(1).default(value).describe("channels of the generator's last hidden layer; the others are multiples");
const discriminatorWidth = (value: number, more = '') =>
  z
    .int()
    .min(1)
    .default(value)
    .describe(`channels of the discriminator's first layer; the others are multiples${more}`);
const learningRate = (value: number, what: string) => z.number().positive().default(value).describe(what);

const adam = {
  learningRate: learningRate(2e-4, 'learning rate of Adam, for both networks'),
  beta1: z.number().min(0).lt(1).default(0.5).describe('beta1 of Adam'),
};

/** Wasserstein GAN with weight clipping (Arjovsky et al., 2017), as a DCGAN for 32x32 pixels. Without labels. */
const wganOptions = z.strictObject({
  name: z.literal('wgan'),
  perClass: z
    .boolean()
    .default(false)
    .describe('true: one generator per class, each in its own folder; false: one for all classes'),
  noise,
  generatorWidth: generatorWidth(64),
  discriminatorWidth: discriminatorWidth(64),
  learningRate: learningRate(5e-5, 'learning rate of RMSprop, for both networks'),
  clip: z.number().positive().default(0.01).describe("the critic's weights are clipped to ± this value"),
  criticSteps: z.int().min(1).default(5).describe('critic steps per generator step'),
  warmupIterations: z
    .int()
    .min(0)
    .default(0)
    .describe(
      "number of first iterations with 100 critic steps each; 25 in the authors' code, none in their Algorithm 1",
    ),
});
export type WganOptions = z.output<typeof wganOptions>;

/** Conditional GAN (Mirza and Osindero, 2014), convolutional. */
const cganOptions = z.strictObject({
  name: z.literal('cgan'),
  noise,
  generatorWidth: generatorWidth(128),
  discriminatorWidth: discriminatorWidth(128, '; an even number').refine((width) => width % 2 === 0, {
    error: 'expected an even number',
  }),
  ...adam,
});
export type CganOptions = z.output<typeof cganOptions>;

/** Auxiliary classifier GAN (Odena et al., 2017). */
const acganOptions = z.strictObject({
  name: z.literal('acgan'),
  noise,
  generatorWidth: generatorWidth(48),
  discriminatorWidth: discriminatorWidth(16),
  dropout: z.number().min(0).lt(1).default(0.5).describe('dropout rate after every convolution of the discriminator'),
  ...adam,
});
export type AcganOptions = z.output<typeof acganOptions>;

/** InfoGAN (Chen et al., 2016), with its networks for 32x32 colour images. */
const infoganOptions = z.strictObject({
  name: z.literal('infogan'),
  noise,
  codes: z.int().min(1).default(2).describe('continuous codes, uniform in (−1, 1)'),
  generatorWidth: generatorWidth(64),
  discriminatorWidth: discriminatorWidth(64),
  categoricalWeight: z.number().min(0).default(1).describe('weight of the mutual information with the label'),
  continuousWeight: z.number().min(0).default(0.1).describe('weight of the mutual information with the codes'),
  realLabels: z
    .boolean()
    .default(true)
    .describe(
      "also learn labels from real images; with false, the generator's categories do not correspond to the data's classes",
    ),
  ...adam,
  learningRate: learningRate(2e-4, 'learning rate of Adam, for the discriminator'),
  generatorLearningRate: learningRate(1e-3, 'learning rate of Adam, for the generator'),
});
export type InfoganOptions = z.output<typeof infoganOptions>;

export const ganOptions = z.discriminatedUnion('name', [wganOptions, cganOptions, acganOptions, infoganOptions]);
export type GanOptions = z.output<typeof ganOptions>;
