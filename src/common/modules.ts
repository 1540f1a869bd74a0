// Loads and checks the custom modules of a config.
import { stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { kindOf } from './kind-of.js';
import { pathOption } from './path-option.js';
import { syntaxErrorPlace } from './syntax-place.js';
import { orUnsettled } from './unsettled.js';
import { cannot, IsdaError, reasonOf, systemCode, type FailureDetail } from './errors.js';
import { placeInFile, withLongStacks } from './stack-place.js';

/** The config key for the path of a custom module; `factory`: the function that the module exports. */
const moduleOption = (factory: string) =>
  pathOption().describe(
    `JavaScript file that exports \`${factory}\`, relative to the file that names it, or with --set to the working directory`,
  );

/** The config keys of a custom module: its path, and the options for its factory. */
export const moduleOptions = (factory: string) => ({
  module: moduleOption(factory),
  options: z.record(z.string(), z.json()).default({}).describe(`passed to \`${factory}\` unchanged`),
});

/** A schema for functions in the results of custom modules. */
export const callable = z.custom<(...args: never[]) => unknown>(
  (value) => typeof value === 'function',
  'expected a function',
);

/** Errors (usage): there is no file at a path; the message of Node.js would name the importing file instead. */
async function requireFile(path: string): Promise<void> {
  const refuse = (reason: string): Error =>
    cannot(`use the module ${path}`, reason, {
      code: 'module/unusable',
      kind: 'usage',
      hint: 'a relative path is resolved against the folder of the file that contains it; in --set, against the working directory',
    });
  const found = await stat(path).catch((error: unknown) => {
    throw refuse(['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '') ? 'there is no such file' : reasonOf(error));
  });
  if (!found.isFile()) throw refuse('it is not a file');
}

/** Describes the first problem of an object that does not match its schema. */
function incompleteness(made: unknown, check: z.ZodObject, [issue]: readonly z.core.$ZodIssue[]): string {
  if (issue.path.length === 0) {
    const required = Object.entries(check.shape).filter(([, part]) => !(part instanceof z.ZodOptional));
    return `is ${kindOf(made)}, not an object with ${required.map(([key]) => key).join(', ')}`;
  }
  const [key] = issue.path;
  const missing = issue.path.length === 1 && (made as Readonly<Record<PropertyKey, unknown>>)[key] === undefined;
  const reason = missing && issue.code !== 'custom' ? 'it is missing' : issue.message;
  return `is not complete: ${issue.path.join('.')}: ${reason}`;
}

/**
 * Calls a function of a custom module; `path` is undefined if its file is not known. Errors: what it throws, as
 * `cannot <action>: reason` with the line in the file; --debug shows the stack.
 */
export function callOwn<Result>(path: string | undefined, action: string, call: () => Result): Result {
  try {
    return withLongStacks(call);
  } catch (error) {
    const hint = error instanceof IsdaError ? error.hint : undefined;
    throw cannot(action, reasonOf(error).split('\n')[0], {
      code: 'module/unusable',
      cause: error,
      place: placeInFile(error, path),
      hint: hint ?? 'docs/extending.md describes the arguments and the result of the function',
    });
  }
}

/** Returns a hint for a file that Node.js cannot import. */
function importHint(error: unknown): string | undefined {
  const code = systemCode(error);
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return 'use a JavaScript file, .mjs or .js; TypeScript must be compiled to JavaScript first';
  }
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') {
    return 'no import is needed: the function receives `kit`; docs/extending.md explains how `isda/kit` is resolved';
  }
  return undefined;
}

/** Returns a hint with the exports of a file that lacks the factory. */
function exportHint(factory: string, exports: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(exports);
  const said = names.length === 0 ? 'it exports nothing' : `it exports ${names.join(', ')}`;
  return `${said}; write \`export function ${factory}(…) { … }\``;
}

/** Returns the error for a custom module: the action, the reason, and a hint. */
function unusable(
  action: string,
  reason: string,
  {
    hint = 'docs/extending.md contains a complete example',
    ...detail
  }: Pick<FailureDetail, 'cause' | 'place' | 'hint'> = {},
): IsdaError {
  return cannot(action, reason, { code: 'module/unusable', hint, ...detail });
}

/** A factory function of a custom module. */
interface PartFactory {
  /** Name of the function. */
  readonly factory: string;
  /** The action that fails if the factory fails. */
  readonly action: string;
  /** Path of its file, if known. */
  readonly path?: string;
}

/**
 * Calls a factory of a custom module through `call`; its result, or the value of its promise, must match the schema.
 * Errors: it fails, or returns something else.
 */
export async function makePart<Result>(
  { factory, action, path }: PartFactory,
  check: z.ZodObject,
  call: () => unknown,
): Promise<Result> {
  let made: unknown;
  try {
    made = await orUnsettled(call(), () => new Error('it returned a promise that never settles'));
  } catch (error) {
    throw unusable(action, `${factory} failed: ${reasonOf(error)}`, { cause: error, place: placeInFile(error, path) });
  }
  const checked = check.safeParse(made);
  if (!checked.success) {
    throw unusable(action, `the result of ${factory} ${incompleteness(made, check, checked.error.issues)}`);
  }
  return made as Result;
}

/**
 * Imports a file and calls its export `factory` through `call`; the result, or the value of its promise, must match the
 * schema. Errors: the file cannot be loaded, does not export `factory`, or that fails or returns something else.
 */
export async function useModule<Factory, Result>(
  path: string,
  factory: string,
  check: z.ZodObject,
  call: (create: Factory) => unknown,
): Promise<Result> {
  const action = `use the module ${path}`;
  await requireFile(path);
  let exports: Readonly<Record<string, unknown>>;
  const { href } = pathToFileURL(path);
  try {
    exports = (await orUnsettled(import(href), () => new Error('its top-level await never ends'))) as Readonly<
      Record<string, unknown>
    >;
  } catch (error) {
    const place = error instanceof SyntaxError ? await syntaxErrorPlace(error, path, href) : placeInFile(error, path);
    throw unusable(action, reasonOf(error).split('\n')[0], { cause: error, place, hint: importHint(error) });
  }
  const create = exports[factory];
  if (typeof create !== 'function') {
    throw unusable(action, `it does not export a function ${factory}`, { hint: exportHint(factory, exports) });
  }
  return makePart({ factory, action, path }, check, () => call(create as Factory));
}
