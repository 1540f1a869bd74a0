// Suggests the known names nearest to a mistyped one.
import { distance } from 'fastest-levenshtein';
import { orList } from './format.js';

/** A hint names no more than this many. */
const maxNames = 3;

/** Of a short word, two edits leave too little. */
const shortest = 5;

/** Edits after which a word is still recognized: one in `letters` letters, two at least; one in a short word. */
export const maxEdits = (word: string, letters = 3): number =>
  word.length < shortest ? 1 : Math.max(2, Math.ceil(word.length / letters));

const lettersOf = (name: string): string => [...name.toLowerCase()].sort().join('');

/**
 * The members of `known` nearest to `name` by edit distance, all that are equally near; none where none is near. Of a
 * word of up to four letters one edit is near, or two letters that changed places.
 */
export function nearest(name: string, known: readonly string[]): readonly string[] {
  // Upper and lower case count as the same.
  const lower = name.toLowerCase();
  const distances = known.map((candidate) => distance(lower, candidate.toLowerCase()));
  const least = Math.min(...distances);
  const closest = known.filter((_, index) => distances[index] === least);
  if (least <= maxEdits(name)) return closest;
  return least === 2 ? closest.filter((candidate) => lettersOf(candidate) === lettersOf(name)) : [];
}

/** `did you mean gpus or cpus?`, or undefined where no known name is near. `shown`: a name as it is to be written. */
export function didYouMean(
  name: string,
  known: readonly string[],
  shown = (near: string): string => near,
): string | undefined {
  const near = nearest(name, known).slice(0, maxNames).map(shown);
  return near.length === 0 ? undefined : `did you mean ${orList(near)}?`;
}
