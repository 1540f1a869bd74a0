// Finds all images below a folder, whatever its layout.
import { join } from 'node:path';
import { list, nothingPassed, passedOverLines, unusable, type PassedOver } from './listing.js';

/** Folders may be nested this deep; a link to a folder above would never end. */
const maxDepth = 16;

interface FoundImages {
  /** Paths that begin with the folder's: its own images sorted, then those of each folder in it. */
  readonly files: readonly string[];
  /** What is in the folders and was passed over, in words. */
  readonly notes: readonly string[];
}

/**
 * The images below a folder. `passed`: gets what is passed over. Errors: it is no folder, may not be read, or has no
 * image.
 */
export async function findImages(root: string, passed: PassedOver = nothingPassed()): Promise<FoundImages> {
  const below = async (path: string, depth: number): Promise<string[]> => {
    if (depth > maxDepth) {
      throw unusable(root, `folders are nested over ${maxDepth} deep`, path, 'a link may lead to a folder above');
    }
    const { folders, images } = await list(root, path, passed);
    const files = images.map((name) => join(path, name));
    for (const name of folders) files.push(...(await below(join(path, name), depth + 1)));
    return files;
  };
  const files = await below(root, 0);
  const notes = passedOverLines(passed);
  if (files.length === 0) throw unusable(root, 'there is no image in it', root, notes.join('\n') || undefined);
  return { files, notes };
}
