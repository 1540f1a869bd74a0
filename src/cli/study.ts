// `isda study`: the rows of a study's file, over several seeds.
import { gridCells, seedsFrom } from '../experiments/grid/rows.js';
import { loadStudy } from '../experiments/grid/study.js';
import type { RegisterCommand } from './context.js';
import { runPlan, storeOf, withGridOptions, type GridOptions } from './grid.js';
import { configsDirectory, countArgument, setOption } from './options.js';

interface StudyOptions extends GridOptions {
  readonly set: readonly string[];
  readonly seeds?: number;
}

export const registerStudy: RegisterCommand = (program, context) => {
  const command = program
    .command('study')
    .description('run the rows of a study, each over several seeds; goes on where it was stopped')
    .argument('<file>', 'YAML: study, config, set, seeds, rows (docs/studies.md)')
    .addOption(setOption())
    .option('--seeds <n>', "run seeds 1 to n instead of the study's", countArgument);
  withGridOptions(command).action(async (file: string, options: StudyOptions) => {
    const { workingDirectory } = context;
    const places = { workingDirectory, configsDirectory: configsDirectory(import.meta.url) };
    const study = loadStudy(file, { ...places, overrides: options.set });
    const seeds = options.seeds === undefined ? study.seeds : seedsFrom(1, options.seeds);
    const cells = gridCells(study.name, study.rows, seeds);
    await runPlan(
      { title: study.name, first: 'row', cells, root: storeOf(study.name, options, context) },
      options,
      context,
    );
  });
};
