// `npm start`: bootstrap, then the demonstration: cross entropy and ISDA on a small synthetic data set, side by side.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bootstrap, isMain, projectRoot, run, runScript, StepError, stepLogger } from './bootstrap.mjs';

const data = join('runs', 'demo-data');
const figure = join('runs', 'demo-curve.svg');
const demos = [
  { title: 'cross entropy', config: 'configs/smoke/demo-cross-entropy.yaml', out: join('runs', 'demo-cross-entropy') },
  { title: 'ISDA', config: 'configs/smoke/demo-isda.yaml', out: join('runs', 'demo-isda') },
];
const testImages = 500;
const images = ['--name', 'cifar10', '--train', '2000', '--test', `${testImages}`, '--classes', '10', '--seed', '1'];

/** The test errors of the demos side by side, with columns aligned. `summaries` has one summary.json a demo. */
export function comparison(summaries) {
  const width = Math.max(...summaries.map(({ title }) => title.length));
  const percent = ({ testErrorPercent }) => `${testErrorPercent.toFixed(2).padStart(6)} %`;
  return [
    `${'test error'.padEnd(width)}      last      best`,
    ...summaries.map(
      ({ title, summary: { last, best } }) => `${title.padEnd(width)}  ${percent(last)}  ${percent(best)}`,
    ),
  ];
}

/** What the comparison of the two demos means, and what it does not. */
export function meaning([{ summary: first }, { summary: second }]) {
  const count = Math.round((Math.abs(first.last.testErrorPercent - second.last.testErrorPercent) / 100) * testImages);
  return [
    `Test error: the share of the ${testImages} test images that are classified wrongly; lower is better.`,
    `The two last epochs differ by ${count} image${count === 1 ? '' : 's'}. The images are synthetic, and each loss has one short run:`,
    'this shows only that the program works. A comparison of losses needs real images, full training and several seeds',
    '(results/README.md lists measured results).',
  ];
}

const readSummary = (out) => JSON.parse(readFileSync(join(projectRoot, out, 'summary.json'), 'utf8'));

async function isda(...args) {
  const code = await run(process.execPath, ['bin/isda.js', ...args], { show: true });
  if (code === 75) throw new StepError('stopped: `npm start` resumes from here');
  if (code === 0) return;
  const anew = args[0] === 'train' ? `; delete ${demos.map(({ out }) => out).join(' and ')} to start over` : '';
  throw new StepError(`cannot continue: isda ${args[0]} ended with exit code ${code} (see above)${anew}`);
}

async function demonstrate(log) {
  log(`creating the data set ${data}`);
  await isda('data', 'synthesize', '--out', data, ...images);
  for (const { title, config, out } of demos) {
    log(existsSync(join(projectRoot, out, 'summary.json')) ? `${title} is already trained` : `training with ${title}`);
    await isda('train', '--config', config, '--set', `dataset.dir=${data}`, '--out', out);
  }
  await isda('figure', 'curve', ...demos.flatMap(({ out }) => ['--run', out]), '--out', figure);
}

async function main() {
  const log = stepLogger();
  await bootstrap({ log });
  // Ctrl-C reaches the run as well, which ends with a checkpoint; this process waits for it.
  const wait = () => undefined;
  process.on('SIGINT', wait);
  await demonstrate(log).finally(() => process.off('SIGINT', wait));
  log('done');
  const summaries = demos.map(({ title, out }) => ({ title, summary: readSummary(out) }));
  const here = (path) => relative(process.cwd(), join(projectRoot, path));
  const lines = [
    ...comparison(summaries),
    '',
    ...meaning(summaries),
    '',
    ...demos.map(({ title, out }) => `run folder  ${here(out)}  (${title})`),
    `curves      ${here(figure)}`,
    '',
    `to start over: rm -r ${demos.map(({ out }) => here(out)).join(' ')}; npm start`,
    'real data: README.md; all commands: node bin/isda.js --help',
  ];
  process.stdout.write(`\n${lines.join('\n')}\n`);
  return 0;
}

if (isMain(import.meta.url)) await runScript(main);
