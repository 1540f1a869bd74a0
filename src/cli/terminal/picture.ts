// Writes pictures as SVG or PNG, chosen by the file's extension.
import { dirname, extname } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { makeFolder, writeFileAtomically } from '../../common/files.js';
import { svgToPng } from '../../report/png.js';
import type { CommandContext } from '../context.js';
import { countArgument } from '../options.js';
import { outputFile, type FileKind } from './output.js';

/** The options of every command that draws. */
export interface PictureFileOptions {
  readonly out: string;
  readonly title?: string;
  readonly width?: number;
  readonly yMax?: number;
}

function positiveArgument(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number <= 0)
    throw new InvalidArgumentError('Expected a number above 0.');
  return number;
}

/** Between what legends need and what a screen shows. */
function widthArgument(value: string): number {
  const width = countArgument(value);
  if (width < 300 || width > 4000) throw new InvalidArgumentError('Expected 300 to 4000 pixels.');
  return width;
}

/** Adds `--out`, `--title` and `--width`. */
export function withPictureFile(command: Command): Command {
  return command
    .requiredOption('--out <file>', 'file to write, .svg or .png')
    .option('--title <text>', 'title above the chart')
    .option('--width <pixels>', 'width of the picture; a PNG has two pixels for each', widthArgument);
}

/** Adds `--out`, `--title`, `--width` and `--y-max`. */
export function withPictureOptions(command: Command): Command {
  return withPictureFile(command).option(
    '--y-max <number>',
    'upper end of the y axis; larger values are cut off',
    positiveArgument,
  );
}

export const picture: FileKind = { name: 'an SVG or PNG file', endings: ['.svg', '.png'], written: ['svg', 'png'] };

/** The absolute path of `--out`. Errors (usage): it ends with neither .svg nor .png. */
export const picturePath = (out: string, context: CommandContext): string => outputFile(out, picture, context);

/** Writes an SVG as it is or as PNG, and the folder where missing. Warns of characters that a PNG cannot show. */
export async function writePicture(path: string, svg: string, { stderr }: CommandContext): Promise<void> {
  await makeFolder(dirname(path));
  const isPng = extname(path).toLowerCase() === '.png';
  const warn = (line: string): void => void stderr.write(`${line}\n`);
  await writeFileAtomically(path, isPng ? svgToPng(svg, warn) : svg);
}
