// Errors for invalid layouts of a folder of images.
import { join } from 'node:path';
import { someNames } from '../../../common/format.js';
import { comparable } from './file-names.js';
import { unusable, type Refuse } from './listing.js';

interface Place {
  readonly root: string;
  readonly refuse: Refuse;
}

/** Refuses images next to the class folders. */
export function refuseStray({ root, refuse }: Place, path: string, images: readonly string[]): void {
  if (images.length === 0) return;
  const reason = `${images.length === 1 ? 'an image is' : `${images.length} images are`} next to the class folders`;
  refuse(unusable(root, reason, join(path, images[0]), 'put each into the folder of its class, or elsewhere'));
}

/** Refuses two folders whose names are spellings of the same name. */
export function refuseTwins({ root, refuse }: Place, path: string, folders: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of folders) {
    if (seen.has(comparable(name))) {
      const reason = `two folders have the name ${comparable(name)} in different Unicode normalizations`;
      refuse(unusable(root, reason, path, 'move the images of one into the other'));
    }
    seen.add(comparable(name));
  }
}

/** The error for classes that differ between the parts, with both lists. */
export function otherClasses(root: string, folder: string, train: readonly string[], val: readonly string[]): Error {
  const missingIn = (list: readonly string[], names: readonly string[]): string[] => {
    const known = new Set(list.map(comparable));
    return names.filter((name) => !known.has(comparable(name)));
  };
  const [more, fewer] = [missingIn(train, val), missingIn(val, train)];
  const place = [
    `only in ${folder}/: ${someNames(more)}`,
    `only in train/: ${fewer.length === 0 ? 'none' : someNames(fewer)}`,
  ];
  const reason = `the classes of ${folder}/ differ from those of train/: ${more.length === 1 ? `${more[0]} is` : `${more.length} are`} not in train/`;
  return unusable(
    root,
    reason,
    [join(root, folder), ...place].join('\n'),
    `the class folders of ${folder}/ must have the same names as those of train/`,
  );
}
