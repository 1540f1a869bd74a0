// `isda plan`: estimates time, memory and disk of a table, an ablation, a sweep or a study.
import { availableParallelism, freemem } from 'node:os';
import type { Command } from 'commander';
import { displayPath } from '../../config/find.js';
import { openEngine } from '../../engine/index.js';
import { describeConfig } from '../../runs/description.js';
import { createEstimator } from '../../grids/plan/estimate.js';
import { shareOf } from '../../grids/executors/local.js';
import type { Cell } from '../../grids/store/store.js';
import { readAblation, withAblateOptions, type AblateOptions } from './ablate.js';
import type { CommandContext, RegisterCommand } from '../context.js';
import { columnsOf, wrapText } from '../terminal/fold.js';
import { withGridOptions, type GridOptions, type GridPlan } from '../grids/grid.js';
import { countArgument, printDefaultConfig } from '../options.js';
import {
  readTableRequest,
  readTableState,
  tableCells,
  withTableChoice,
  type TableChoice,
} from '../grids/paper-table-plan.js';
import { planRows, planText, planTotals } from '../grids/plan-rows.js';
import { readStudy, withStudyOptions, type StudyOptions } from './study.js';
import { withSweepOptions } from './sweep.js';
import { readSweep, sweepCells, type SweepOptions } from '../grids/sweep-plan.js';
import { printJson } from '../terminal/table.js';

interface MeasureOptions {
  readonly steps: number;
}

type Plan = Pick<GridPlan, 'cells' | 'root'>;

/** Bytes that this process may still take: what the machine has, or less where a control group says so. */
function freeBytes(): number {
  const limit = process.constrainedMemory();
  const free = freemem();
  return limit > 0 && limit < Number.MAX_SAFE_INTEGER ? Math.min(free, limit - process.memoryUsage.rss()) : free;
}

async function showPlan(
  { cells, root }: Plan,
  { jobs = 1, json, steps }: GridOptions & MeasureOptions,
  context: CommandContext,
): Promise<void> {
  const { environment, workingDirectory, now, stdout, stderr } = context;
  // A step is measured with the threads that a run of the grid would have.
  Object.assign(environment, shareOf(0, { jobs, environment, cores: availableParallelism(), gpus: [] }));
  const print = (line: string): void => void stderr.write(`${line}\n`);
  const devices = new Set<string>();
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
      print(`measuring ${network}, ${dataset}, ${method}, ${config.training.batchSize} images a step`);
    },
  });
  const rows = await planRows(cells, root, estimate, now);
  const totals = planTotals(rows, jobs);
  if (json === true) return printJson(context, { store: root, devices: [...devices], rows, totals });
  const width = columnsOf(context);
  const device = devices.size === 0 ? undefined : [...devices].join(', ');
  stdout.write(`${planText(rows, totals, { width, device, steps })}\n`);
  const last = `nothing was started; the runs would be in ${displayPath(root, workingDirectory)}`;
  stdout.write(`${wrapText(last, width)}\n`);
}

/** A sweep's runs; of those with the chosen value, which nobody knows yet, the ones of the first value stand for all. */
function sweepPlan(key: string | undefined, options: SweepOptions, context: CommandContext): Plan {
  const sweep = readSweep(key, options, context);
  const { trials, finals } = sweepCells(sweep, options);
  const [first = []] = finals.values();
  const chosen = first.map((cell): Cell => ({ ...cell, row: 'the chosen one, on all images' }));
  return { cells: [...trials, ...chosen], root: sweep.root };
}

async function tablePlan(number: string, options: TableChoice, context: CommandContext): Promise<Plan> {
  const request = readTableRequest(number, options, context);
  return { cells: tableCells(request, await readTableState(request, context)), root: request.root };
}

export const registerPlan: RegisterCommand = (program, context) => {
  const plan = program
    .command('plan')
    .description('estimate time, memory and disk of a table, an ablation, a sweep or a study; starts no run');
  const measured = (command: Command): Command =>
    command.option('--steps <n>', 'timed steps of each measurement; fewer if they are slow', countArgument, 3);
  measured(
    withGridOptions(withTableChoice(plan.command('table').description('the missing runs of a table of the paper'))),
  ).action(async (number: string, options: TableChoice & GridOptions & MeasureOptions) =>
    showPlan(await tablePlan(number, options, context), options, context),
  );
  measured(withAblateOptions(plan.command('ablate').description('what `isda ablate` would run'))).action(
    async (options: AblateOptions & MeasureOptions, parsed: Command) => {
      const asked = readAblation(options, context);
      printDefaultConfig(parsed, options, context);
      await showPlan(asked, options, context);
    },
  );
  measured(withSweepOptions(plan.command('sweep').description('what `isda sweep` would run'))).action(
    async (key: string | undefined, options: SweepOptions & MeasureOptions, parsed: Command) => {
      const asked = sweepPlan(key, options, context);
      printDefaultConfig(parsed, options, context);
      await showPlan(asked, options, context);
    },
  );
  measured(withStudyOptions(plan.command('study').description('what `isda study` would run'))).action(
    (file: string, options: StudyOptions & MeasureOptions) =>
      showPlan(readStudy(file, options, context), options, context),
  );
};
