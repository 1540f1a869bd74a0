// Class names of a CIFAR set, and whether they are the usual ones.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cannot, systemCode } from '../../../common/errors.js';
import { readReason } from '../../../common/files.js';
import { specialKind } from '../../../common/special-files.js';
import { isPlainName, plainClassName, syntheticClassName } from '../../class-names.js';
import type { CifarFormat } from './format.js';

/**
 * Reads the class names, one per line; classes without a name, and all classes if there is no file, are named by their
 * number. Errors: the file cannot be read, has no names or too many.
 */
export async function readClassNames(format: CifarFormat, folder: string): Promise<string[]> {
  const path = join(folder, format.labelFile);
  let text: string | undefined;
  try {
    const kind = specialKind(await stat(path));
    if (kind !== undefined) throw new Error(`it is ${kind}`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') {
      throw cannot(`read the class names of ${format.title}`, readReason(error), {
        code: 'data/damaged',
        place: path,
        hint: 'without this file, classes are named by their numbers',
        cause: error,
      });
    }
  }
  const names = (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const { classes } = format.label;
  const unusable = (reason: string) =>
    cannot(`read the class names of ${format.title}`, reason, { code: 'data/damaged', place: path });
  if (names.length > classes) throw unusable(`the file has ${names.length} names, at most ${classes} fit`);
  if (text !== undefined && names.length === 0) throw unusable('the file has no names');
  return Array.from({ length: classes }, (_, index) => names[index] ?? plainClassName(index));
}

/** Returns the md5 of a text in hexadecimal. */
export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Whether the class names are the official ones in order, default names, or those of `isda data synthesize`. */
export const hasUsualNames = (format: CifarFormat, classNames: readonly string[]): boolean =>
  md5(classNames.join('\n')) === format.namesMd5 ||
  classNames.every((name, label) => isPlainName(name, label) || name === syntheticClassName(label));
