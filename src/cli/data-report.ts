// The lines that `isda data verify` prints.
import { counted } from '../common/format.js';
import type { Copies } from '../data/datasets/image-folder/copies.js';
import type { FolderPartReport, FolderReport } from '../data/datasets/image-folder/verify.js';
import type { DatasetReport, PartReport } from '../data/verify.js';
import { wrapText } from './terminal/fold.js';

function balanceOf({ classCounts }: Pick<PartReport, 'classCounts'>): string {
  const occurring = classCounts.filter((count) => count > 0);
  if (occurring.length === 0) return 'no images';
  const [least, most] = [Math.min(...occurring), Math.max(...occurring)];
  const each = least === most ? `${least}` : `${least} to ${most}`;
  return `${occurring.length} of ${classCounts.length} classes, ${each} images each`;
}

/** Formats the files of a part, each on several lines if one line would exceed `width`. */
function fileLines({ files }: PartReport, width: number): string[] {
  const widest = Math.max(0, ...files.map(({ file }) => file.length));
  const state = ({ official }: PartReport['files'][number]): string => (official ? 'official' : 'not official');
  const whole = files.map(
    (each) => `  ${each.file.padEnd(widest)}  ${each.records} records  md5 ${each.md5}  ${state(each)}`,
  );
  if (whole.every((line) => line.length <= width)) return whole;
  return files.flatMap((each) => [
    `  ${each.file}`,
    `    ${each.records} records, ${state(each)}`,
    `    md5 ${each.md5}`,
  ]);
}

/** Formats the findings as lines of at most `width` characters; only longer words exceed it. */
export function reportLines(report: DatasetReport, width = Infinity): string[] {
  const lines = [`${report.name} in ${report.folder}`];
  for (const part of report.parts) {
    lines.push(`${part.part}: ${part.count} records, ${balanceOf(part)}`);
    lines.push(...fileLines(part, width));
  }
  const count = report.parts.reduce((sum, part) => sum + part.count, 0);
  for (const { message, place } of report.problems) lines.push(`problem: ${message} (${place})`);
  if (report.problems.length === 0) {
    lines.push(report.official ? 'these are the official files' : `not the official files, ${count} records`);
  }
  if (!report.usualNames) lines.push('the names of the classes or their order differ from the official ones');
  return lines.map((line) => wrapText(line, width));
}

const listed = 20;

/** The first lines of a list, and the number of further ones. */
function firstOf(lines: readonly string[], indent = ''): string[] {
  const more = lines.length - listed;
  return [...lines.slice(0, listed), ...(more > 0 ? [`${indent}${more} more; --json lists all`] : [])];
}

function partLines(report: FolderPartReport, width: number): string[] {
  const { part, count, classCounts, checksum, smallest, largest, broken } = report;
  const sizes = smallest && largest ? [`  from ${smallest.join(' x ')} to ${largest.join(' x ')} pixels`] : [];
  const checksumLine = `  md5 of the list ${checksum}`;
  return [
    `${part}: ${count} images, ${balanceOf({ classCounts })}`,
    ...sizes,
    ...(checksumLine.length <= width ? [checksumLine] : ['  md5 of the list', `    ${checksum}`]),
    ...firstOf(broken.map(({ path, reason }) => `problem: cannot read ${path}: ${reason}`)),
  ];
}

/** Lists pairs of files with the same bytes, below a line that says `where` else the first ones are. */
function copyLines(pairs: Copies['inBothParts'], what: string, where: string): string[] {
  if (pairs.length === 0) return [];
  return [
    `warning: ${counted(pairs.length, 'image')}${what} ${pairs.length === 1 ? 'is' : 'are'} in ${where} as well`,
    ...firstOf(
      pairs.map((pair) => `  ${pair.join(' = ')}`),
      '  ',
    ),
  ];
}

/** Formats the images that occur more than once. `splits`: whether runs split the folder into its parts. */
function copiesLines({ inBothParts, inOtherClasses, repeated }: Copies, splits: boolean): string[] {
  const within = `repeated within a class: ${counted(repeated, 'image')}`;
  return [
    ...copyLines(inBothParts, ' of val', 'train'),
    ...copyLines(inOtherClasses, '', 'another class'),
    ...(repeated === 0 ? [] : [splits ? `warning: ${within}, which a split may place in both parts` : within]),
  ];
}

/** Formats the findings in a folder of images, as lines of at most `width` characters; only longer words exceed it. */
export function folderReportLines(
  name: string,
  { folder, parts, problems, copies, notes }: FolderReport,
  width = Infinity,
): string[] {
  const broken = parts.reduce((sum, part) => sum + part.broken.length, 0);
  const wrong = problems.flatMap(({ message, place, hint }) => [
    `problem: ${message}`,
    ...(place?.split('\n') ?? []).map((line) => `  ${line}`),
    ...(hint === undefined ? [] : [`  hint: ${hint}`]),
  ]);
  const about = parts.flatMap((part) => partLines(part, width));
  const all = broken === 0 ? ['all images can be read'] : [];
  const none =
    parts.length === 1 && problems.length === 0
      ? ['no images to evaluate on: runs need dataset.validationFraction or dataset.holdout']
      : [];
  const lines = [
    `${name} in ${folder}`,
    ...about,
    ...wrong,
    ...copiesLines(copies, parts.length === 1),
    ...notes,
    ...none,
    ...all,
  ];
  return lines.map((line) => wrapText(line, width));
}
