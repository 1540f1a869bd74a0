// What follows from a comparison and what does not, in sentences that the numbers decide.
import { formatP, formatPaired } from '../../dist/common/statistics/texts.js';

/** Seeds under which the protocol makes no claim. */
export const fewestSeeds = 3;

function noDifference(interval) {
  if (interval === undefined) return 'no difference is shown';
  if (interval.low > 0 || interval.high < 0) {
    return 'the uncorrected interval excludes 0, but with the correction no difference is shown';
  }
  return 'no difference is shown; the interval shows how large a difference is still possible';
}

function sentence({ row, seeds, baseline, comparison }, askedOf, seedsOf) {
  const [own, other] = [seeds.length, seedsOf(baseline)];
  const missing = own < askedOf(row) || other < askedOf(baseline);
  const counts = `\`${row}\` (${own} of ${askedOf(row)} seeds) against \`${baseline}\` (${other} of ${askedOf(baseline)})`;
  if (Math.min(own, other) < fewestSeeds) return `- ${counts}: fewer than three seeds, so no conclusion is drawn.`;
  const { welch, holmP, paired } = comparison;
  if (welch === undefined) return `- ${counts}: the errors do not vary over the seeds, so there is no p.`;
  const numbers = `${formatPaired(paired)} points by seed over ${paired?.pairs ?? 0} pairs, p ${formatP(welch.p)}, with Holm's correction ${formatP(holmP)}`;
  const verdict =
    holmP >= 0.05 ? noDifference(paired?.interval) : welch.t < 0 ? 'the error is lower' : 'the error is higher';
  return `- ${counts}: ${numbers}: ${verdict}.${missing ? ' Seeds are missing, so this is not final.' : ''}`;
}

/** A line for each row that is compared with cross entropy. */
export function whatFollows({ groups, asked }) {
  const askedOf = (name) => asked.find(({ row }) => row === name)?.seeds ?? 0;
  return groups.flatMap(({ outcomes }) => {
    const seedsOf = (name) => outcomes.find(({ row }) => row === name)?.seeds.length ?? 0;
    return outcomes
      .filter(({ baseline, seeds }) => baseline !== undefined && seeds.length > 0)
      .map((outcome) => sentence(outcome, askedOf, seedsOf));
  });
}
