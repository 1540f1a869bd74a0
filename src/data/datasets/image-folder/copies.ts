// Finds images that occur more than once in a folder, by the bytes of their files.

/** The images of a part in the order of its list. */
export interface PartImages {
  /** Paths relative to the folder. */
  readonly names: readonly string[];
  /** Names of the classes. */
  readonly labels: readonly string[];
  /** Digest of each file; undefined for a broken image. */
  readonly digests: readonly (string | undefined)[];
}

/** Paths of two files with the same bytes. */
type Pair = readonly [copy: string, original: string];

export interface Copies {
  /** Evaluation images with the bytes of a training image. */
  readonly inBothParts: readonly Pair[];
  /** Images with the bytes of an earlier one of their part that is of another class. */
  readonly inOtherClasses: readonly Pair[];
  /** Number of images with the bytes of an earlier one of their part and class. */
  readonly repeated: number;
}

/** Compares all images of a folder, those of `train` first. */
export function findCopies(parts: readonly PartImages[]): Copies {
  const inBothParts: Pair[] = [];
  const inOtherClasses: Pair[] = [];
  let repeated = 0;
  const before = new Map<string, string>();
  for (const { names, labels, digests } of parts) {
    const firsts = new Map<string, number>();
    digests.forEach((digest, index) => {
      if (digest === undefined) return;
      const first = firsts.get(digest);
      const other = before.get(digest);
      if (other !== undefined) inBothParts.push([names[index], other]);
      if (first === undefined) firsts.set(digest, index);
      else if (labels[first] === labels[index]) repeated += 1;
      else inOtherClasses.push([names[index], names[first]]);
    });
    for (const [digest, index] of firsts) before.set(digest, names[index]);
  }
  return { inBothParts, inOtherClasses, repeated };
}
