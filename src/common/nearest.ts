// The known name nearest to a mistyped one, for hints.
import { closest, distance } from 'fastest-levenshtein';

/** The member of `known` nearest to `name` by edit distance, or undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  // Upper and lower case count as the same, in the search as in the distance.
  const lower = known.map((candidate) => candidate.toLowerCase());
  const best = closest(name.toLowerCase(), lower);
  const near = distance(name.toLowerCase(), best) <= Math.max(2, Math.ceil(name.length / 3));
  return near ? known[lower.indexOf(best)] : undefined;
}
