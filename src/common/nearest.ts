// The known name nearest to a mistyped one, for hints.
import { closest, distance } from 'fastest-levenshtein';

/** The member of `known` nearest to `name` by edit distance, or undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const best = closest(name.toLowerCase(), [...known]);
  return distance(name.toLowerCase(), best.toLowerCase()) <= Math.max(2, Math.ceil(name.length / 3)) ? best : undefined;
}
