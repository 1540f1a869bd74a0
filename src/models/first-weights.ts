// Keys of the config section `model` for every network: initial weights and frozen tensors.
import { z } from 'zod';
import { pathOption } from '../common/path-option.js';

/** No key has a default, so that configs for training from scratch keep their fingerprints. */
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

/** The keys of `firstWeights` in a parsed config. */
export interface FirstWeightsOptions {
  readonly weights?: string | undefined;
  readonly weightsSha256?: string | undefined;
  readonly head?: 'fresh' | 'stored' | undefined;
  readonly freeze?: readonly string[] | undefined;
}
