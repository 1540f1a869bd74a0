// `isda study`: runs the rows of a study over several seeds.
import type { Command } from 'commander';
import { gridCells, seedsFrom } from '../../grids/rows.js';
import { loadStudy } from '../../grids/study.js';
import type { CommandContext, RegisterCommand } from '../context.js';
import { example } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { runPlan, storeOf, withGridOptions, type GridOptions, type GridPlan } from '../grids/grid.js';
import { countUpTo, maxRuns, setOption } from '../options.js';
import { configsDirectory } from '../program.js';

export interface StudyOptions extends GridOptions {
  readonly set: readonly string[];
  readonly seeds?: number;
}

/** Adds the argument and the options that say which study is meant. */
export function withStudyOptions(command: Command): Command {
  const grid = withGridOptions(
    command
      .argument('<file>', 'YAML: study, config, set, seeds, firstSeed, rows (docs/studies.md)')
      .addOption(setOption())
      .option('--seeds <n>', "run n seeds instead of the study's number", countUpTo(maxRuns)),
  );
  return withOptionRules(grid, { '--seeds': { fixes: 'training.seed' } });
}

/** The runs of a study. Errors (usage): of its file or its configs. */
export function readStudy(file: string, options: StudyOptions, context: CommandContext): GridPlan {
  const { workingDirectory, readPipe } = context;
  const places = { workingDirectory, configsDirectory, readPipe };
  const study = loadStudy(file, { ...places, overrides: options.set });
  const seeds = options.seeds === undefined ? study.seeds : seedsFrom(study.seeds[0], options.seeds);
  const cells = gridCells(study.name, study.rows, seeds);
  return { title: study.name, first: 'row', cells, root: storeOf(study.name, options, context) };
}

export const registerStudy: RegisterCommand = (program, context) => {
  const command = program
    .command('study')
    .addHelpText('after', example('my-study.yaml --seeds 3'))
    .description('run the rows of a study, each over several seeds; resumes where it stopped');
  withStudyOptions(command).action((file: string, options: StudyOptions, parsed: Command) =>
    runPlan(readStudy(file, options, context), options, context, parsed),
  );
};
