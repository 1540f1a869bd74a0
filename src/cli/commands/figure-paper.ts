// `isda figure 2|3|baselines`: the paper's curves from the runs of stores.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { displayPath } from '../../config/find.js';
import { readStoredRuns } from '../../grids/store/runs.js';
import type { UnreadableRun } from '../../grids/store/unreadable.js';
import { drawFigure, paperFigure, type PaperFigure } from '../../report/figures/paper-figure.js';
import { figureSpecs, type FigureSpec } from '../../report/figures/spec.js';
import { recordedRuns } from '../../report/runs/recorded-runs.js';
import { commandAsCalled } from '../as-called.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { readConfig, storesOption } from '../options.js';
import { picturePath, withPictureOptions, writePicture, type PictureFileOptions } from '../terminal/picture.js';
import { printJson } from '../terminal/table.js';

interface PaperFigureOptions extends PictureFileOptions {
  readonly store: readonly string[];
  readonly only?: string;
  readonly json?: boolean;
}

const descriptions: Readonly<Record<string, string>> = {
  2: 'test error per epoch of cross entropy and ISDA, also with Cutout and AutoAugment',
  3: 'training and test error per epoch of cross entropy and ISDA',
  baselines: "test error per epoch of ISDA and the other methods of Table 3 (the supplement's Figure 3)",
};

/** What is drawn and what is not, for people. */
function describe(
  { panels, missing }: PaperFigure,
  unreadable: readonly UnreadableRun[],
  context: CommandContext,
): string[] {
  const widest = Math.max(...panels.flatMap(({ curves }) => curves.map(({ name }) => name.length)));
  const panelLines = panels.flatMap(({ title, paper, curves }) => [
    `${title}${paper ? '' : " (not the paper's settings)"}`,
    ...curves.map(({ name, seeds }) => `  ${name.padEnd(widest)}  ${seeds}`),
  ]);
  const missingLines = missing.map(({ command }) => `  ${commandAsCalled(command, context)}`);
  return [
    ...panelLines,
    ...(missing.length === 0 ? [] : ['Without runs; commands that run the first seed of each:', ...missingLines]),
    ...unreadable.map(({ name, reason }) => `Left out: ${name}, ${reason}`),
  ];
}

async function drawPaperFigure(spec: FigureSpec, options: PaperFigureOptions, context: CommandContext): Promise<void> {
  const out = picturePath(options.out, context);
  const stores = options.store.map((store) => resolve(context.workingDirectory, store));
  const { runs, unreadable } = await recordedRuns(await readStoredRuns(stores, context.now));
  const figure = paperFigure(spec, runs, {
    loadPreset: (name) => readConfig(name, [], context).config,
    showPath: (path) => displayPath(path, context.workingDirectory),
    only: options.only,
  });
  await writePicture(out, drawFigure(figure, options), context);
  if (options.json === true) {
    const panels = figure.panels.map(({ title, paper, curves }) => ({
      title,
      paper,
      curves: curves.map(({ name, seeds, experiment }) => ({
        name,
        seeds,
        runs: experiment.runs.map((run) => run.folder),
      })),
    }));
    printJson(context, { out, panels, missing: figure.missing, unreadable });
    return;
  }
  context.stdout.write(`${[...describe(figure, unreadable, context), out].join('\n')}\n`);
}

/** Adds the paper's figures to `isda figure`. */
export function registerPaperFigures(figure: Command, context: CommandContext): void {
  for (const spec of figureSpecs) {
    const command = figure
      .command(spec.name)
      .addHelpText('after', example(`--store runs --out figure-${spec.name}.svg`))
      .description(descriptions[spec.name])
      .addOption(storesOption())
      .option('--only <text>', 'draw the panels whose title contains this');
    withPictureOptions(command)
      .option('--json', 'print what is drawn and what is missing as JSON')
      .action((options: PaperFigureOptions) => drawPaperFigure(spec, options, context));
  }
}
