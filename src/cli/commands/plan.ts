// `isda plan`: estimates time, memory and disk of a run, a table, an ablation, a sweep or a study.
import { availableParallelism, freemem } from 'node:os';
import type { Command } from 'commander';
import { cannot, IsdaError } from '../../common/errors.js';
import { displayPath, isFolder } from '../../config/find.js';
import { openEngine } from '../../engine/index.js';
import { describeConfig } from '../../runs/description.js';
import { checkSplits } from '../../grids/check-splits.js';
import { createEstimator } from '../../grids/plan/estimate.js';
import { listRuns } from '../../grids/store/list.js';
import { shareOf } from '../../grids/executors/local.js';
import { holdsRunOf, type Cell } from '../../grids/store/store.js';
import { readAblation, withAblateOptions, type AblateOptions } from './ablate.js';
import type { CommandContext, RegisterCommand } from '../context.js';
import { example } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { columnsOf, wrapText } from '../terminal/fold.js';
import { withGridOptions, type GridOptions, type GridPlan } from '../grids/grid.js';
import {
  configOption,
  countArgument,
  printDefaultConfig,
  readConfig,
  runDirectory,
  runFolderOption,
  seedOption,
  setOption,
} from '../options.js';
import { tableCells } from '../grids/paper-table-cells.js';
import { readTableRequest, readTableState, withTableChoice, type TableChoice } from '../grids/paper-table-plan.js';
import { epochsLeft, planRows, planText, planTotals } from '../grids/plan-rows.js';
import { readStudy, withStudyOptions, type StudyOptions } from './study.js';
import { withSweepOptions } from './sweep.js';
import { ownSettings } from './train.js';
import { readSweep, effectiveOptions, sweepCells, type SweepOptions } from '../grids/sweep-plan.js';
import { printJson } from '../terminal/table.js';

interface MeasureOptions {
  readonly steps: number;
}

interface Plan extends Pick<GridPlan, 'cells' | 'root'> {
  /** Epochs of a cell that are still to be done; default: of those of a store. */
  readonly leftOf?: (cell: Cell) => Promise<number>;
}

/** Bytes that this process may still take: what the machine has, or less where a control group says so. */
function freeBytes(): number {
  const limit = process.constrainedMemory();
  const free = freemem();
  return limit > 0 && limit < Number.MAX_SAFE_INTEGER ? Math.min(free, limit - process.memoryUsage.rss()) : free;
}

/**
 * The cells with the images that they mean, by which their runs are found; what is wrong with these is said of a row.
 */
async function withImages(cells: readonly Cell[], root: string, context: CommandContext): Promise<readonly Cell[]> {
  try {
    return (await checkSplits(cells, context, root)).cells;
  } catch (error) {
    if (error instanceof IsdaError) return cells;
    throw error;
  }
}

async function showPlan(
  { cells, root, leftOf = (cell) => epochsLeft(root, cell, context.now) }: Plan,
  { jobs = 1, json, steps }: Pick<GridOptions, 'jobs' | 'json'> & MeasureOptions,
  context: CommandContext,
): Promise<void> {
  const { environment, workingDirectory, now, stdout, stderr } = context;
  // A step is measured with the threads that a run of the grid would have.
  Object.assign(environment, shareOf(0, { jobs, environment, cores: availableParallelism(), gpus: [] }));
  const print = (line: string): void => void stderr.write(`${line}\n`);
  const devices = new Set<string>();
  const measured = new Set<string>();
  const estimate = createEstimator({
    ...{ environment, workingDirectory, now, steps, freeBytes },
    openEngine: async (training) => {
      const engine = await openEngine(training, environment, print);
      devices.add(`${engine.device.kind}: ${engine.device.name}`);
      return engine;
    },
    clock: context.clock,
    measuring(config) {
      const { network, dataset, method } = describeConfig(config);
      const line = `measuring ${network}, ${dataset}, ${method}, ${config.training.batchSize} images per step`;
      // Steps that differ in what the line does not say are one line.
      if (!measured.has(line)) print(line);
      measured.add(line);
    },
  });
  const rows = await planRows(await withImages(cells, root, context), leftOf, estimate);
  const totals = planTotals(rows, jobs);
  if (json === true) return printJson(context, { store: root, devices: [...devices], rows, totals });
  const width = columnsOf(context);
  const device = devices.size === 0 ? undefined : [...devices].join(', ');
  stdout.write(`${planText(rows, totals, { width, device, steps })}\n`);
  const last = `nothing was started; ${cells.length === 1 ? 'the run' : 'the runs'} would be in ${displayPath(root, workingDirectory)}`;
  stdout.write(`${wrapText(last, width)}\n`);
}

interface TrainPlanOptions extends Pick<GridOptions, 'out' | 'json'> {
  readonly config?: string;
  readonly set: readonly string[];
  readonly seed?: string;
}

