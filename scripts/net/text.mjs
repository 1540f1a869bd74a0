// Takes out of texts what differs between two runs of the same code: times, rates, dates, the machine, the version.
import { cpus, hostname } from 'node:os';

const everywhere = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?/g, '<date>'],
  [/\bisda( +|": ")\d+\.\d+\.\d+\b/g, 'isda$1<version>'],
];
const timed = [
  [/ *\d[\d.,]*(?:e\+\d+)? images\/s/g, ' <rate> images/s'],
  [/( ?) *(?<![\w.])\d[\d.,]*(?:e[+-]\d+)? (?:ms|s|min|h)\b(?: \d+ (?:s|min)\b)?/g, '$1<time>'],
  [/(data wait +)\d[\d.]* %/g, '$1<share> %'],
  [/(index\.html \(\d+ runs?, )[\d.]+ [KM]iB/g, '$1<size>'],
];
/** Tables with measured columns, whose widths vary too. */
const aligned = [
  [/ {2,}/g, '  '],
  [/-{3,}/g, '---'],
];
const benchmark = [
  [/\d[\d.]* +<time>/g, '<n>  <time>'],
  [/<time>(?: +\d[\d.]*)+/g, '<time>  <n>'],
  [/\d[\d.]* MB/g, '<n> MB'],
];

const byCommand = [
  [/^(?:config|models|losses|data)\b|--help/, []],
  [/^bench\b/, [...timed, ...aligned, ...benchmark]],
  [/^(?:plan|runs)\b/, [...timed, ...aligned]],
  [/^doctor\b/, [...timed, [/[\d.]+ [GTM]iB/g, '<n> GiB']]],
  [/(?:)/, timed],
];

const apply = (rules, text) => rules.reduce((changed, [pattern, by]) => changed.replace(pattern, by), text);

function withoutMachine(text) {
  const facts = { '<cpu>': cpus()[0]?.model, '<host>': hostname(), '<node>': process.versions.node };
  return Object.entries(facts).reduce(
    (changed, [name, fact]) => (fact && fact.length > 3 ? changed.replaceAll(fact, name) : changed),
    text,
  );
}

/** Of runs side by side: lines of starts and ends in the order of the alphabet. */
function sortEvents(text) {
  return text.replace(/(?:^(?:start|done|failed) .*\n)+/gm, (block) => block.match(/.*\n/g).sort().join(''));
}

/** What a command printed, or a file that a command wrote, without what varies. */
export function normalizeText(text, line = '') {
  const rules = byCommand.find(([pattern]) => pattern.test(line))[1];
  const changed = apply([...everywhere, ...rules], withoutMachine(text));
  return /--jobs [2-9]/.test(line) ? sortEvents(changed) : changed;
}

/** Keys of JSON files and columns of CSV files whose values vary. */
const varying =
  /seconds|^(?:images_?per_?second|dataWaitPercent|started|since|peakMemoryMegabytes|grownMegabytes|gitRevision)$/i;

/** Whether a value is measured by what stands beside it: a hash over times, images in some time, times of a step. */
function variesBeside(key, object, name) {
  if (key === 'sha256') return 'dataWaitPercent' in object;
  if (key === 'images') return 'imagesPerSecond' in object;
  return name === 'step' && typeof object[key] === 'number';
}

/** The same JSON with values that vary replaced. */
export function normalizeJson(value, name = '') {
  if (varying.test(name)) return `<${name}>`;
  if (Array.isArray(value)) return value.map((item) => normalizeJson(item));
  if (value === null || typeof value !== 'object') return value;
  const entry = ([key, item]) => [key, variesBeside(key, value, name) ? `<${key}>` : normalizeJson(item, key)];
  return Object.fromEntries(Object.entries(value).map(entry));
}

/** A CSV file with the values of columns that vary replaced. */
export function normalizeCsv(text) {
  const [head = '', ...rows] = text.split('\n');
  const columns = head.split(',');
  const hidden = columns.map((column) => varying.test(column));
  if (!hidden.includes(true)) return text;
  const cell = (value, at) => (hidden[at] && value !== '' ? `<${columns[at]}>` : value);
  return [head, ...rows.map((row) => (row === '' ? row : row.split(',').map(cell).join(',')))].join('\n');
}
