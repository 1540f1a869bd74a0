// The lines that `isda data verify` prints.
import type { DatasetReport, PartReport } from '../data/verify.js';

function balanceOf({ classCounts }: PartReport): string {
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
