// Refuses to replace files that this program did not write.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { cannot } from '../../common/errors.js';
import { isMarkedPng } from '../../common/png-mark.js';
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

/** Whether there is a file with content. Of everything else at the path, the write reports what is wrong. */
function hasContent(path: string): boolean {
  try {
    const status = statSync(path);
    return status.isFile() && status.size > 0;
  } catch {
    return false;
  }
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

/** Errors (usage): the file at the absolute `path` is not of a kind that the command writes, or cannot be read. */
export function refuseForeignFile(path: string, kinds: readonly Written[], action: string, option = '--out'): void {
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
