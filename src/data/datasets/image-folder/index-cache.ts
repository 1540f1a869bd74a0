// Caches the file list of an image folder, because listing a million files on a network disk takes minutes.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder, writeFileAtomically } from '../../../common/files.js';
import { markOf, type Marked } from './mark.js';
import { scanFolder, type FolderScan } from './scan.js';

const partSchema = z.object({
  folder: z.string(),
  flat: z.boolean(),
  classes: z.array(z.object({ name: z.string(), folder: z.string().optional(), files: z.array(z.string()) })),
});

const indexSchema = z.object({
  format: z.literal(6),
  root: z.string(),
  /** The watched folders and files, each with its mark. */
  marks: z.array(z.tuple([z.string(), z.string()])),
  train: partSchema,
  val: partSchema.optional(),
  notes: z.array(z.string()),
});

/**
 * A change within these milliseconds after another may not change a folder's times, because file systems use coarse
 * ticks.
 */
const tick = 2000;

/** Returns the time of the newest change among any number of marks, in milliseconds. */
export function newest(marks: readonly Marked[]): number {
  const changed = ([modified, status]: readonly string[]): number => Math.max(Number(modified), Number(status));
  // Not `Math.max(...)`: a call takes at most about 120 000 arguments.
  return marks.reduce((latest, [, mark]) => Math.max(latest, changed(mark.split(' '))), -Infinity);
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function pathOf(root: string, cacheDirectory: string): string {
  const key = sha256(root).slice(0, 16);
  return join(cacheDirectory, 'image-folders', `${key}.json`);
}

async function readIndex(path: string, root: string): Promise<FolderScan | undefined> {
  try {
    const [sum, text] = (await readFile(path, 'utf8')).split('\n');
    // A damaged name or class would lead to training with wrong labels.
    if (sha256(text) !== sum) return undefined;
    const index = indexSchema.parse(JSON.parse(text));
    if (index.root !== root) return undefined;
    for (const [watched, mark] of index.marks) if ((await markOf(watched)) !== mark) return undefined;
    const { train, val, notes, marks } = index;
    return { train, ...(val && { val }), watched: marks, notes };
  } catch {
    // Whatever is wrong with the index or the folder: listing it again reports it.
    return undefined;
  }
}

export interface FolderIndex extends FolderScan {
  /** Whether the folder was listed now, not read from the index. */
  readonly fresh: boolean;
}

/**
 * Returns the classes and images of `root` (absolute), from the index in `cacheDirectory` as long as no class folder
 * and no label file has changed. An index that cannot be written (a full disk) is not an error. `now`: milliseconds.
 */
export async function indexFolder(root: string, cacheDirectory: string, now: () => number): Promise<FolderIndex> {
  const path = pathOf(root, cacheDirectory);
  const known = await readIndex(path, root);
  if (known !== undefined) return { ...known, fresh: false };
  const started = now();
  const scan = await scanFolder(root);
  if (newest(scan.watched) < started - tick) {
    try {
      await makeFolder(join(cacheDirectory, 'image-folders'));
      const { train, val, watched: marks, notes } = scan;
      const text = JSON.stringify({ format: 6, root, marks, train, val, notes });
      await writeFileAtomically(path, `${sha256(text)}\n${text}\n`);
    } catch {
      // The next run lists the folder again.
    }
  }
  return { ...scan, fresh: true };
}
