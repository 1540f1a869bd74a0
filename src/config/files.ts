// Reads a config file and the files it extends, and merges them into one tree of values.
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { IsdaError, reasonOf, systemCode } from '../common/errors.js';
import { displayPath, findConfig, isFile, isPipe, type ConfigPlaces } from './find.js';
import type { Problem } from './problems.js';
import type { Source, Span } from './source.js';
import { isUnset, merge, without, type MapTree, type NamedSections, type Tree } from './tree.js';
import { parseYaml } from './yaml.js';

const maxBytes = 1024 * 1024;
const deepestExtends = 16;
/** The maximum number of files of one config; a file counts each time that it is extended. */
const maxFiles = 100;

interface ConfigFiles {
  /** Undefined if a file could not be used. */
  readonly tree: MapTree | undefined;
  readonly problems: readonly Problem[];
  /** The files read, each once: a base before the files that extend it. */
  readonly sources: readonly Source[];
  /** Their absolute paths, in the same order. */
  readonly paths: readonly string[];
}

/** Reads the text of a YAML file or pipe of at most 1 MiB, or returns the problem. */
export function readText(path: string, readPipe?: (path: string) => string): { text: string } | { reason: string } {
  try {
    if (isPipe(path)) return { text: readPipe?.(path) ?? readFileSync(path, 'utf8') };
    const { size } = statSync(path);
    if (!isFile(path)) return { reason: 'it is not a file' };
    if (size > maxBytes) return { reason: `it is larger than 1 MiB (${size} bytes)` };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { reason: 'there is no such file' };
    if (code === 'EACCES') return { reason: 'permission denied' };
    return { reason: code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8 text' : reasonOf(error) };
  }
}

/** The file names of an `extends:` value with their places; a problem if it is neither a name nor a list of names. */
function basesOf(value: Tree, problems: Problem[]): readonly { name: string; span: Span }[] {
  const items = value.kind === 'list' ? value.items : [value];
  return items.flatMap((item) => {
    if (item.kind === 'scalar' && typeof item.value === 'string' && item.value !== '' && !item.value.includes('\0')) {
      return [{ name: item.value, span: item.span }];
    }
    problems.push({ message: 'extends: expected a file name or a list of file names', span: item.span });
    return [];
  });
}

/** The file that an `extends` of `file` means: one in the same folder, else a config by its name, as in `--config`. */
function baseOf(name: string, file: string, places: ConfigPlaces): { path: string; hint?: string } {
  const beside = resolve(dirname(file), name);
  const path = [beside, `${beside}.yaml`, `${beside}.yml`].find(
    (each) => isFile(each) && (each === beside || each !== file),
  );
  if (path !== undefined) return { path };
  try {
    return { path: findConfig(name, { ...places, workingDirectory: places.configsDirectory }) };
  } catch (error) {
    // The message is about the missing file in the same folder, with the nearest names.
    return { path: beside, hint: error instanceof IsdaError ? error.hint : undefined };
  }
}

/**
 * Reads the file at an absolute path and all files it extends. `sections`: those whose keys depend on their `name`.
 * Problems are collected, not thrown.
 */
export function readConfigFiles(path: string, places: ConfigPlaces, sections: NamedSections): ConfigFiles {
  const { workingDirectory, readPipe } = places;
  const problems: Problem[] = [];
  const sources = new Map<string, Source>();
  const parsed = new Map<string, MapTree | undefined>();
  const order: string[] = [];
  let reads = 0;

  const parse = (file: string, from: Span | undefined, hint: string | undefined): MapTree | undefined => {
    if (parsed.has(file)) return parsed.get(file);
    const piped = isPipe(file);
    const label = piped ? 'standard input' : displayPath(file, workingDirectory);
    const read = readText(file, readPipe);
    if ('reason' in read) {
      problems.push({ message: from ? `extends ${label}: ${read.reason}` : read.reason, span: from, hint });
      return undefined;
    }
    const directory = piped ? workingDirectory : dirname(file);
    const source: Source = { kind: 'file', label, text: read.text, directory, ...(piped ? { isPipe: true } : {}) };
    const { tree, problems: found } = parseYaml(source);
    problems.push(...found);
    sources.set(file, source);
    parsed.set(file, undefined);
    if (tree?.kind === 'map') parsed.set(file, tree);
    else if (found.length === 0) {
      problems.push(
        tree === undefined
          ? { message: 'the file is empty', span: { source, start: 0, end: 0 }, hint: 'write {} to use every default' }
          : { message: 'expected keys and values such as `experiment: NAME`', span: tree.span },
      );
    }
    return parsed.get(file);
  };

  const read = (
    file: string,
    from: Span | undefined,
    chain: readonly string[],
    baseHint?: string,
  ): MapTree | undefined => {
    reads += 1;
    const refuse = (message: string, hint?: string): undefined => void problems.push({ message, span: from, hint });
    if (chain.includes(file)) {
      const circle = [...chain.slice(chain.indexOf(file)), file];
      return refuse('extends is circular', circle.map((each) => displayPath(each, workingDirectory)).join(' → '));
    }
    if (chain.length > deepestExtends) return refuse(`extends is nested deeper than ${deepestExtends} files`);
    if (reads > maxFiles) return reads === maxFiles + 1 ? refuse(`extends more than ${maxFiles} files`) : undefined;
    const own = parse(file, from, baseHint);
    if (own === undefined) return undefined;
    const extended = own.entries.get('extends');
    const bases = extended === undefined || isUnset(extended.value) ? [] : basesOf(extended.value, problems);
    const beside = isPipe(file) ? resolve(workingDirectory, 'config.yaml') : file;
    const trees = bases.map(({ name, span }) => {
      const base = baseOf(name, beside, places);
      return read(base.path, span, [...chain, file], base.hint);
    });
    if (!order.includes(file)) order.push(file);
    // A name is not inherited: two configs with one name would share a run folder.
    const below = trees.flatMap((tree) => (tree === undefined ? [] : [without(tree, 'experiment')]));
    return [...below, without(own, 'extends')].reduce((base, over) => merge(base, over, sections));
  };

  const tree = read(path, undefined, []);
  return { tree, problems, paths: order, sources: order.flatMap((file) => sources.get(file) ?? []) };
}
