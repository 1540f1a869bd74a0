// The notes below a table: the origin of its numbers, and what is missing.
import { counted, someNames } from '../../common/format.js';
import { meanIntervalNote } from '../../common/statistics/texts.js';
import { titleOf } from '../titles.js';
import { otherThanTestImages } from '../../grids/measured-images.js';
import { brokenNotes, brokenText } from '../../grids/outcomes.js';
import type { Lambda0Choice } from '../../grids/sweep.js';
import type { StoredRun } from '../../grids/store/runs.js';
import type { UnreadableRun } from '../../grids/store/unreadable.js';
import { lambda0Notes } from './lambda0-notes.js';
import type { OpenRun } from './measure.js';
import type { TableItem } from './numbers.js';
import { lastEpochs } from '../../records/metrics-columns.js';
import { evaluationNames } from '../../runs/description.js';
import type { TableNumber } from './printed.js';

/** The first `limit` of the words, and the number of the others. */
const some = (words: readonly string[], limit = 6): string => someNames(words, limit);

/** Seeds in ascending order: `1 to 3`, `1 to 3, 7`. */
function seedsText(seeds: readonly number[]): string {
  const { length } = seeds.filter((seed, index) => seed === index + 1);
  return some([...(length > 1 ? [`1 to ${length}`] : []), ...seeds.slice(length > 1 ? length : 0).map(String)]);
}

function measuredNote(table: TableNumber, seeds: readonly number[], items: readonly TableItem[]): string {
  const images = evaluationNames(items.flatMap(({ config }) => config ?? []));
  const [error, protocol] =
    table === 4
      ? [
          `top-1 and top-5 error on the ${images === 'test' ? 'validation' : images} images`,
          'as the paper does on CIFAR',
        ]
      : [`${images} error`, "the paper's protocol"];
  const over =
    seeds.length === 1 ? `on seed ${seeds[0]}` : `mean ± sample standard deviation over the seeds ${seedsText(seeds)}`;
  return (
    `measured: ${error} in percent, ${over}; the value of a run is the mean of its last ten epochs, ${protocol} (of all ` +
    `epochs if there are fewer). ${meanIntervalNote} ` +
    "printed: the paper's number. diff: measured minus printed. n: completed runs. minus basic: difference from cross " +
    'entropy (basic) with the same network and data by seed, over the seeds that both have, with its 95 % interval. ' +
    "p: Welch's t-test against basic over all seeds of both, two-sided; p (Holm): with Holm's correction over all comparisons of the table that have a p."
  );
}

function settingsNotes(items: readonly TableItem[]): readonly string[] {
  const changed = items.filter((item) => item.changed);
  const names = [...new Set(changed.map(({ configName }) => configName))];
  const without = changed.filter(({ printed }) => printed === undefined);
  const measuredOn = new Map<string, Set<string>>();
  for (const { config, configName } of items) {
    const images = config && otherThanTestImages(config);
    if (images !== undefined) measuredOn.set(images, (measuredOn.get(images) ?? new Set()).add(configName));
  }
  const none =
    without.length === changed.length
      ? 'The paper has no numbers for them.'
      : 'The paper has no numbers for some of them.';
  const own = [
    `Not the paper's settings: ${some(names)}.`,
    ...(without.length < changed.length ? ["The printed numbers are for the paper's settings."] : []),
    ...(without.length > 0 ? [none] : []),
  ].join(' ');
  return [
    ...(changed.length === 0 ? [] : [own]),
    ...[...measuredOn].map(
      ([images, of]) => `Measured on ${images}, so not compared with the printed numbers: ${some([...of])}.`,
    ),
  ];
}

function withoutConfigNote(items: readonly TableItem[]): readonly string[] {
  const without = items.filter(({ config }) => config === undefined);
  if (without.length === 0) return [];
  const methods = [...new Set(without.map(({ method }) => titleOf.method(method)))];
  return [
    `No config yet: ${some(methods)} (${counted(without.length, 'number')}), for example configs/${without[0].configName}.yaml.`,
  ];
}

const stateOf = ({ found }: OpenRun): string => found?.state ?? 'not started';

function missingNotes(open: readonly OpenRun[], commands: readonly string[]): readonly string[] {
  if (open.length === 0) return [];
  const states = [...new Set(open.map(stateOf))].map(
    (state) => `${open.filter((run) => stateOf(run) === state).length} ${state}`,
  );
  const names = [...new Set(open.map(({ configName }) => configName.slice(configName.lastIndexOf('/') + 1)))];
  const failed = open.flatMap(({ found }) => (found?.state === 'failed' ? [`${found.name} (${found.reason})`] : []));
  return [
    `Missing: ${counted(open.length, 'run')} of ${some(names)}: ${states.join(', ')}. Commands that estimate the cost and start ${open.length === 1 ? 'it' : 'them'}:` +
      commands.map((command) => `\n  ${command}`).join(''),
    ...(failed.length === 0 ? [] : [`Failed: ${some(failed, 3)}.`]),
  ];
}

