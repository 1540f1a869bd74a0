// Checks the output paths of commands: --out for files and folders.
import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { cannot } from '../../common/errors.js';
import { orList } from '../../common/format.js';
import { isFolder } from '../../config/find.js';
import type { CommandContext } from '../context.js';
import { refuseForeignFile, refuseSpecialFile, type Written } from './replaceable.js';

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
 * The absolute path of a file that an option names. Errors: it ends as no file of the kind does, there is a file of
 * other origin, a pipe or a device (usage); it cannot be written there.
 */
export function outputFile(
  out: string,
  { name, endings, written }: FileKind,
  { workingDirectory }: CommandContext,
  { action, option }: OutputPurpose = { action: 'draw the figure', option: '--out' },
): string {
  const path = resolve(workingDirectory, out);
  refuseSpecialFile(path, action, option);
  if (!endings.includes(extname(out).toLowerCase()))
    throw cannot(action, `${out} is not the name of ${name}`, {
      code: 'option/invalid',
      kind: 'usage',
      hint: `${option} must end with ${orList(endings)}`,
    });
  refuseForeignFile(path, written, action, option);
  return path;
}

/** The absolute path of a PNG file that `--out` names. Errors (usage): it does not end with .png. */
export const pngFile = (out: string, context: CommandContext): string => outputFile(out, png, context);

/** What people who write such a name take for a file; folders are called `v1.2` and `example.org`. */
const fileEnding =
  /\.(png|jpe?g|gif|webp|bmp|tiff?|svg|pdf|e?ps|html?|md|txt|csv|tsv|json|ya?ml|xml|docx?|xlsx?|zip|tar|t?gz)$/i;

/**
 * The absolute path of a folder that `--out` names. Errors (usage): something else is there; the name is that of a
 * file, and there is no such folder yet. `action`, `hint`: of the error.
 */
export function outputFolder(out: string, action: string, hint: string, { workingDirectory }: CommandContext): string {
  const path = resolve(workingDirectory, out);
  const refuse = (reason: string): Error => cannot(action, reason, { code: 'option/invalid', kind: 'usage', hint });
  if (existsSync(path) && !isFolder(path)) throw refuse(`${out} is not a folder`);
  if (fileEnding.test(out) && !existsSync(path)) throw refuse(`${out} is the name of a file, not of a folder`);
  return path;
}
