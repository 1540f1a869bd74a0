// What the comparisons of this folder share: running programs that print JSON, medians, tables.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export function fail(message, code) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(code);
}

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** What a program prints, as JSON. */
export async function measure(program, args) {
  try {
    const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 1 << 24 });
    return JSON.parse(stdout);
  } catch (error) {
    return fail(`cannot run ${[program, ...args].join(' ')}: ${(error.stderr || error.message).trim()}`, 1);
  }
}

/** Prints rows of words, the first one the header, in columns. */
export function printTable(table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((cells) => cells[column].length)));
  for (const cells of table)
    console.log(
      cells
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    );
}
