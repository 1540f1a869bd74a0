// Compares samples with baselines: Welch's p with Holm's correction, and paired differences.
import { holm, pairedDifference, welchTest, type PairedDifference, type SeedValue, type WelchTest } from './samples.js';

/** The comparison of a row with its baseline. */
export interface Comparison {
  /** Absent if either has fewer than two values. */
  readonly welch?: WelchTest;
  /** Welch's p with Holm's correction over the family. */
  readonly holmP?: number;
  /** The row minus its baseline, by seed; absent without a common seed. */
  readonly paired?: PairedDifference;
}

/** A row of a family with its baseline; undefined if it is not compared. */
interface Compared {
  readonly values: readonly SeedValue[];
  readonly baseline: readonly SeedValue[] | undefined;
}

const plain = (values: readonly SeedValue[]): readonly number[] => values.map(({ value }) => value);

/** Compares each row with its baseline; all rows with a p value are the family of Holm's correction. */
export function compareRows(rows: readonly Compared[]): readonly (Comparison | undefined)[] {
  const tests = rows.map(({ values, baseline }) => baseline && welchTest(plain(values), plain(baseline)));
  const corrected = holm(tests.flatMap((test) => (test === undefined ? [] : [test.p])));
  let next = 0;
  return rows.map(({ values, baseline }, index) => {
    if (baseline === undefined) return undefined;
    const welch = tests[index];
    const holmP = welch && corrected[next++];
    return { welch, holmP, paired: pairedDifference(values, baseline) };
  });
}
