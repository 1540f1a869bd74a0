// `isda figure dots`: the errors of stored runs as dots, a row for each method.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { cannot } from '../../common/errors.js';
import { readStoredRuns } from '../../grids/store/runs.js';
import { drawDots } from '../../report/chart/dots.js';
import { dotNotes, dotPanel } from '../../report/figures/dots.js';
import { groupOutcomes, type GroupOutcomes } from '../../report/runs/outcomes.js';
import { recordedRuns } from '../../report/runs/recorded-runs.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { baselineOption, storesHelp, storesOption } from '../options.js';
import { picturePath, withPictureFile, writePicture, type PictureFileOptions } from '../terminal/picture.js';
import { printJson } from '../terminal/table.js';

interface DotsOptions extends PictureFileOptions {
  readonly store: readonly string[];
  readonly only?: string;
  readonly baseline?: string;
  readonly json?: boolean;
}

const maxPanels = 6;

/** The groups that are drawn. Errors: no run is done, or none of what `--only` chooses; more groups than fit. */
function chooseGroups(all: readonly GroupOutcomes[], only: string | undefined): readonly GroupOutcomes[] {
  const done = all.filter(({ outcomes }) => outcomes.some(({ seeds }) => seeds.length > 0));
  const titles = done.map(({ group }) => group.title);
  const chosen = done.filter(({ group }) => group.title.toLowerCase().includes((only ?? '').toLowerCase()));
  const refuse = (reason: string, hint: string): Error =>
    cannot('draw the dots', reason, { code: 'figure/selection', kind: 'usage', hint });
  if (done.length === 0) {
    throw cannot('draw the dots', 'no run is done', { code: 'figure/empty', hint: `--store names ${storesHelp}` });
  }
  if (chosen.length === 0) throw refuse(`no title of a panel contains "${only}"`, `panels: ${titles.join('; ')}`);
  if (chosen.length > maxPanels)
    throw refuse(`the runs need ${chosen.length} panels, more than ${maxPanels}`, `choose with --only TEXT, a part of a title such as "${titles[0]}"`); // prettier-ignore
  return chosen;
}

async function drawDotFigure(options: DotsOptions, context: CommandContext): Promise<void> {
  const out = picturePath(options.out, context);
  const stores = options.store.map((store) => resolve(context.workingDirectory, store));
  const { runs, unreadable } = await recordedRuns(await readStoredRuns(stores, context.now));
  const groups = chooseGroups(groupOutcomes(runs, options.baseline), options.only);
  const { title, width } = options;
  const notes = dotNotes(groups);
  const panels = groups.flatMap((group) => dotPanel(group) ?? []);
  await writePicture(out, drawDots({ panels, title, width, notes }), context);
  if (options.json === true) return printJson(context, { out, panels, unreadable });
  const lines = groups.flatMap(({ group, outcomes }) => [
    group.title,
    ...outcomes.map(({ row, seeds }) => `  ${row}: ${seeds.length === 0 ? 'no run done' : `seed ${seeds.join(', ')}`}`),
  ]);
  const leftOut = unreadable.map(({ name, reason }) => `Left out: ${name}, ${reason}`);
  context.stdout.write(`${[...lines, ...leftOut, out].join('\n')}\n`);
}

/** Adds `isda figure dots`. */
export function registerDots(figure: Command, context: CommandContext): void {
  const command = figure
    .command('dots')
    .addHelpText('after', example('--store runs --out dots.svg'))
    .description('draw the error of every run as a dot: a row for each method, with mean and 95 % interval')
    .addOption(storesOption())
    .option('--only <text>', 'draw the panels whose title contains this')
    .addOption(baselineOption());
  withPictureFile(command)
    .option('--json', 'print what is drawn as JSON')
    .action((options: DotsOptions) => drawDotFigure(options, context));
}
