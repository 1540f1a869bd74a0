// Finds all images below a folder, whatever its layout.
import { join } from 'node:path';
import { list, nothingPassed, passedOverLines, unusable, type Listing, type PassedOver } from './listing.js';

/** Maximum depth of nested folders; a link to a parent folder would never end. */
const maxDepth = 16;

/**
 * Returns the images below a folder as paths relative to it: its own in the order of its list, then those of each
 * folder in it. `listed` lists one folder. Errors: those of `listed`; the folders are nested too deep.
 */
export async function namesBelow(
  root: string,
  path: string,
  listed: (path: string) => Promise<Listing>,
  depth = 0,
): Promise<string[]> {
  if (depth > maxDepth) {
    throw unusable(root, `folders are nested over ${maxDepth} deep`, path, 'a link may lead to a folder above');
  }
  const { folders, images } = await listed(path);
  const names = [...images];
  for (const folder of folders) {
    const inside = await namesBelow(root, join(path, folder), listed, depth + 1);
    for (const name of inside) names.push(join(folder, name));
  }
  return names;
}

interface FoundImages {
  /** Paths that start with the folder's: its own images sorted, then those of each folder in it. */
  readonly files: readonly string[];
  /** Messages about skipped files and folders. */
  readonly notes: readonly string[];
}

/**
 * Finds the images below a folder. `passed` counts skipped files and folders. Errors: it is not a folder, cannot be
 * read, or has no image.
 */
export async function findImages(root: string, passed: PassedOver = nothingPassed()): Promise<FoundImages> {
  const names = await namesBelow(root, root, (path) => list(root, path, passed));
  const files = names.map((name) => join(root, name));
  const notes = passedOverLines(passed);
  if (files.length === 0) throw unusable(root, 'there is no image in it', root, notes.join('\n') || undefined);
  return { files, notes };
}
