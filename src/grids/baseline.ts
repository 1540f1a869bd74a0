// Finds the baseline of each row: the row of cross entropy, or a given row.
import { compareRows, type Comparison } from '../common/statistics/compare.js';
import type { SeedValue } from '../common/statistics/samples.js';
import type { ExperimentConfig } from '../config/schema.js';
import { settingsChangesText, settingsKey, settingsOutside, settingsWithoutSeed } from '../config/settings.js';

/** Sections that belong to a method. */
const ofMethod = ['loss', 'dataset.synthetic'];
/** Sections that may differ from a baseline if no closer one exists; network and data may not. */
const ofRecipe = [...ofMethod, 'model.dropout', 'augmentation', 'optimizer', 'schedule', 'training'];

/**
 * Returns, for the config of each row, the index of its baseline: a row of cross entropy without generated images.
 * This is the one that differs in the loss alone, else the only one with the same network and data. Undefined for
 * cross entropy itself, and if there is none or more than one.
 */
export function baselinesOf(configs: readonly ExperimentConfig[]): readonly (number | undefined)[] {
  const isBasic = configs.map(({ loss, dataset }) => loss.name === 'cross-entropy' && dataset.synthetic === undefined);
  const levels = [ofMethod, ofRecipe].map((sections) =>
    configs.map((config) => settingsKey(settingsWithoutSeed(config), sections)),
  );
  return isBasic.map((isOwnBasic, index) => {
    if (isOwnBasic) return undefined;
    for (const settings of levels) {
      const alike = configs.flatMap((_, other) =>
        isBasic[other] && settings[other] === settings[index] ? [other] : [],
      );
      if (alike.length === 1) return alike[0];
    }
    return undefined;
  });
}

/** A row of results: errors by seed, and the config of the runs. */
interface ResultRow {
  readonly row: string;
  readonly config: ExperimentConfig;
  readonly values: readonly SeedValue[];
}

/** Name of the baseline of a row, and the comparison with it; undefined without a baseline. */
interface RowComparison {
  readonly baseline: string | undefined;
  /** Differences from the baseline to the row other than the method, as text. */
  readonly otherChanges: string | undefined;
  readonly comparison: Comparison | undefined;
}

/** Returns the differences from `baseline` to `row` other than the method; undefined if there are none. */
function otherChanges(baseline: ResultRow | undefined, row: ResultRow): string | undefined {
  if (baseline === undefined) return undefined;
  const beside = ({ config }: ResultRow) => settingsOutside(settingsWithoutSeed(config), ofMethod);
  const changes = settingsChangesText(beside(baseline), beside(row));
  return changes === '' ? undefined : changes;
}

/**
 * Compares each row with the row `named`, or, if there is no such row, with its own baseline (`baselinesOf`). Holm's
 * correction covers all the comparisons.
 */
export function compareWithBaselines(rows: readonly ResultRow[], named?: string): readonly RowComparison[] {
  const chosen = rows.find(({ row }) => row === named);
  const own = baselinesOf(rows.map(({ config }) => config));
  const baselines = rows.map((row, index) => {
    if (chosen !== undefined) return row === chosen ? undefined : chosen;
    const baseline = own[index];
    return baseline === undefined ? undefined : rows[baseline];
  });
  const comparisons = compareRows(rows.map(({ values }, index) => ({ values, baseline: baselines[index]?.values })));
  return comparisons.map((comparison, index) => ({
    baseline: baselines[index]?.row,
    otherChanges: otherChanges(baselines[index], rows[index]),
    comparison,
  }));
}
