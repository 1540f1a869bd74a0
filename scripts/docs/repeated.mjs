// What follows from a comparison that is repeated with new seeds: its protocol asks one question, by the paired t-test.
import { criticalT, twoSidedP } from '../../dist/common/statistics/student.js';
import { formatP, formatPaired } from '../../dist/common/statistics/texts.js';
import { fewestSeeds } from './follows.mjs';
import { lossComparisons } from './test-loss.mjs';

/** The p of the paired t-test, from the mean difference and its 95 % interval. */
function pairedP({ pairs, mean, interval }) {
  const standardError = (interval.high - mean) / criticalT(0.05, pairs - 1);
  return twoSidedP(mean / standardError, pairs - 1);
}

/** `what`: the measure, such as `error`. `differences`: of the row from its baseline, by seed. */
function sentence({ row, baseline }, what, differences, { decimals, asked }) {
  const { pairs = 0 } = differences ?? {};
  const compared = `- The ${what} of \`${row}\` against that of \`${baseline}\` (${pairs} of ${asked} pairs)`;
  if (pairs < fewestSeeds) return `${compared}: fewer than three pairs, so no conclusion is drawn.`;
  const p = pairedP(differences);
  const verdict =
    p < 0.05
      ? `it is ${differences.mean < 0 ? 'lower' : 'higher'}`
      : 'no difference is shown, and none is excluded within the interval';
  return `${compared}: ${formatPaired(differences, decimals)} by seed, p of the paired t-test ${formatP(p)}: ${verdict}.`;
}

/** A line for the error and one for the test loss of each compared row. */
export function whatIsRepeated({ groups, asked }) {
  return groups.flatMap(({ outcomes }) => {
    const losses = lossComparisons(outcomes);
    return outcomes
      .filter(({ baseline, seeds }) => baseline !== undefined && seeds.length > 0)
      .flatMap((outcome) => {
        const { seeds } = asked.find(({ row }) => row === outcome.row);
        const loss = losses.find(({ row }) => row === outcome.row);
        return [
          sentence(outcome, 'error', outcome.comparison.paired, { decimals: 2, asked: seeds }),
          sentence(outcome, 'test loss', loss.comparison?.paired, { decimals: 3, asked: seeds }),
        ];
      });
  });
}