/** The run of `isda train`; what its folder has of it counts. Errors (usage): no config, or two. */
function trainPlan(named: string | undefined, options: TrainPlanOptions, context: CommandContext): Plan {
  if ((named === undefined) === (options.config === undefined))
    throw cannot('plan a run', named === undefined ? 'no config is given' : 'two configs are given', {
      code: named === undefined ? 'option/missing' : 'option/conflict',
      kind: 'usage',
      hint: 'name one, as in `isda plan train wrn28-10-cifar100`',
    });
  const seed = options.seed === undefined ? [] : [`training.seed=${options.seed}`];
  const { config } = readConfig(named ?? options.config!, [...options.set, ...seed], context);
  const root = runDirectory(config, options.out, context);
  const leftOf = async (cell: Cell): Promise<number> => {
    const { epochs } = config.training;
    const { runs } = isFolder(root) ? await listRuns(root, context.now) : { runs: [] };
    const itself = runs.find(({ folder }) => folder === root);
    const own = itself && (await holdsRunOf(root, cell)) ? itself : undefined;
    return own?.state === 'done' ? 0 : Math.max(0, epochs - (own?.epochsDone ?? 0));
  };
  return { cells: [{ row: config.experiment, config }], root, leftOf };
}

/**
 * A sweep's runs; of those with the chosen value, which nobody knows yet, the ones of the first value stand for all.
 */
function sweepPlan(key: string | undefined, given: SweepOptions, context: CommandContext, command: Command): Plan {
  const sweep = readSweep(key, given, context);
  const { trials, finals } = sweepCells(sweep, effectiveOptions(sweep, given, command).options);
  const [first = []] = finals.values();
  const chosen = first.map((cell): Cell => ({ ...cell, row: 'the chosen one, on all images' }));
  return { cells: [...trials, ...chosen], root: sweep.root };
}

async function tablePlan(number: string, options: TableChoice, context: CommandContext): Promise<Plan> {
  const request = readTableRequest(number, options, context);
  return { cells: await tableCells(request, await readTableState(request, context)), root: request.root };
}

/** What says how runs are started. */
const startingOptions = ['--executor', '--detach', '--poll', '--dry-run'];
const startsNone = { idle: '`isda plan` starts no run; its estimate is for this machine with --jobs concurrent runs' };

export const registerPlan: RegisterCommand = (program, context) => {
  const plan = program
    .command('plan')
    .description('estimate time, memory and disk of a run, a table, an ablation, a sweep or a study; starts no run');
  const measured = (command: Command): Command =>
    command.option('--steps <n>', 'timed steps of each measurement; fewer if they are slow', countArgument, 3);
  const measuredGrid = (command: Command): Command =>
    withOptionRules(measured(command), Object.fromEntries(startingOptions.map((flag) => [flag, startsNone])));
  const train = measured(
    plan
      .command('train')
      .addHelpText('after', example('resnet32-cifar10'))
      .description('what `isda train` would run')
      .argument('[config]', 'the same as --config; one of them is required')
      .addOption(configOption())
      .addOption(setOption())
      .addOption(seedOption())
      .addOption(runFolderOption())
      .option('--json', 'print the estimate as JSON; everything else goes to stderr'),
  );
  withOptionRules(train, ownSettings).action((config: string | undefined, options: TrainPlanOptions & MeasureOptions) =>
    showPlan(trainPlan(config, options, context), options, context),
  );
  measuredGrid(
    withGridOptions(
      withTableChoice(
        plan
          .command('table')
          .addHelpText('after', example('1 --only resnet-32'))
          .description('the missing runs of a table of the paper'),
      ),
    ),
  ).action(async (number: string, options: TableChoice & GridOptions & MeasureOptions) =>
    showPlan(await tablePlan(number, options, context), options, context),
  );
  measuredGrid(
    withAblateOptions(
      plan
        .command('ablate')
        .addHelpText('after', example('--config resnet32-cifar10'))
        .description('what `isda ablate` would run'),
    ),
  ).action(async (options: AblateOptions & MeasureOptions, parsed: Command) => {
    const asked = readAblation(options, context);
    printDefaultConfig(parsed, options, context);
    await showPlan(asked, options, context);
  });
  measuredGrid(
    withSweepOptions(
      plan
        .command('sweep')
        .addHelpText('after', example('lambda0 --values 0.1,0.25'))
        .description('what `isda sweep` would run'),
    ),
  ).action(async (key: string | undefined, options: SweepOptions & MeasureOptions, parsed: Command) => {
    const asked = sweepPlan(key, options, context, parsed);
    printDefaultConfig(parsed, options, context);
    await showPlan(asked, options, context);
  });
  measuredGrid(
    withStudyOptions(
      plan.command('study').addHelpText('after', example('my-study.yaml')).description('what `isda study` would run'),
    ),
  ).action((file: string, options: StudyOptions & MeasureOptions) =>
    showPlan(readStudy(file, options, context), options, context),
  );
};
