// `isda figure`: figures from the files of runs.
import { resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { cannot } from '../../common/errors.js';
import { didYouMean } from '../../common/nearest.js';
import { drawChart } from '../../report/chart/chart.js';
import { evaluatedEpochsNotes, type Series } from '../../report/chart/series.js';
import { cutAtNotes } from '../../report/figures/range.js';
import { evaluatedImages, recordedRows } from '../../report/runs/recorded-runs.js';
import { runFolder } from '../../records/run-folder.js';
import { readInputs } from '../../records/inputs.js';
import { originText } from '../../runs/origin.js';
import { titleOn, type Metric } from '../../training/metrics/metric.js';
import { knownMetrics } from '../../training/metrics/registry.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { registerDots } from './figure-dots.js';
import { registerPaperFigures } from './figure-paper.js';
import { collect } from '../options.js';
import { picturePath, withPictureOptions, writePicture, type PictureFileOptions } from '../terminal/picture.js';
import { registerVisualize } from './visualize.js';

interface CurveOptions extends PictureFileOptions {
  readonly run: readonly string[];
  readonly metric: readonly string[];
  readonly label: readonly string[];
}

/** Errors (usage): there is no such column. */
function metricOf(name: string): Metric {
  const metrics = knownMetrics([name]).filter(({ column }) => column !== 'epoch');
  const metric = metrics.find(({ column }) => column === name);
  if (metric !== undefined) return metric;
  const columns = metrics.map(({ column }) => column);
  throw cannot('draw the curves', `there is no metric "${name}"`, {
    code: 'option/invalid',
    kind: 'usage',
    hint: didYouMean(name, columns) ?? `metrics: ${columns.join(', ')}`,
  });
}

/** What metrics on one axis have in common. */
const quantityOf = ({ quantity, title }: Metric): string => quantity ?? title;

/** The label of the y axis: the metric's name, or what several have in common; `images`: those of the evaluations. */
function axisLabel(metrics: readonly Metric[], images: string): string {
  const [first] = metrics;
  const unit = first.unit === undefined ? '' : ` (${first.unit})`;
  return `${metrics.length === 1 ? titleOn(images, first) : quantityOf(first)}${unit}`;
}

/** The metrics of each axis: those of one quantity. Errors (usage): `--y-max` would be the end of several. */
function axesOf(metrics: readonly Metric[], yMax: number | undefined): Metric[][] {
  const quantities = [...new Set(metrics.map(quantityOf))];
  if (quantities.length > 1 && yMax !== undefined)
    throw cannot('draw the curves', `--y-max needs a single axis, but these have one each: ${quantities.join(', ')}`, {
      code: 'option/conflict',
      kind: 'usage',
      hint: 'draw them separately, or leave out --y-max',
    });
  return quantities.map((quantity) => metrics.filter((metric) => quantityOf(metric) === quantity));
}

/**
 * The names of runs in a legend: those of their folders (absolute), of equal ones with as many folders above them as
 * tell them apart.
 */
function folderLabels(folders: readonly string[]): readonly string[] {
  const parts = folders.map((folder) => folder.split(sep));
  const ending = (own: readonly string[], length: number): string => own.slice(-length).join(sep);
  return folders.map((folder, index) => {
    const others = parts.filter((_, at) => folders[at] !== folder);
    let length = 1;
    while (others.some((other) => ending(other, length) === ending(parts[index], length))) length += 1;
    return ending(parts[index], length);
  });
}

/** Errors (usage): two runs would be one in the legend. */
function checkLabels(labels: readonly string[]): void {
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice === undefined) return;
  throw cannot('draw the curves', `two runs are called "${twice}"`, {
    code: 'option/conflict',
    kind: 'usage',
    hint: 'give each run only once, and each --label a different text',
  });
}

async function drawCurves(options: CurveOptions, context: CommandContext): Promise<void> {
  const out = picturePath(options.out, context);
  const metrics = [...new Set(options.metric.length === 0 ? ['test_error'] : options.metric)].map(metricOf);
  const { title, width, yMax } = options;
  const axes = axesOf(metrics, yMax);
  if (options.label.length > 0 && options.label.length !== options.run.length)
    throw cannot('draw the curves', `${options.label.length} labels for ${options.run.length} runs`, {
      code: 'option/conflict',
      kind: 'usage',
      hint: 'give one --label per --run, in the same order',
    });
  const folders = options.run.map((run) => resolve(context.workingDirectory, run));
  const labels = options.label.length > 0 ? options.label : folderLabels(folders);
  checkLabels(labels);
  const curves: (Series & { readonly metric: Metric })[] = [];
  const notes: string[] = [];
  const evaluated: string[] = [];
  for (const [index, folder] of folders.entries()) {
    const path = runFolder(folder).metrics;
    const rows = await recordedRows(folder, context.now);
    const images = evaluatedImages(folder);
    evaluated.push(images);
    const label = labels[index];
    const origin = originText('CIFAR', (await readInputs(runFolder(folder).inputs)) ?? {});
    if (origin !== undefined) notes.push(`${label}: ${origin}.`);
    for (const metric of metrics) {
      const points = rows.map((row) => [row.epoch, row[metric.name]] as const);
      const measured = points.flatMap(([epoch, value]) => (value === undefined ? [] : [[epoch, value] as const]));
      if (points.length === 0)
        throw cannot('draw the curves', 'the run has no completed epoch yet', { code: 'figure/empty', place: path });
      if (measured.length === 0)
        throw cannot('draw the curves', `the run has no ${metric.column}`, {
          code: 'figure/empty',
          place: path,
          kind: 'usage',
        });
      curves.push({
        metric,
        label: metrics.length === 1 ? label : `${label}: ${titleOn(images, metric)}`,
        points: measured,
      });
    }
  }
  const panels = axes.map((own) => ({
    series: curves.filter(({ metric }) => own.includes(metric)),
    yLabel: axisLabel(own, [...new Set(evaluated)].join(' or ')),
    yRange: { high: yMax },
  }));
  const yLabel = panels.map((panel) => panel.yLabel).join(', ');
  const chart = { panels, xLabel: 'epoch', yLabel, title, width };
  const cut = yMax === undefined ? [] : cutAtNotes(panels, 'Values');
  await writePicture(out, drawChart({ ...chart, notes: [...notes, ...cut, ...evaluatedEpochsNotes(curves)] }), context);
  context.stdout.write(`${out}\n`);
}

/** Adds `isda figure` with its figures. */
export function registerFigure(program: Command, context: CommandContext): void {
  const figure = program.command('figure').description('draw figures from the files of runs (SVG, PNG)');
  const curve = figure
    .command('curve')
    .addHelpText('after', example('--run runs/a runs/b --out curve.svg'))
    .description("draw runs' metrics over the epochs: a chart, with a panel for each quantity")
    .requiredOption('--run <dirs...>', 'run folders, a curve each; repeatable', collect)
    .option('--metric <names...>', 'columns of metrics.csv; repeatable (default: test_error)', collect, [])
    .option(
      '--label <texts...>',
      "the runs' names in the legend, in the order of the runs; repeatable (default: their folders)",
      collect,
      [],
    );
  withPictureOptions(curve).action((options: CurveOptions) => drawCurves(options, context));
  registerDots(figure, context);
  registerPaperFigures(figure, context);
  registerVisualize(figure, context, '4');
}
