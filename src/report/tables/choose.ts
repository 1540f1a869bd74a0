// Selects numbers of a table by words such as `resnet-32,cifar10` or `wrn-*`.
import { cannot } from '../../common/errors.js';
import { didYouMean } from '../../common/nearest.js';
import type { Address } from './printed.js';

type Words = Address & { readonly configName: string };

/** The words that match an item, among them its config's name with and without its folder. */
function wordsOf({ network, dataset, method, augmentation, configName }: Words): readonly string[] {
  const short = configName.slice(configName.lastIndexOf('/') + 1);
  return [network, dataset, method, ...(augmentation === undefined ? [] : [augmentation]), short, configName];
}

/** A pattern such as `wrn-*` as a regular expression for whole words, ignoring case. */
function expressionOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i');
}

/**
 * Returns the items that match at least one of the patterns. A pattern is one or several words with commas between,
 * all of which must match. No patterns: all items. Errors (usage): a word, or a pattern, that matches no item.
 */
export function chooseItems<Item extends Words>(patterns: readonly string[], items: readonly Item[]): readonly Item[] {
  if (patterns.length === 0) return items;
  const known = [...new Set(items.flatMap(wordsOf))];
  const chosen = patterns.map((pattern) => {
    const words = pattern.split(',').map((word) => word.trim());
    const expressions = words.map(expressionOf);
    const unknown = words.find((_, index) => !known.some((word) => expressions[index].test(word)));
    const refuse = (reason: string, hint: string): Error =>
      cannot(`choose ${pattern || 'nothing'}`, reason, { code: 'option/invalid', kind: 'usage', hint });
    if (unknown !== undefined) {
      const all = known.filter((word) => !items.some(({ configName }) => configName.endsWith(word)));
      throw refuse(
        `the table contains nothing called "${unknown}"`,
        didYouMean(unknown, known) ?? `it contains ${all.join(', ')}`,
      );
    }
    const fitting = items.filter((item) =>
      expressions.every((expression) => wordsOf(item).some((word) => expression.test(word))),
    );
    if (fitting.length === 0) {
      throw refuse('no number of the table matches all of these words', 'for separate choices, repeat --only');
    }
    return fitting;
  });
  return items.filter((item) => chosen.some((some) => some.includes(item)));
}
