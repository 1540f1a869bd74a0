// results/README.md and its pictures, from the stores under results/.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { counted, twoDecimals } from '../../dist/common/format.js';
import { formatInterval, formatSpread } from '../../dist/common/statistics/texts.js';
import { measuredOn } from '../../dist/grids/measured-images.js';
import { comparisonTexts, comparisonTitles, outcomeNotes } from '../../dist/grids/outcome-table.js';
import { drawChart } from '../../dist/report/chart/chart.js';
import { averageNotes, evaluatedEpochsNotes, withoutCrowdedBands } from '../../dist/report/chart/series.js';
import { drawDots } from '../../dist/report/chart/dots.js';
import { dotNotes, dotPanel } from '../../dist/report/figures/dots.js';
import { cutNotes, errorRange } from '../../dist/report/figures/range.js';
import { averagedSeries, seedsText } from '../../dist/report/runs/average.js';
import { evaluationNames } from '../../dist/runs/description.js';
import { whatFollows } from './follows.mjs';
import { gridLines, gridPicture, measureGrid } from './generator-grid.mjs';
import { table } from './markdown.mjs';
import { measureStudy } from './measured.mjs';
import { precisionLines } from './precision.mjs';
import { whatIsRepeated } from './repeated.mjs';
import { studies } from './studies.mjs';
import { testLossLines } from './test-loss.mjs';
import { generatorsLines, measureGenerators } from './trained-generators.mjs';

/** One table a group, its rows in the order of the study's files, also those without a run. */
function outcomesTable({ groups, asked }) {
  return groups.flatMap(({ group, outcomes }) => {
    const compared = comparisonTitles(outcomes);
    const runs = outcomes.flatMap(({ experiment }) => experiment.runs);
    const rows = asked.flatMap(({ row, seeds }) => {
      const found = outcomes.find((outcome) => outcome.row === row);
      const errors = found === undefined ? '' : [...found.bySeed].map(([, error]) => twoDecimals(error)).join(', ');
      const comparison = compared.length === 0 ? [] : found === undefined ? ['', '', ''] : comparisonTexts(found);
      const interval = formatInterval(found?.interval, found?.seeds.length ?? 0);
      return [
        [row, formatSpread(found?.last10), interval, ...comparison, `${found?.seeds.length ?? 0} of ${seeds}`, errors],
      ];
    });
    return [
      `${group.title}:`,
      '',
      table(['row', 'last 10 %', '95 %', ...compared, 'seeds done', 'by seed'], rows),
      '',
      ...outcomeNotes(outcomes, measuredOn(runs)).flatMap((note) => [note, '']),
    ];
  });
}

/** The pictures of a study by their names beside its store: dots, and the curves where rows are compared. */
export function pictures({ store, groups, comparison }) {
  const stem = store.replace('/store/', '/');
  return groups.flatMap((outcomes, index) => {
    const number = index === 0 ? '' : `-${index + 1}`;
    const panel = dotPanel(outcomes);
    // No run is done, as where all have diverged.
    if (panel === undefined) return [];
    const runs = outcomes.outcomes.flatMap(({ experiment }) => experiment.runs);
    const evaluated = evaluationNames(runs.map(({ config }) => config));
    const dots = [
      `${stem}${number}-dots.svg`,
      drawDots({
        panels: [panel],
        notes: dotNotes([outcomes]),
        width: 720,
      }),
    ];
    if (comparison !== true) return [dots];
    const all = outcomes.outcomes.flatMap(({ experiment, row }) => {
      const curve = averagedSeries(experiment.runs, 'testError');
      return curve === undefined ? [] : [{ ...curve, label: `${row} (${seedsText(experiment.runs)})` }];
    });
    const series = withoutCrowdedBands(all);
    const range = errorRange(series);
    const chart = {
      panels: [{ title: outcomes.group.title, series, yRange: range }],
      xLabel: 'epoch',
      yLabel: `${evaluated} error (%)`,
      width: 720,
    };
    const notes = [...averageNotes(all, series), ...cutNotes(range), ...evaluatedEpochsNotes(series)];
    return [dots, [`${stem}${number}-curves.svg`, drawChart({ ...chart, notes })]];
  });
}

function machineText({ machines, hours, runs }) {
  const revisionsOf = new Map();
  for (const { cpu, cores, gigabytes, threads, engine, node, revision } of machines) {
    const threadsText = threads === undefined ? '' : `, ${counted(threads, 'intra-op thread')}`;
    const machine = `${cpu} (${cores} cores, ${gigabytes} GB${threadsText}), Node.js ${node}, ${engine}`;
    revisionsOf.set(machine, [...(revisionsOf.get(machine) ?? []), revision]);
  }
  const each = [...revisionsOf].map(
    ([machine, revisions]) => `${machine}, revision ${[...new Set(revisions)].sort().join(' and ')}`,
  );
  const where = each.length === 0 ? 'on a machine that was not recorded' : `on ${each.join('; ')}`;
  return `${counted(runs.length, 'run')}, ${hours.toFixed(1)} hours of training and evaluation in total, ${where}.`;
}

