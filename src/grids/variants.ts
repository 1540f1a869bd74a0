// The variants of ISDA for ablations: the six of Table 5, and the sketched covariance.
import type { ExperimentConfig } from '../config/schema.js';
import { isdaOptions, type IsdaOptions } from '../losses/options.js';

/** The ISDA options of a variant; undefined for cross entropy. */
const variants = {
  basic: undefined,
  identity: { covariance: 'identity' },
  diagonal: { covariance: 'diagonal' },
  single: { covariance: 'single' },
  'constant-lambda': { covariance: 'full', schedule: 'constant' },
  isda: { covariance: 'full' },
  sketch: { covariance: 'sketch' },
} as const satisfies Record<string, Partial<IsdaOptions> | undefined>;

export type Variant = keyof typeof variants;

/** The variants in the order of Table 5; the last one is not in the paper. */
export const variantNames = Object.keys(variants) as readonly Variant[];

/** The rows of Table 5. */
export const table5Variants = variantNames.filter((name) => name !== 'sketch');

/**
 * Returns the config of a variant. If the loss of `config` is ISDA, lambda0 and the schedule of lambda are taken from
 * it, else they are the defaults; only `constant-lambda` has a constant lambda, and only `sketch` a rank.
 */
export function withVariant(config: ExperimentConfig, name: Variant): ExperimentConfig {
  const changes = variants[name];
  if (changes === undefined) return { ...config, loss: { name: 'cross-entropy' } };
  const usual = isdaOptions.parse({ name: 'isda' });
  const own = config.loss.name === 'isda' ? config.loss : usual;
  const rank = name === 'sketch' ? own.rank : usual.rank;
  const schedule = own.schedule === 'constant' ? 'iteration' : own.schedule;
  return { ...config, loss: { ...own, rank, schedule, ...changes } };
}
