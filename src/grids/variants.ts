// The six variants of Table 5: ISDA with one part changed, and without ISDA.
import type { ExperimentConfig } from '../config/schema.js';
import { isdaOptions, type IsdaOptions } from '../losses/options.js';

/** What a variant is made of; undefined for cross entropy alone. */
const variants = {
  basic: undefined,
  identity: { covariance: 'identity' },
  diagonal: { covariance: 'diagonal' },
  single: { covariance: 'single' },
  'constant-lambda': { covariance: 'full', schedule: 'constant' },
  isda: { covariance: 'full' },
} as const satisfies Record<string, Partial<IsdaOptions> | undefined>;

export type Variant = keyof typeof variants;

/** In the order of Table 5. */
export const variantNames = Object.keys(variants) as readonly Variant[];

/**
 * A config as one of the variants. lambda0 and how lambda grows are those of the config where its loss is ISDA, else
 * the defaults; a constant lambda belongs to `constant-lambda` alone.
 */
export function withVariant(config: ExperimentConfig, name: Variant): ExperimentConfig {
  const changes = variants[name];
  if (changes === undefined) return { ...config, loss: { name: 'cross-entropy' } };
  const own = config.loss.name === 'isda' ? config.loss : isdaOptions.parse({ name: 'isda' });
  const schedule = own.schedule === 'constant' ? 'iteration' : own.schedule;
  return { ...config, loss: { ...own, schedule, ...changes } };
}
