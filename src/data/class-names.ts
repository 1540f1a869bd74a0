// Names of classes: default names, and a run's names beside those of the images present.

/** What a class without a name is called. */
export const plainClassName = (label: number): string => String(label);

/** Whether a class is called by its label alone. */
export const isPlainName = (name: string, label: number): boolean => name === plainClassName(label);

/** What the classes of a synthetic set are called. */
export const syntheticClassName = (label: number): string => `synthetic_${label}`;

/** A list of classes, and whose they are: `cifar10`, `the generator`. */
interface OwnedClasses {
  readonly classNames: readonly string[];
  readonly owner: string;
}

/** Whether no class has a name of its own: those of CIFAR where the file of names is missing. */
export const lackNames = (classNames: readonly string[]): boolean => classNames.every(isPlainName);

/**
 * In what two lists of classes differ, in words; undefined where they do not. Without names (`areNamed`) only their
 * number is compared.
 */
export function classDifference(
  first: OwnedClasses,
  second: OwnedClasses,
  areNamed = ![first, second].some(({ classNames }) => lackNames(classNames)),
): string | undefined {
  const [one, other] = [first, second].map(({ classNames }) => classNames);
  if (one.length !== other.length)
    return `${first.owner} has ${one.length} classes, ${second.owner} has ${other.length}`;
  if (!areNamed) return undefined;
  const label = one.findIndex((name, index) => name !== other[index]);
  return label < 0
    ? undefined
    : `class ${label} is ${one[label]} of ${first.owner} and ${other[label]} of ${second.owner}`;
}

export interface ClassChanges {
  /** `"cat" is gone, "dog" is class 0 and was class 1`: the first few changes. */
  readonly text: string;
  /** Whether a class of the same name has another place: labels mean other classes than the network's outputs. */
  readonly moved: boolean;
}

/** Changes that are named. */
const maxChanges = 4;

/** In what the names of classes, in the order of their labels, differ; undefined where they do not. */
export function classChanges(before: readonly string[], now: readonly string[]): ClassChanges | undefined {
  const gone = before.filter((name) => !now.includes(name)).map((name) => `"${name}" is gone`);
  const added = now.filter((name) => !before.includes(name)).map((name) => `"${name}" is new`);
  const moved = now.flatMap((name, label) => {
    const was = before.indexOf(name);
    return was === -1 || was === label ? [] : [`"${name}" is class ${label} and was class ${was}`];
  });
  const all = [...gone, ...added, ...moved];
  if (all.length === 0) return undefined;
  const rest = all.length - maxChanges;
  return {
    text: `${all.slice(0, maxChanges).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`,
    moved: moved.length > 0,
  };
}
