// `isda ablate`: the variants of Table 5 on any config.
import { InvalidArgumentError, Option, type Command } from 'commander';
import { didYouMean } from '../../common/nearest.js';
import { gridCells, seedsFrom } from '../../grids/rows.js';
import { table5Variants, variantNames, withVariant, type Variant } from '../../grids/variants.js';
import type { CommandContext, RegisterCommand } from '../context.js';
import { example } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { runPlan, storeOf, withGridOptions, type GridOptions, type GridPlan } from '../grids/grid.js';
import {
  countUpTo,
  gridConfigOption,
  maxRuns,
  printDefaultConfig,
  readConfig,
  replacedNames,
  setOption,
  warnOfReplaced,
} from '../options.js';

export interface AblateOptions extends GridOptions {
  readonly config: string;
  readonly set: readonly string[];
  readonly variant: readonly Variant[];
  readonly seeds?: number;
  readonly seed?: string;
}

function variantArgument(value: string, before: readonly Variant[]): Variant[] {
  const found = variantNames.find((name) => name === value);
  if (found !== undefined) return [...before, found];
  const hint = didYouMean(value, variantNames);
  throw new InvalidArgumentError(`Expected ${variantNames.join(', ')}${hint === undefined ? '.' : `; ${hint}`}`);
}

/** Adds the options that say which ablation is meant. */
export function withAblateOptions(command: Command): Command {
  const grid = withGridOptions(
    command
      .addOption(gridConfigOption())
      .addOption(setOption())
      .addOption(
        new Option('--variant <name>', `only this one; repeatable: ${variantNames.join(', ')}`)
          .argParser(variantArgument)
          .default([], 'the six of Table 5'),
      )
      .option('--seeds <n>', 'runs of each variant, on seeds 1 to n (default: 3)', countUpTo(maxRuns))
      .option('--seed <n>', 'one run of each variant, on this seed'),
  );
  return withOptionRules(grid, { '--seed': { excludes: ['--seeds'] }, '--seeds': { fixes: 'training.seed' } });
}

/** Values that no variant keeps; a schedule of `constant-lambda` alone. */
const replaced = {
  'loss.name': replacedNames,
  'loss.covariance': () => true,
  'loss.schedule': (schedule: unknown) => schedule === 'constant',
};

/** The runs of an ablation. Errors (usage): of the config. */
export function readAblation(options: AblateOptions, context: CommandContext): GridPlan {
  const seed = options.seed === undefined ? [] : [`training.seed=${options.seed}`];
  warnOfReplaced(options.set, replaced, context);
  const { config } = readConfig(options.config, [...options.set, ...seed], context);
  const chosen =
    options.variant.length === 0 ? table5Variants : variantNames.filter((v) => options.variant.includes(v));
  const rows = chosen.map((name) => ({ name, config: withVariant(config, name) }));
  const seeds = options.seed === undefined ? seedsFrom(1, options.seeds ?? 3) : [config.training.seed];
  const root = storeOf(`ablate-${config.experiment}`, options, context);
  const cells = gridCells(config.experiment, rows, seeds);
  return { title: `Ablation of ${config.experiment}`, first: 'variant', cells, root };
}

export const registerAblate: RegisterCommand = (program, context) => {
  const command = program
    .command('ablate')
    .addHelpText('after', example('--config resnet32-cifar10 --variant diagonal --seeds 3'))
    .description('run the variants of ISDA of Table 5 on any config; resumes where it stopped');
  withAblateOptions(command).action(async (options: AblateOptions, parsed: Command) => {
    const plan = readAblation(options, context);
    printDefaultConfig(parsed, options, context);
    await runPlan(plan, options, context, parsed);
  });
};
