// `npm start`: bootstrap, then the demonstration: cross entropy and ISDA on a small synthetic data set, side by side.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bootstrap, isMain, projectRoot, run, runScript, StepError, stepLogger } from './bootstrap.mjs';

const data = join('runs', 'demo-data');
const figure = join('runs', 'demo-curve.svg');
const demos = [
  { title: 'cross entropy', config: 'configs/smoke/demo-cross-entropy.yaml', out: join('runs', 'demo-cross-entropy') },
  { title: 'ISDA', config: 'configs/smoke/demo-isda.yaml', out: join('runs', 'demo-isda') },
];
const images = ['--name', 'cifar10', '--train', '2000', '--test', '500', '--classes', '10', '--seed', '1'];

/** The two lines of test errors, with columns aligned. `summaries` has one summary.json a demo. */
export function comparison(summaries) {
  const width = Math.max(...summaries.map(({ title }) => title.length));
  const percent = (value) => `${value.toFixed(2).padStart(6)} %`;
  return [
    `${'test error'.padEnd(width)}      last      best`,
    ...summaries.map(
      ({ title, summary }) =>
        `${title.padEnd(width)}  ${percent(summary.last.testError)}  ${percent(errorOf(summary.best))}`,
    ),
  ];
}

function errorOf(best) {
  return typeof best === 'number' ? best : best.testError;
}

async function isda(...args) {
  const code = await run(process.execPath, ['bin/isda.js', ...args], { show: true });
  if (code !== 0) throw new StepError(`cannot go on: isda ${args[0]} ended with exit code ${code} (see above)`);
}

async function main() {
  const log = stepLogger();
  await bootstrap({ log });
  log(`making the data set ${data}`);
  await isda('data', 'synthesize', '--out', data, ...images);
  for (const { title, config, out } of demos) {
    log(`training with ${title}`);
    await isda('train', '--config', config, '--set', `dataset.dir=${data}`, '--out', out);
  }
  await isda('figure', 'curve', ...demos.flatMap(({ out }) => ['--run', out]), '--out', figure);
  log('done');
  const summaries = demos.map(({ title, out }) => ({
    title,
    summary: JSON.parse(readFileSync(join(projectRoot, out, 'summary.json'), 'utf8')),
  }));
  const places = [...demos.map(({ out }) => out), figure].map((path) =>
    relative(process.cwd(), join(projectRoot, path)),
  );
  const next = 'next: bin/isda.js --help; docs/ says how each table of the paper is made';
  process.stdout.write(
    `\n${[...comparison(summaries), '', 'made:', ...places.map((path) => `  ${path}`), next].join('\n')}\n`,
  );
  return 0;
}

if (isMain(import.meta.url)) await runScript(main);
