// Determines the classes of the lines of a label file, by name or by position.
import { cannot, type IsdaError } from '../../../common/errors.js';
import { comparable } from './file-names.js';

/** The content of a line: the image's name, if any, and the class. */
export interface LabelLine {
  readonly image: string | undefined;
  /** The text after the image's name: the class, possibly followed by boxes. */
  readonly label: string;
  readonly number: number;
}

/** Returns the error for an unusable label file, or a line of it. */
export function unusableLabels(path: string, reason: string, hint?: string): IsdaError {
  return cannot('read the labels of the validation images', reason, { code: 'data/labels', place: path, hint });
}

/** Returns all divisions of a line into two parts, because names of images and classes may contain spaces. */
export function divisions(line: string): [before: string, rest: string][] {
  return [...line.matchAll(/\s*,\s*|\s+/g)].map(({ 0: gap, index }) => [
    line.slice(0, index),
    line.slice(index + gap.length),
  ]);
}

/** A class that a line may contain, and the text after it. */
interface Reading {
  readonly label: number;
  readonly rest: string;
}

interface Readings {
  readonly line: LabelLine;
  readonly byName?: Reading | undefined;
  /** For a number in a line with an image's name. */
  readonly byPosition?: Reading | undefined;
  readonly isNumber: boolean;
}

const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);

/** Returns the class of the longest start of a label that is a class name, and that of the number at its start. */
function readingsOf(line: LabelLine, labels: ReadonlyMap<string, number>): Readings {
  const { label, image } = line;
  const parts: [string, string][] = [...divisions(label), [label, '']];
  const byName = parts.toReversed().flatMap(([name, rest]): Reading[] => {
    const found = labels.get(comparable(name));
    return found === undefined ? [] : [{ label: found, rest }];
  });
  const [first, rest] = parts[0];
  const position = image !== undefined && /^(0|[1-9]\d*)$/.test(first) ? Number(first) : Infinity;
  const byPosition = position < labels.size ? { label: position, rest } : undefined;
  return { line, byName: byName.at(0), byPosition, isNumber: isNumber(first) };
}

/**
 * Returns the class of each line, a position in `classes`. A class is given by its name, or in a line with an image's
 * name by its position in the sorted names. Numbers have the same meaning in all lines: names if all of them are names,
 * else positions. Errors: an unknown class; numbers that may be names and positions of different classes; a second
 * class after the first.
 */
export function classesOfLines(path: string, lines: readonly LabelLine[], classes: readonly string[]): number[] {
  const labels = new Map(classes.map((name, label) => [comparable(name), label]));
  const found = lines.map((line) => readingsOf(line, labels));
  const numbers = found.filter((each) => each.isNumber);
  const areNames = numbers.every(({ byName }) => byName !== undefined);
  const arePositions = numbers.every(({ byPosition }) => byPosition !== undefined);
  const unclear = numbers.find((each) => each.byName?.label !== each.byPosition?.label);
  if (areNames && arePositions && unclear !== undefined) throw ambiguous(path, unclear, classes);
  const byPosition = !areNames && (arePositions || numbers.every((each) => each.byName === undefined));
  return found.map((each) => {
    const reading = each.isNumber && byPosition ? each.byPosition : each.byName;
    if (reading === undefined) throw unknown(path, each.line, classes);
    requireOneClass(path, each.line, reading, classes);
    return reading.label;
  });
}

function ambiguous(path: string, { line, byName, byPosition }: Readings, classes: readonly string[]): IsdaError {
  const [name, position] = [byName, byPosition].map((reading) => classes[reading!.label]);
  return unusableLabels(
    `${path}:${line.number}`,
    `${line.label} is the name of class ${name} and the position (from 0) of class ${position}`,
    'the class folders have numbers as names: put the images into val/CLASS/, or give the classes other names',
  );
}

function unknown(path: string, { image, label, number }: LabelLine, classes: readonly string[]): IsdaError {
  const [first] = label.split(/[\s,]+/);
  const alone = "a file of numbers only, as in ImageNet's development kit, does not follow the order of the folders";
  const from = `a number is a position in the sorted class names, 0 … ${classes.length - 1}`;
  const hint = !isNumber(first) ? undefined : image === undefined ? alone : from;
  return unusableLabels(`${path}:${number}`, `${label} is not a class of train/`, hint);
}

/** Errors: text after the class that is neither a box (numbers) nor the class name again. */
function requireOneClass(path: string, line: LabelLine, { label, rest }: Reading, classes: readonly string[]): void {
  const name = comparable(classes[label]);
  const boxes = comparable(rest).split(name).join(' ');
  const other = boxes.split(/[\s,]+/).find((word) => word !== '' && !isNumber(word));
  if (other === undefined) return;
  throw unusableLabels(
    `${path}:${line.number}`,
    `the line names the class ${classes[label]} and ${other}; an image has one class`,
  );
}
