// The config section `model`: one schema for each network family of the registry.
import { z } from 'zod';

/** CIFAR ResNet of He et al. (2016), depth 6n + 2. */
export const resnetOptions = z.strictObject({
  name: z.literal('resnet'),
  depth: z
    .int()
    .min(8)
    .default(32)
    .refine((depth) => (depth - 2) % 6 === 0, { error: 'expected 6n + 2 (8, 14, 20, 32, 44, 56, 110, …)' })
    .describe('6n + 2 layers'),
  dropout: z.number().min(0).lt(1).default(0).describe('rate, after the first ReLU of every block'),
});

export const modelOptions = z.discriminatedUnion('name', [resnetOptions]);
export type ModelOptions = z.output<typeof modelOptions>;
export type ResnetOptions = z.output<typeof resnetOptions>;