/** Which lambda0 has the lowest error, where a study is a search. */
function chosenText({ groups, asked }) {
  const outcomes = groups[0].outcomes.filter(({ seeds }) => seeds.length > 0);
  const best = outcomes.reduce((least, one) => (one.last10.mean < least.last10.mean ? one : least));
  const complete = outcomes.length === asked.length;
  return complete
    ? `Chosen for the lowest error: \`${best.row}\`. There is one seed per value: how much of the differences is variation between seeds was not measured.`
    : `${outcomes.length} of ${asked.length} values are done; no value is chosen before all are done.`;
}

/** `others`: all studies that one may be compared with. */
function section(study, level, others) {
  const { name, runs, failedRuns, askedRuns, comparison, repeated, search, sameSeedsOf } = study;
  const heading = `${'#'.repeat(level)} ${name[0].toUpperCase()}${name.slice(1)}`;
  if (runs.length === 0) return [heading, '', `Not measured yet: ${counted(askedRuns, 'run')} planned.`, ''];
  const missing = askedRuns - runs.length - failedRuns;
  const conclusions = repeated === true ? whatIsRepeated(study) : comparison === true ? whatFollows(study) : [];
  return [
    heading,
    '',
    missing === 0
      ? failedRuns === 0
        ? 'Complete.'
        : `Complete; ${counted(failedRuns, 'run')} failed.`
      : `**Not complete: ${counted(missing, 'run')} of ${askedRuns} missing.**`,
    machineText(study),
    '',
    ...outcomesTable(study),
    ...pictures(study).flatMap(([file]) => [`![${name}](${file})`, '']),
    ...(conclusions.length > 0 ? ['Conclusions:', '', ...conclusions, ''] : []),
    ...(comparison === true ? study.groups.flatMap((group) => testLossLines(group, repeated === true)) : []),
    ...(search === true ? [chosenText(study), ''] : []),
    ...(sameSeedsOf === undefined
      ? []
      : precisionLines(
          study,
          others.find((one) => one.name === sameSeedsOf),
        )),
  ];
}

/** A hand-written file, where there is one. */
function included(projectRoot, path) {
  const file = join(projectRoot, 'results', path);
  return existsSync(file) ? [readFileSync(file, 'utf8').trim(), ''] : [];
}

/**
 * The files of results/ that are generated, by their paths: the page and its pictures. `measured`: see `measureAll`.
 */
export function resultsFiles({ tenth, grid, generators }, projectRoot) {
  const done = tenth.reduce((sum, { runs }) => sum + runs.length, 0);
  const failed = tenth.reduce((sum, { failedRuns }) => sum + failedRuns, 0);
  const asked = tenth.reduce((sum, { askedRuns }) => sum + askedRuns, 0);
  const page = [
    '# Results',
    '',
    'Measured with this program; numbers of the paper appear only where this is said. This page is generated by `npm run docs` from the stores in this folder.',
    '',
    '## A tenth of the data',
    '',
    `ResNet-32 with the paper's recipe on 5000 training images, and in the section [All of CIFAR-10](#all-of-cifar-10) on all 50 000, with convolutions in bfloat16 (except in the section on float32). [The protocol](tenth/protocol.md) was written before the first run and lists the runs and their order. ${done} of ${counted(asked, 'run')} are done${failed === 0 ? '' : `, and ${failed} failed`}.`,
    '',
    table(
      ['step', 'runs done', 'failed', 'of', 'hours'],
      tenth.map(({ name, runs, failedRuns, askedRuns, hours }) => [
        name,
        runs.length,
        failedRuns,
        askedRuns,
        hours.toFixed(1),
      ]),
    ),
    '',
    ...included(projectRoot, 'tenth/conclusion.md'),
    ...tenth.flatMap((study) => section(study, 3, tenth)),
    ...gridLines(grid),
    ...generatorsLines(generators),
    ...included(projectRoot, 'figure4/notes.md'),
    ...included(projectRoot, 'removed.md'),
  ].join('\n');
  const shown = tenth.filter(({ runs }) => runs.length > 0);
  const files = [...shown.flatMap(pictures), ...gridPicture(grid)];
  return new Map([
    ['results/README.md', `${page.trimEnd()}\n`],
    ...files.map(([name, svg]) => [`results/${name}`, svg]),
  ]);
}

/** All studies as they are. */
export async function measureAll(projectRoot) {
  const tenth = [];
  for (const study of studies) tenth.push(await measureStudy(study, projectRoot));
  return {
    tenth,
    grid: await measureGrid(projectRoot),
    generators: await measureGenerators(projectRoot),
  };
}
