// The lines that `isda data verify` prints.
import type { FolderPartReport, FolderReport } from '../data/image-folder/verify.js';
import type { DatasetReport, PartReport } from '../data/verify.js';

function balanceOf({ classCounts }: Pick<PartReport, 'classCounts'>): string {
  const occurring = classCounts.filter((count) => count > 0);
  if (occurring.length === 0) return 'no images';
  const [least, most] = [Math.min(...occurring), Math.max(...occurring)];
  const each = least === most ? `${least}` : `${least} to ${most}`;
  return `${occurring.length} of ${classCounts.length} classes, ${each} images each`;
}

/** What was found, as lines of text. */
export function reportLines(report: DatasetReport): string[] {
  const lines = [`${report.name} in ${report.folder}`];
  for (const part of report.parts) {
    lines.push(`${part.part}: ${part.count} records, ${balanceOf(part)}`);
    const width = Math.max(0, ...part.files.map(({ file }) => file.length));
    for (const { file, records, md5, official } of part.files) {
      lines.push(`  ${file.padEnd(width)}  ${records} records  md5 ${md5}  ${official ? 'official' : 'not official'}`);
    }
  }
  const count = report.parts.reduce((sum, part) => sum + part.count, 0);
  for (const { message, place } of report.problems) lines.push(`problem: ${message} (${place})`);
  if (report.problems.length === 0) {
    lines.push(report.official ? 'these are the official files' : `not the official files, ${count} records`);
  }
  return lines;
}

const listed = 20;

function partLines({ part, count, classCounts, checksum, smallest, largest, broken }: FolderPartReport): string[] {
  const sizes = smallest && largest ? [`  from ${smallest.join(' x ')} to ${largest.join(' x ')} pixels`] : [];
  const more = broken.length - listed;
  return [
    `${part}: ${count} images, ${balanceOf({ classCounts })}`,
    ...sizes,
    `  md5 of the list ${checksum}`,
    ...broken.slice(0, listed).map(({ path, reason }) => `problem: cannot read ${path}: ${reason}`),
    ...(more > 0 ? [`${more} more like these; --json lists them all`] : []),
  ];
}

/** What was found in a folder of images, as lines of text. */
export function folderReportLines(name: string, { folder, parts }: FolderReport): string[] {
  const broken = parts.reduce((sum, part) => sum + part.broken.length, 0);
  return [`${name} in ${folder}`, ...parts.flatMap(partLines), ...(broken === 0 ? ['all images can be read'] : [])];
}
