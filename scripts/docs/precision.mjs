// Runs in float32 beside those in bfloat16 of the same rows and seeds.
import { twoDecimals } from '../../dist/common/format.js';
import { formatSigned } from '../../dist/common/statistics/texts.js';
import { fewestSeeds } from './follows.mjs';
import { table } from './markdown.mjs';

/** A row for each pair of runs, with the standard deviation that the difference of two seeds has in bfloat16. */
export function precisionPairs(float32, bfloat16) {
  return float32.groups.flatMap(({ outcomes }) =>
    outcomes.flatMap(({ row, bySeed }) => {
      const other = bfloat16.groups.flatMap((group) => group.outcomes).find((outcome) => outcome.row === row);
      const seeds = [...bySeed].filter(([seed]) => other?.bySeed.has(seed) === true);
      return seeds.map(([seed, error]) => {
        const spread = other.bySeed.size < fewestSeeds ? undefined : Math.SQRT2 * other.last10.std;
        return { row, seed, error, other: other.bySeed.get(seed), spread };
      });
    }),
  );
}

/** Whether a difference is within what the protocol takes as the spread over seeds. */
const verdict = ({ error, other, spread }) =>
  spread === undefined ? '-' : Math.abs(error - other) > 2 * spread ? 'beyond' : 'within';

/** What float32 runs say of the precision: a table of pairs and how it is read. */
export function precisionLines(float32, bfloat16) {
  const pairs = precisionPairs(float32, bfloat16);
  if (pairs.length === 0) return [];
  const rows = pairs.map((pair) => [
    pair.row,
    pair.seed,
    twoDecimals(pair.error),
    twoDecimals(pair.other),
    formatSigned(pair.error - pair.other),
    pair.spread === undefined ? '-' : twoDecimals(pair.spread),
    verdict(pair),
  ]);
  return [
    table(['row', 'seed', 'float32 %', 'bfloat16 %', 'difference', 'SD of two seeds', 'spread'], rows),
    '',
    '"SD of two seeds": the standard deviation of the difference between two seeds in bfloat16. "within": the difference is at most twice that, so it may be due to the seed rather than the precision.',
    '',
  ];
}
