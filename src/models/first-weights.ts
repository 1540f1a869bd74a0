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
      "safetensors file of the first weights, in PyTorch's names and layouts; relative to the file that names it, of --set to the working directory",
    ),
  weightsSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of the file: 64 hexadecimal digits')
    .optional()
    .describe('digest of that file; noted by itself, and written into config.yaml'),
  head: z
    .enum(['fresh', 'stored'])
    .optional()
    .describe(
      'the last fully connected layer. stored: from the file, as without the key; fresh: from the seed, for other classes',
    ),
  freeze: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(
      'tensors that stay as they are: names, their beginnings (layer1), or patterns with *; !name takes out again',
    ),
};

/** The keys of `firstWeights` in a config, as options that any network has. */
export interface FirstWeightsOptions {
  readonly weights?: string | undefined;
  readonly weightsSha256?: string | undefined;
  readonly head?: 'fresh' | 'stored' | undefined;
  readonly freeze?: readonly string[] | undefined;
}
