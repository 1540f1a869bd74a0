// Class names: default names, and comparison of two lists of classes.

/** Returns the default name of a class. */
export const plainClassName = (label: number): string => String(label);

/** Whether the name of a class is only its label. */
export const isPlainName = (name: string, label: number): boolean => name === plainClassName(label);

/** Returns the name of a class of a synthetic data set. */
export const syntheticClassName = (label: number): string => `synthetic_${label}`;

/** A list of classes, and what it belongs to: `cifar10`, `the generator`. */
interface OwnedClasses {
  readonly classNames: readonly string[];
  readonly owner: string;
}

/** Whether all classes have default names, as those of CIFAR if the file of names is missing. */
export const lackNames = (classNames: readonly string[]): boolean => classNames.every(isPlainName);

/**
 * Returns a description of the difference between two lists of classes; undefined if there is none. Without names
 * (`areNamed` is false) only the numbers of classes are compared.
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
    : `class ${label} is called ${one[label]} in ${first.owner} and ${other[label]} in ${second.owner}`;
}

export interface ClassChanges {
  /** `"cat" is gone, "dog" is class 0 and was class 1`: the first few changes. */
  readonly text: string;
  /**
   * Whether a class of the same name has another position: labels then mean other classes than the network's outputs.
   */
  readonly moved: boolean;
}

/** Maximum number of changes in the text. */
const maxChanges = 4;

/** Returns the labels of each name, ascending. */
function labelsOfNames(names: readonly string[]): Map<string, number[]> {
  const labels = new Map<string, number[]>();
  names.forEach((name, label) => labels.set(name, [...(labels.get(name) ?? []), label]));
  return labels;
}

/** Returns the moves of each name that has left a label and has another: several classes may have one name. */
function movesOf(before: readonly string[], now: readonly string[]): string[] {
  const was = labelsOfNames(before);
  const moves = [...labelsOfNames(now)].flatMap(([name, labels]) => {
    const left = (was.get(name) ?? []).filter((label) => now[label] !== name);
    const taken = labels.filter((label) => before[label] !== name);
    return taken.slice(0, left.length).map((label, index) => ({ name, label, from: left[index] }));
  });
  moves.sort((a, b) => a.label - b.label);
  return moves.map(({ name, label, from }) => `"${name}" is class ${label} and was class ${from}`);
}

/** Returns the differences label by label, where names that several classes have changed in number. */
function byLabel(before: readonly string[], now: readonly string[]): string[] {
  const quoted = (name: string | undefined): string => (name === undefined ? 'nothing' : `"${name}"`);
  const longer = before.length > now.length ? before : now;
  return longer.flatMap((_, label) =>
    before[label] === now[label] ? [] : [`class ${label} is ${quoted(now[label])} and was ${quoted(before[label])}`],
  );
}

/** Returns the changes between two lists of class names in the order of their labels; undefined if there are none. */
export function classChanges(before: readonly string[], now: readonly string[]): ClassChanges | undefined {
  if (before.length === now.length && before.every((name, label) => name === now[label])) return undefined;
  const [had, has] = [new Set(before), new Set(now)];
  const gone = [...had].filter((name) => !has.has(name)).map((name) => `"${name}" is gone`);
  const added = [...has].filter((name) => !had.has(name)).map((name) => `"${name}" is new`);
  const moved = movesOf(before, now);
  const named = [...gone, ...added, ...moved];
  const all = named.length === 0 ? byLabel(before, now) : named;
  const rest = all.length - maxChanges;
  return {
    text: `${all.slice(0, maxChanges).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`,
    moved: moved.length > 0,
  };
}
