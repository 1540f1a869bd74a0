// `isda config`: lists configs, checks them, prints them resolved, prints their schema.
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { glob, isDynamicPattern } from 'tinyglobby';
import { cannot, formatError, IsdaError, reasonOf } from '../../common/errors.js';
import { displayPath, isFile, isFolder, listConfigs } from '../../config/find.js';
import { ganJsonSchema, jsonSchema, printConfig, printGanConfig, withNulls } from '../../config/print.js';
import { configReference } from '../../config/reference.js';
import type { CommandContext, RegisterCommand } from '../context.js';
import { example } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { readAnyConfig, setOption } from '../options.js';
import { registerConfigList } from './config-list.js';
import { registerConfigNew } from './config-new.js';
import { printJson } from '../terminal/table.js';

/**
 * The configs that a word of the command line means: every YAML file of a folder or a pattern, else the word itself.
 */
async function configsOf(word: string, workingDirectory: string): Promise<readonly string[]> {
  const path = resolve(workingDirectory, word);
  const usage = (reason: string): Error => cannot(`check ${word}`, reason, { code: 'config/invalid', kind: 'usage' });
  if (word !== '' && isFolder(path)) {
    const files = listConfigs(path).map((file) => displayPath(join(path, file), workingDirectory));
    if (files.length === 0) throw usage('the folder contains no YAML files');
    return files;
  }
  // A file may be called `c (1).yaml`.
  if (isFile(path) || !isDynamicPattern(word)) return [word];
  const files = await glob(word, { cwd: workingDirectory });
  if (files.length === 0) throw usage('no file matches');
  return files.sort();
}

interface Checked {
  readonly config: string;
  readonly error?: unknown;
}

function check(config: string, set: readonly string[], context: CommandContext): Checked {
  try {
    readAnyConfig(config, set, context);
    return { config };
  } catch (error) {
    return { config, error };
  }
}

interface CheckOptions {
  readonly set: readonly string[];
  readonly json?: boolean;
}

async function checkAll(words: readonly string[], { set, json }: CheckOptions, context: CommandContext): Promise<void> {
  const configs = (await Promise.all(words.map((word) => configsOf(word, context.workingDirectory)))).flat();
  const checked = [...new Set(configs)].map((config) => check(config, set, context));
  if (json === true) {
    const rows = checked.map(({ config, error }) => ({
      config,
      ok: error === undefined,
      ...(error === undefined ? {} : { error: reasonOf(error) }),
      ...(error instanceof IsdaError ? { place: error.place, hint: error.hint } : {}),
    }));
    printJson(context, rows);
  } else {
    for (const { config, error } of checked) if (error === undefined) context.stdout.write(`ok  ${config}\n`);
  }
  const bad = checked.filter(({ error }) => error !== undefined);
  if (bad.length === 0) return;
  // One error speaks for itself; of several, the exit takes the summary and each is shown before it.
  if (checked.length === 1) throw bad[0].error;
  for (const { error } of bad) context.stderr.write(`${formatError(error, false)}\n`);
  throw cannot('use all configs', `${bad.length} of ${checked.length} have errors`, {
    code: 'config/invalid',
    kind: 'usage',
  });
}

export const registerConfig: RegisterCommand = (program: Command, context: CommandContext) => {
  const config = program.command('config').description('list, check and print experiment configs');
  registerConfigList(config, context);
  registerConfigNew(config, context);
  config
    .command('check')
    .addHelpText('after', example('my.yaml my-configs/'))
    .description('check configs: files, folders, patterns or names under configs/')
    .argument('<file...>')
    .addOption(setOption())
    .option('--json', 'print a JSON array with an object per config')
    .action((files: string[], options: CheckOptions) => checkAll(files, options, context));
  config
    .command('print')
    .addHelpText('after', example('resnet32-cifar10 --set loss.lambda0=0.25'))
    .description('print a config with every default filled in')
    .argument('<file>')
    .addOption(setOption())
    .option('--json', 'print JSON instead of YAML')
    .action((file: string, { set, json = false }: { set: string[]; json?: boolean }) => {
      const loaded = readAnyConfig(file, set, context);
      if (json) printJson(context, loaded);
      else context.stdout.write('gan' in loaded ? printGanConfig(loaded) : printConfig(loaded));
    });
  const schema = config
    .command('schema')
    .addHelpText('after', example('--markdown'))
    .description('print the JSON Schema of configs, for editors')
    .option('--gan', 'the schema of generator configs instead')
    .option('--markdown', 'a Markdown table of all keys of both schemas instead');
  withOptionRules(schema, { '--gan': { excludes: ['--markdown'] } }).action(
    ({ gan = false, markdown = false }: { gan?: boolean; markdown?: boolean }) => {
      if (markdown) context.stdout.write(configReference());
      else printJson(context, withNulls(gan ? ganJsonSchema() : jsonSchema()));
    },
  );
};
