// Suggests the known names nearest to a mistyped one.
import { distance } from 'fastest-levenshtein';
import { orList } from './format.js';

/** Maximum number of names in a hint. */
const maxNames = 3;

/** Minimum length of a word for two edits. */
const shortest = 5;

/** Edits after which a word is still recognized: one in `letters` letters, two at least; one in a short word. */
export const maxEdits = (word: string, letters = 3): number =>
  word.length < shortest ? 1 : Math.max(2, Math.ceil(word.length / letters));

const lettersOf = (name: string): string => [...name.toLowerCase()].sort().join('');

/**
 * Returns the members of `known` nearest to `name` by edit distance, all equally near ones; empty if none is near. For
 * words of up to four letters only one edit, or two swapped letters, is near.
 */
export function nearest(name: string, known: readonly string[]): readonly string[] {
  // Case is ignored.
  const lower = name.toLowerCase();
  const distances = known.map((candidate) => distance(lower, candidate.toLowerCase()));
  const least = Math.min(...distances);
  const closest = known.filter((_, index) => distances[index] === least);
  if (least <= maxEdits(name)) return closest;
  return least === 2 ? closest.filter((candidate) => lettersOf(candidate) === lettersOf(name)) : [];
}

/** Returns `did you mean gpus or cpus?`, or undefined if no known name is near. `shown` formats a name. */
export function didYouMean(
  name: string,
  known: readonly string[],
  shown = (near: string): string => near,
): string | undefined {
  const near = nearest(name, known).slice(0, maxNames).map(shown);
  return near.length === 0 ? undefined : `did you mean ${orList(near)}?`;
}
