// Checks the output paths of commands: --out for files and folders.
import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { cannot } from '../../common/errors.js';
import { orList } from '../../common/format.js';
import type { CommandContext } from '../context.js';
import { refuseForeignFile, type Written } from './replaceable.js';

export interface FileKind {
  /** With its article: `an SVG or PNG file`. */
  readonly name: string;
  /** With their dots, in lower case. */
  readonly endings: readonly string[];
  /** What is written there. */
  readonly written: readonly Written[];
}

const png: FileKind = { name: 'a PNG file', endings: ['.png'], written: ['png'] };

/** What a file is written for, for messages. */
interface OutputPurpose {
  /** `cannot <action>`. */
  readonly action: string;
  /** The option that names the file. */
  readonly option: string;
}

/**
 * The absolute path of a file that an option names. Errors (usage): it ends as no file of the kind does; there is a
 * file of other origin.
 */
export function outputFile(
  out: string,
  { name, endings, written }: FileKind,
  { workingDirectory }: CommandContext,
  { action, option }: OutputPurpose = { action: 'draw the figure', option: '--out' },
): string {
  if (!endings.includes(extname(out).toLowerCase()))
    throw cannot(action, `${out} is not the name of ${name}`, {
      code: 'option/invalid',
      kind: 'usage',
      hint: `${option} must end with ${orList(endings)}`,
    });
  const path = resolve(workingDirectory, out);
  refuseForeignFile(path, written, action, option);
  return path;
}

/** The absolute path of a PNG file that `--out` names. Errors (usage): it does not end with .png. */
export const pngFile = (out: string, context: CommandContext): string => outputFile(out, png, context);

/** What people who write such a name take for a file; folders are called `v1.2` and `example.org`. */
const fileEnding =
  /\.(png|jpe?g|gif|webp|bmp|tiff?|svg|pdf|e?ps|html?|md|txt|csv|tsv|json|ya?ml|xml|docx?|xlsx?|zip|tar|t?gz)$/i;

/**
 * The absolute path of a folder that `--out` names. Errors (usage): the name is that of a file, and there is no such
 * folder yet. `action`, `hint`: of the error.
 */
export function outputFolder(out: string, action: string, hint: string, { workingDirectory }: CommandContext): string {
  const path = resolve(workingDirectory, out);
  if (fileEnding.test(out) && !existsSync(path))
    throw cannot(action, `${out} is the name of a file, not of a folder`, {
      code: 'option/invalid',
      kind: 'usage',
      hint,
    });
  return path;
}
