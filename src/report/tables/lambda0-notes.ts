// The note below a table on the origin of lambda0: which rows of ISDA use a searched value, and which the default.
import { someNames } from '../../common/format.js';
import { sweepSubject, type Lambda0Choice } from '../../grids/sweep.js';
import { titleOf } from '../titles.js';
import type { TableItem } from './numbers.js';

/** The origins of a lambda0, in the order in which they are named. */
const origins = {
  held: 'lambda0 chosen on held-out images',
  test: 'lambda0 chosen on the test images',
  unknown: 'lambda0 chosen by a sweep of an earlier version, perhaps with other data or another form of the covariance',
  config: 'lambda0 of the config, not chosen by a search',
} as const;
type Origin = keyof typeof origins;

function originOf(lambda0: number, own: readonly Lambda0Choice[]): Origin {
  const same = own.filter((choice) => choice.lambda0 === lambda0);
  const known = same.filter(({ settings }) => settings !== undefined);
  if (known.some(({ onTestImages }) => !onTestImages)) return 'held';
  return known.length > 0 ? 'test' : same.length > 0 ? 'unknown' : 'config';
}

/**
 * If a sweep has chosen some lambda0: the origin of that of each row of ISDA. A choice is for rows with its network,
 * data and form of the covariance; that of an earlier version, which does not record them, is certain for none.
 */
export function lambda0Notes(items: readonly TableItem[], searched: readonly Lambda0Choice[]): readonly string[] {
  if (searched.length === 0) return [];
  const uses = items.flatMap(({ config, network, dataset, method, augmentation }) => {
    if (config?.loss.name !== 'isda') return [];
    const { lambda0 } = config.loss;
    const names = [
      ...[titleOf.network(network), titleOf.dataset(dataset)],
      ...[...(augmentation ? [augmentation] : []), ...(method === 'isda' ? [] : [titleOf.method(method)])],
    ];
    const settings = JSON.stringify(sweepSubject(config).settings);
    const own = searched.filter(
      (choice) =>
        choice.network === network &&
        choice.dataset === dataset &&
        choice.augmentation === augmentation &&
        (choice.settings === undefined || JSON.stringify(choice.settings) === settings),
    );
    const origin = originOf(lambda0, own);
    const chosen = own.find((choice) => choice.settings !== undefined);
    const other = origin === 'config' && chosen ? `, but the sweep chose ${chosen.lambda0}` : '';
    return [{ origin, text: `${names.join(', ')} (${lambda0}${other})` }];
  });
  const parts = (Object.keys(origins) as Origin[]).flatMap((origin) => {
    const texts = [...new Set(uses.filter((use) => use.origin === origin).map(({ text }) => text))];
    return texts.length === 0 ? [] : [`${origins[origin]}: ${someNames(texts, 6)}.`];
  });
  return parts.length === 0 ? [] : [`${parts.join(' ')} The paper searches lambda0 for every row.`];
}
