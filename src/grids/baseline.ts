// Finds the row that another row is compared with: cross entropy's, or one that is named.
import { compareRows, type Comparison } from '../common/statistics/compare.js';
import type { SeedValue } from '../common/statistics/samples.js';
import type { ExperimentConfig } from '../config/schema.js';
import { settingsChangesText, settingsKey, settingsOutside, settingsWithoutSeed } from '../config/settings.js';

/** What a method may bring with it. */
const ofMethod = ['loss', 'dataset.synthetic'];
/** What else may differ where nothing is closer; network and data may not. */
const ofRecipe = [...ofMethod, 'model.dropout', 'augmentation', 'optimizer', 'schedule', 'training'];

/**
 * For each row, by its config, the index of the row of cross entropy (without generated images) that it is compared
 * with: the one that differs in the loss alone, else the only one with the same network and data. Undefined for cross
 * entropy itself, and where there is none or more than one.
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

/** A row of results: its errors by seed, and the config of its runs. */
interface ResultRow {
  readonly row: string;
  readonly config: ExperimentConfig;
  readonly values: readonly SeedValue[];
}

/** What a row is compared with, by name, and how they compare; undefined of a row without a baseline. */
interface RowComparison {
  readonly baseline: string | undefined;
  /** What differs between them beside the method, in words, from the baseline to the row. */
  readonly otherChanges: string | undefined;
  readonly comparison: Comparison | undefined;
}

/** The changes from `baseline` to `row` beside the method; undefined where nothing differs. */
function otherChanges(baseline: ResultRow | undefined, row: ResultRow): string | undefined {
  if (baseline === undefined) return undefined;
  const beside = ({ config }: ResultRow) => settingsOutside(settingsWithoutSeed(config), ofMethod);
  const changes = settingsChangesText(beside(baseline), beside(row));
  return changes === '' ? undefined : changes;
}

/**
 * The comparison of each row with the row `named`, or where there is no such row with its own baseline (`baselinesOf`);
 * all of them are the family of Holm's correction.
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