/** Whether a run cannot be made in the store `root` because a run that is done but not used has its folder there. */
const isBlocked = ({ unused }: OpenRun, root: string): boolean => unused?.ofGrid === true && unused.store === root;

/** What to do about runs that no command can make because another run has their folder. */
function blockedNotes(blocked: readonly OpenRun[], root: string, commands: readonly string[]): readonly string[] {
  if (blocked.length === 0) return [];
  const names = blocked.flatMap(({ unused }) => (unused ? [unused.name] : []));
  const [runs, have, them] =
    names.length === 1 ? ['a run', 'has its folder', 'it'] : ['runs', 'have their folders', 'them'];
  return [
    `${counted(names.length, 'missing run')} cannot start, because ${runs} on other images or from other weights ${have}: ` +
      `${some(names)}. Move ${them} out of ${root}, or choose another folder with --out; then start the missing runs with:` +
      commands.slice(-1).map((command) => `\n  ${command}`).join(''), // prettier-ignore
  ];
}

function unreadableNote(unreadable: readonly UnreadableRun[]): readonly string[] {
  return unreadable.length === 0
    ? []
    : [
        `Left out: ${some(
          unreadable.map(({ name, reason }) => `${name} (${reason})`),
          3,
        )}.`,
      ];
}

/** The numbers that are means over fewer than ten epochs. */
function shortNotes(used: readonly StoredRun[]): readonly string[] {
  const short = used.flatMap(({ row, summary }) =>
    summary === undefined || summary.epochs >= lastEpochs ? [] : [`${row} (${counted(summary.epochs, 'epoch')})`],
  );
  return short.length === 0 ? [] : [`The mean of fewer than ten epochs: ${some([...new Set(short)])}.`];
}

/** Numbers that were not measured on the official images, and runs that do not record their images. */
function originNotes(unusual: readonly string[], used: readonly StoredRun[]): readonly string[] {
  const unknown = used.filter(({ summary }) => summary !== undefined && summary.data === undefined).length;
  const [runs, verb] = unknown === 1 ? ['1 run', 'does'] : [`${unknown} runs`, 'do'];
  return [
    ...(unusual.length === 0 ? [] : [`† Not comparable with the printed numbers: ${some(unusual, 3)}.`]),
    ...(unknown === 0 || unknown === used.length
      ? []
      : [`${runs} of an earlier version ${verb} not record which images were used; the paper's images are assumed.`]),
  ];
}

interface NotesOptions {
  readonly table: TableNumber;
  /** The seeds of the measured numbers, in ascending order. */
  readonly seeds: readonly number[];
  /** Only those shown. */
  readonly items: readonly TableItem[];
  readonly open: readonly OpenRun[];
  /** The folder in which missing runs are made. */
  readonly root: string;
  /** The runs that are done and whose numbers are shown. */
  readonly used: readonly StoredRun[];
  /** Numbers on other images than the official ones. */
  readonly unusual: readonly string[];
  /** Runs that are done and not used, and why. */
  readonly leftOut: readonly string[];
  readonly unreadable: readonly UnreadableRun[];
  /** The values that sweeps have chosen. */
  readonly searched: readonly Lambda0Choice[];
  /** The command lines that estimate the cost of the missing runs, and that make them. */
  readonly commands: readonly string[];
}

/** The notes below a table; lines that start with two spaces are commands. */
export function tableNotes({
  table,
  seeds,
  items,
  open,
  root,
  used,
  unusual,
  leftOut,
  unreadable,
  searched,
  commands,
}: NotesOptions): readonly string[] {
  return [
    measuredNote(table, seeds, items),
    ...originNotes(unusual, used),
    ...(leftOut.length === 0 ? [] : [`Not used: ${some(leftOut)}.`]),
    ...brokenNotes(used.flatMap(({ name, summary }) => brokenText(name, summary ?? {}))),
    ...shortNotes(used),
    ...settingsNotes(items),
    ...lambda0Notes(items, searched),
    ...withoutConfigNote(items),
    ...missingNotes(
      open.filter((run) => !isBlocked(run, root)),
      commands,
    ),
    ...blockedNotes(
      open.filter((run) => isBlocked(run, root)),
      root,
      commands,
    ),
    ...unreadableNote(unreadable),
  ];
}
