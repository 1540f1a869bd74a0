// Studies: a YAML file of named rows, each a config with overrides, times seeds.
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { cannot } from '../common/errors.js';
import { displayPath, findConfig, isFile, isPipe, standardInput, type ConfigPlaces } from '../config/find.js';
import { readText } from '../config/files.js';
import { loadConfig } from '../config/load.js';
import { valueSet } from '../config/overrides.js';
import { configError, type Problem } from '../config/problems.js';
import { asTree, experimentName, experimentProblem } from '../config/schema.js';
import type { Source } from '../config/source.js';
import { keySpanAt, valueAt, type MapTree } from '../config/tree.js';
import { checkTree } from '../config/validate.js';
import { parseYaml } from '../config/yaml.js';
import { seedsFrom, type GridRow } from './rows.js';

const name = z.string().regex(experimentName, { error: ({ input }) => experimentProblem(String(input)) });
const config = z.string().min(1);
const changes = z.record(z.string(), z.unknown());

const studySchema = z.strictObject({
  /** Name of the store, and prefix of its runs. */
  study: name,
  /** A path relative to the study's file, or a name under configs/. */
  config,
  /** Overrides of every row. */
  set: changes.optional(),
  /** Number of seeds, from `firstSeed`. */
  seeds: z.int().min(1).max(10_000).default(3),
  /** All seeds are valid in a config (`training.seed`), also with the largest number of them. */
  firstSeed: z.int().min(0).max(4_294_957_295).default(1),
  rows: z.array(z.strictObject({ name, config: config.optional(), set: changes.optional() })).min(1),
});

/** Keys that the study sets in every run, with the reason for messages. */
const decided = [
  { path: ['training', 'seed'], how: '`seeds` and `firstSeed` set it in every row' },
  { path: ['output', 'dir'], how: 'runs are written to the store, which --out sets' },
  { path: ['experiment'], how: 'runs are named after the study and the row' },
] as const;

/** Returns the problems of overrides, at a path in the study, that would have no effect. */
function decidedProblems(tree: MapTree, at: readonly PropertyKey[]): readonly Problem[] {
  return decided.flatMap(({ path, how }) => {
    const span = keySpanAt(tree, [...at, ...path]);
    return span === undefined ? [] : [{ message: `${path.join('.')} cannot be set here: ${how}`, span }];
  });
}

/** Errors (usage): an override of the command line would have no effect. */
function checkOverrides(overrides: readonly string[]): void {
  for (const { path, how } of decided) {
    const dropped = overrides.find((change) => valueSet(change, path.join('.')) !== undefined);
    if (dropped === undefined) continue;
    throw cannot('run the study', `--set ${dropped} would be dropped: ${how}`, {
      code: 'option/invalid',
      kind: 'usage',
    });
  }
}

interface Study {
  readonly name: string;
  readonly rows: readonly GridRow[];
  readonly seeds: readonly number[];
}

/**
 * Reads a study and resolves every row: the row's `config` (else the study's), then the study's `set`, then the row's,
 * then `overrides` (`KEY=VALUE`). `file` is relative to the working directory, `-` is standard input. Errors (usage):
 * with the position in the study's file or in a config; an override of what the study decides.
 */
export function loadStudy(
  file: string,
  { overrides, ...places }: ConfigPlaces & { readonly overrides: readonly string[] },
): Study {
  checkOverrides(overrides);
  const path = file === '-' ? standardInput : resolve(places.workingDirectory, file);
  const label = displayPath(path, places.workingDirectory);
  const directory = isPipe(path) ? places.workingDirectory : dirname(path);
  const read = readText(path, places.readPipe);
  if ('reason' in read) throw configError(label, [{ message: read.reason }], 'study');
  const source: Source = { kind: 'file', label, text: read.text, directory };
  const { tree, problems } = parseYaml(source);
  const fail = (found: readonly Problem[]): Error => configError(label, found, 'study');
  if (problems.length > 0) throw fail(problems);
  if (tree?.kind !== 'map') throw fail([{ message: 'expected the keys study, config and rows', span: tree?.span }]);
  const checked = checkTree({ schema: studySchema, root: asTree(studySchema) }, tree, [source]);
  if ('problems' in checked) throw fail(checked.problems);
  const study = checked.value;
  const settings: PropertyKey[][] = [['set'], ...study.rows.map((_, index) => ['rows', index, 'set'])];
  const idle = settings.flatMap((at) => decidedProblems(tree, at));
  if (idle.length > 0) throw fail(idle);

  /** A name in the study is first looked up relative to its file, as in `extends`. */
  const find = (reference: string): string => {
    const beside = resolve(directory, reference);
    return isFile(beside) ? beside : findConfig(reference, places);
  };
  const changesAt = (...at: PropertyKey[]): MapTree[] => {
    const change = valueAt(tree, at);
    return change?.kind === 'map' ? [change] : [];
  };
  const rows = study.rows.map((row, index) => ({
    name: row.name,
    config: loadConfig(find(row.config ?? study.config), {
      ...places,
      changes: [...changesAt('set'), ...changesAt('rows', index, 'set')],
      overrides,
    }).config,
  }));
  return { name: study.study, rows, seeds: seedsFrom(study.firstSeed, study.seeds) };
}
