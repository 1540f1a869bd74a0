// Keys of the config section `model` that every network has: its first weights and its frozen tensors.
import { z } from 'zod';
import { pathOption } from '../common/path-option.js';

/**
 * None has a default: a config without them is that of a network trained from scratch, with the fingerprint it always
 * had.
 */
export const firstWeights = {
  weights: pathOption()
    .optional()
    .describe(
      "safetensors file of initial weights in PyTorch's names and layouts; relative to the file that names it, or with --set to the working directory",
    ),
  weightsSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of the file: 64 hexadecimal digits')
    .optional()
    .describe('SHA-256 of that file, filled in automatically in config.yaml'),
  head: z
    .enum(['fresh', 'stored'])
    .optional()
    .describe(
      'initial weights of the last fully connected layer. stored, the default: from the file; fresh: from the seed, for other classes',
    ),
  freeze: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(
      'tensors that are not trained: names, parents of names (layer1), or patterns with *; !name excludes what an earlier entry matched',
    ),
};

/** The keys of `firstWeights` in a config, as options that any network has. */
export interface FirstWeightsOptions {
  readonly weights?: string | undefined;
  readonly weightsSha256?: string | undefined;
  readonly head?: 'fresh' | 'stored' | undefined;
  readonly freeze?: readonly string[] | undefined;
}
