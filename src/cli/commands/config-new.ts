// `isda config new`: writes a commented config for a folder of images, and the same with cross entropy.
import { basename, dirname, extname, join, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { cannot } from '../../common/errors.js';
import { makeFolder, writeFileAtomically } from '../../common/files.js';
import { counted } from '../../common/format.js';
import { shellWord } from '../../common/shell.js';
import { isFolder } from '../../config/find.js';
import { experimentProblem } from '../../config/schema.js';
import { listGpus } from '../../engine/devices.js';
import { ownLimits } from '../../runs/memory.js';
import { chooseConfig, type Machine } from '../../runs/new-config/choices.js';
import { newConfigText, twinText } from '../../runs/new-config/text.js';
import type { FolderSurvey } from '../../data/datasets/image-folder/survey.js';
import { asCalled, commandAsCalled } from '../as-called.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { readConfig } from '../options.js';
import { refuseUnwritable } from '../terminal/replaceable.js';

interface NewOptions {
  readonly data: string;
  readonly out?: string;
}

/** The GPU where there is one, else the CPU. */
function machineOf({ environment }: CommandContext): Machine {
  const [gpu] = environment.CUDA_VISIBLE_DEVICES === '' ? [] : listGpus(environment);
  const shared = ownLimits().process;
  if (gpu === undefined) return { device: 'cpu', memory: shared };
  const { memoryMebibytes } = gpu;
  return { device: 'cuda', memory: memoryMebibytes === undefined ? shared : memoryMebibytes * 2 ** 20 };
}

/** `photos.yaml` for `/data/My photos`: a name that an experiment can have. */
function defaultName(folder: string): string {
  const name = basename(folder)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return `${experimentProblem(name) === undefined ? name : 'images'}.yaml`;
}

/** Errors (usage): there is something already: a config may hold what its owner wrote. No file can be written there. */
function refuseExisting(path: string): void {
  refuseUnwritable(path, 'write the config');
  if (!existsSync(path)) return;
  throw cannot('write the config', 'a file of that name exists', {
    code: 'file/exists',
    kind: 'usage',
    place: path,
    hint: 'choose another name with --out, or move the file away',
  });
}

const verifies = (data: string): string => `\`isda data verify image-folder --dir ${shellWord(data)}\``;

/** Errors: no image can be read. */
function refuseUnreadable({ root, sides, broken }: FolderSurvey, data: string): void {
  if (sides.length > 0) return;
  const reason = `none of the ${counted(broken, 'examined image')} can be read`;
  throw cannot('examine the images', reason, {
    code: 'data/damaged',
    place: root,
    hint: `${verifies(data)} shows why`,
  });
}

async function writeNew({ data, out }: NewOptions, context: CommandContext): Promise<void> {
  const { workingDirectory, stdout } = context;
  const folder = resolve(workingDirectory, data);
  const path = resolve(workingDirectory, out ?? defaultName(folder));
  const ending = /^\.ya?ml$/.test(extname(path)) ? extname(path) : '';
  const twin = join(dirname(path), `${basename(path, ending)}-cross-entropy${ending === '' ? '.yaml' : ending}`);
  [path, twin].forEach(refuseExisting);
  if (!isFolder(folder)) {
    const reason = existsSync(folder) ? 'it is a file, not a folder' : 'there is no such folder';
    throw cannot('examine the images', reason, { code: 'data/missing', kind: 'usage', place: folder });
  }
  // Loaded only here: decoding brings a library of its own.
  const { surveyFolder } = await import('../../data/datasets/image-folder/survey.js');
  const survey = await surveyFolder(folder);
  refuseUnreadable(survey, data);
  const machine = machineOf(context);
  const choices = await chooseConfig(survey, machine);
  const name = basename(path);
  await makeFolder(dirname(path));
  await writeFileAtomically(path, newConfigText(survey, choices, machine, name));
  await writeFileAtomically(twin, twinText(name, basename(twin)));
  for (const file of [path, twin]) readConfig(file, [], context);
  const { classNames, counts, evaluation, notes } = survey;
  const images = counts.reduce((sum, count) => sum + count, 0);
  const beside = evaluation === undefined ? '' : `, and ${evaluation.images} in ${evaluation.folder}/`;
  stdout.write(`${classNames.length} classes, ${counted(images, 'image')}${beside}\n`);
  if (survey.broken > 0) {
    const looked = counted(survey.sides.length + survey.broken, 'examined image');
    const line = `warning: ${survey.broken} of the ${looked} could not be read; ${verifies(data)} lists them`;
    stdout.write(`${asCalled(line, context)}\n`);
  }
  for (const note of notes) stdout.write(`warning: ${note}\n`);
  const next = commandAsCalled(`isda train --config ${shellWord(out ?? name)}`, context);
  stdout.write(`${path}\n${twin}\nnext: ${next}\n`);
}

export function registerConfigNew(config: Command, context: CommandContext): void {
  config
    .command('new')
    .addHelpText('after', example('--data photos --out photos.yaml'))
    .description('write a commented config of ISDA for a folder of images, and the same with cross entropy')
    .requiredOption('--data <dir>', 'folder of the images: DIR/CLASS/IMAGE, or with train/ and val/ between')
    .option('--out <file>', "file to write; default: the folder's name with .yaml")
    .action((options: NewOptions) => writeNew(options, context));
}
