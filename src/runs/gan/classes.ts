// Parses a class given by name or number.
import { cannot } from '../../common/errors.js';
import { didYouMean } from '../../common/nearest.js';

/** Returns the number of a class given by name or number. Errors (usage): there is no such class. */
export function classNumber(
  word: string,
  { classNames, name }: { readonly classNames: readonly string[]; readonly name: string },
): number {
  const number = classNames.includes(word) ? classNames.indexOf(word) : /^\d+$/.test(word) ? Number(word) : -1;
  if (number >= 0 && number < classNames.length) return number;
  throw cannot(`find class ${word}`, `${name} has no such class`, {
    code: 'option/invalid',
    kind: 'usage',
    hint: didYouMean(word, classNames) ?? `give a name or a number from 0 to ${classNames.length - 1}`,
  });
}
