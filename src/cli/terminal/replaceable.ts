// Refuses output files that cannot be written, or that this program did not write, before anything is computed.
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { cannot } from '../../common/errors.js';
import { writeFailure } from '../../common/files.js';
import { isMarkedPng } from '../../common/png-mark.js';
import { specialKind } from '../../common/special-files.js';
import { confusionCorner } from '../../runs/examination/confusion-csv.js';
import { predictionsHeader } from '../../runs/examination/predictions-csv.js';

/** Kinds of files that commands write to a path given by the user. */
export type Written = 'svg' | 'png' | 'page' | 'table' | 'network' | 'distances' | 'confusion' | 'predictions';

/** Number of bytes that identify a file: the style sheet of a page comes before its first words. */
const headBytes = 1 << 16;

const isTablePage = (head: string): boolean => /^<!doctype html>[^]*<title>Table \d\. /.test(head);

const isOurs: Readonly<Record<Written, (head: string) => boolean>> = {
  svg: (head) =>
    head.startsWith('<svg xmlns="http://www.w3.org/2000/svg"') && head.includes("'DejaVu Sans', sans-serif"),
  png: (head) => isMarkedPng(Buffer.from(head, 'latin1')),
  page: (head) => head.startsWith('<!doctype html>') && head.includes('Made by isda on '),
  table: (head) =>
    /^(?:## )?Table \d\. |^table,row,column,|^\{\s*"table": \d,\s*"title": /.test(head) || isTablePage(head),
  network: (head) => head.slice(8).startsWith('{"__metadata__":{"format":"pt","network":'),
  confusion: (head) => head.startsWith(`${confusionCorner},`),
  predictions: (head) => head.startsWith(`${predictionsHeader}\n`),
  distances: (head) => head.startsWith('iteration,step,image,draw,feature_distance,'),
};

/** The status of what is at a path; undefined if there is nothing, or a folder on the way may not be entered. */
function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Errors (usage): a pipe, a socket or a device is at the absolute `path`, which a renamed file would replace. */
export function refuseSpecialFile(path: string, action: string, option = '--out'): void {
  const status = statusOf(path);
  const kind = status && specialKind(status);
  if (kind === undefined) return;
  throw cannot(action, `${path} is ${kind}, not a file`, {
    code: 'option/invalid',
    kind: 'usage',
    hint: `give the name of a file with ${option}`,
  });
}

/** The file that a write to a path replaces: links are followed. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Errors: no file can be made in the folder of the absolute `path`, nor the folder itself. */
function refuseUnwritableFolder(path: string): void {
  let folder = dirname(targetOf(path));
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    // With the dot, a file in place of the folder is an error, too.
    accessSync(`${folder}/.`, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/**
 * Errors: a folder, a pipe, a socket or a device is at the absolute `path` (usage); no file can be written in its
 * folder.
 */
export function refuseUnwritable(path: string, action: string, option = '--out'): void {
  refuseSpecialFile(path, action, option);
  if (statusOf(path)?.isDirectory() === true)
    throw cannot(action, 'a folder of that name exists', {
      code: 'file/exists',
      kind: 'usage',
      place: path,
      hint: `choose another name with ${option}`,
    });
  refuseUnwritableFolder(path);
}

/** Whether there is a file with content. */
function hasContent(path: string): boolean {
  const status = statusOf(path);
  return status?.isFile() === true && status.size > 0;
}

/** Returns the first bytes of a file, as Latin-1; undefined if it cannot be read. */
function headOf(path: string): string | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(headBytes);
      return head.toString('latin1', 0, readSync(file, head, 0, headBytes, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/**
 * Errors (usage): the file at the absolute `path` is not of a kind that the command writes, or cannot be read; those of
 * `refuseUnwritable`.
 */
export function refuseForeignFile(path: string, kinds: readonly Written[], action: string, option = '--out'): void {
  refuseUnwritable(path, action, option);
  if (!hasContent(path)) return;
  const head = headOf(path);
  if (head !== undefined && kinds.some((kind) => isOurs[kind](head))) return;
  // A write replaces also a file that cannot be read, if its folder can be written.
  const reason = head === undefined ? 'it cannot be read' : 'this program did not write it';
  throw cannot(action, `a file of that name exists, and ${reason}`, {
    code: 'file/exists',
    kind: 'usage',
    place: path,
    hint: `choose another name with ${option}, or move the file away`,
  });
}
