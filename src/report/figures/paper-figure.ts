// Draws a figure of the paper from stored runs and lists what is missing.
import { cannot } from '../../common/errors.js';
import type { ExperimentConfig } from '../../config/schema.js';
import { differingKeys, isWithin } from '../../config/settings.js';
import { drawChart, type Panel } from '../chart/chart.js';
import { averageNotes, evaluatedEpochsNotes, withoutCrowdedBands, type Series } from '../chart/series.js';
import { averagedSeries, hasEpoch, seedsText, type ErrorField } from '../runs/average.js';
import { groupRuns, secondRunText, type RunGroup } from '../runs/groups.js';
import { weightsName } from '../runs/names.js';
import { uniqueNames } from '../runs/unique-names.js';
import type { RecordedRun } from '../runs/recorded-runs.js';
import { leftOutNotes } from '../../grids/outcome-table.js';
import { evaluationNames } from '../../runs/description.js';
import { cutAtNotes, cutNotes, errorRange } from './range.js';
import { missingCurves, presetsOf, type MissingCurve, type Preset } from './missing.js';
import type { FigureCurve, FigurePanel, FigureSpec } from './spec.js';

export interface PaperFigure {
  readonly spec: FigureSpec;
  readonly panels: readonly FigurePanel[];
  readonly missing: readonly MissingCurve[];
}

const maxPanels = 6;

function choosePanels(groups: readonly RunGroup[], presets: readonly Preset[], only: string | undefined) {
  const isPaper = ({ key }: RunGroup): boolean => presets.some((preset) => preset.key === key);
  const matching = groups.filter(({ title }) => only === undefined || title.toLowerCase().includes(only.toLowerCase()));
  const chosen = only === undefined && groups.some(isPaper) ? groups.filter(isPaper) : matching;
  if (chosen.length === 0 && groups.length > 0)
    throw cannot('draw the figure', `no title of a panel contains "${only}"`, {
      code: 'option/invalid',
      kind: 'usage',
      hint: `panels: ${groups.map(({ title }) => title).join('; ')}`,
    });
  if (chosen.length > maxPanels)
    throw cannot(
      'draw the figure',
      `the runs need ${chosen.length} panels, more than ${maxPanels}, and none has the paper's settings`,
      {
        code: 'figure/selection',
        kind: 'usage',
        hint: `choose with --only TEXT, a part of a title such as "${chosen[0].title}"`,
      },
    );
  return { chosen, isPaper };
}

/**
 * Renames the experiments of several panels so that a name, which is one curve of the legend, stands for the same
 * settings in all of them.
 */
function namedAlike(groups: readonly RunGroup[], { nameOf, varied }: FigureSpec): readonly RunGroup[] {
  const named = groups.flatMap(({ experiments }) => {
    const keys = [...varied, ...differingKeys(experiments.map(({ settings }) => settings))];
    return experiments.map(({ settings, runs: [{ config, origin }] }) => ({
      name: `${nameOf(config)!}${weightsName(origin)}`,
      settings: new Map([...settings].filter(([key]) => isWithin(key, keys))),
    }));
  });
  const names = uniqueNames(named);
  return groups.map((group) => ({
    ...group,
    experiments: group.experiments.map((experiment) => ({ ...experiment, name: names.shift()! })),
  }));
}

interface FigureSources {
  /** Loads a config by its name. */
  readonly loadPreset: (name: string) => ExperimentConfig;
  /** Formats a path for command lines. */
  readonly showPath: (path: string) => string;
  /** Only panels whose title contains this text are drawn. */
  readonly only?: string;
}

/**
 * Sorts runs into a figure's panels: those with the settings of the paper's configs if there are any, else one panel
 * per protocol. Errors: no run belongs to the figure; too many panels.
 */
export function paperFigure(
  spec: FigureSpec,
  runs: readonly RecordedRun[],
  { loadPreset, showPath, only }: FigureSources,
): PaperFigure {
  const presets = presetsOf(spec, loadPreset);
  // A legend names failed runs without an epoch too; a curve needs another run.
  const fitting = runs.filter((run) => spec.nameOf(run.config) !== undefined && (hasEpoch(run) || run.state === 'failed')); // prettier-ignore
  const groups = groupRuns(fitting, spec.varied, ({ config }) => spec.nameOf(config)!, presets)
    .map((group) => ({ ...group, experiments: group.experiments.filter((each) => each.runs.some(hasEpoch)) }))
    .filter(({ experiments }) => experiments.length > 0);
  if (groups.length === 0)
    throw cannot(`draw figure ${spec.name}`, 'none of the runs belongs to this figure', {
      code: 'figure/empty',
      hint: `for example: isda train --config ${spec.paper[0][0]}`,
    });
  const { chosen, isPaper } = choosePanels(groups, presets, only);
  const otherData = presetsOf(spec, loadPreset, spec.otherData ?? []);
  const order = presets.map(({ name }) => name);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  // The paper's configs differ between data sets, and their names are the paper's.
  const alike = chosen.length > 1 && !chosen.some(isPaper) ? namedAlike(chosen, spec) : chosen;
  const panels = alike.map((group) => ({
    title: group.title,
    paper: isPaper(group),
    key: group.key,
    curves: group.experiments
      .map((experiment) => ({ name: experiment.name, seeds: seedsText(experiment.runs), experiment }))
      .sort((a, b) => rank(a.name) - rank(b.name)),
  }));
  return { spec, panels, missing: missingCurves(spec, panels, presets, { otherData, showPath }) };
}

/** The notes below the legend, after those on the curves. */
function notesOf({ panels, missing }: PaperFigure): string[] {
  const experiments = panels.flatMap(({ curves }) => curves.map(({ experiment }) => experiment));
  const absent = [...new Set(missing.map(({ panel, name }) => (panels.length > 1 ? `${name} (${panel})` : name)))];
  return [
    ...(panels.some(({ paper }) => paper) ? [] : ["Not the paper's settings."]),
    ...(absent.length > 0 ? [`No completed epoch yet: ${absent.join('; ')}.`] : []),
    ...leftOutNotes(experiments.flatMap(({ leftOut }) => leftOut.map(secondRunText))),
  ];
}

interface PictureOptions {
  readonly title?: string;
  /** Pixels. */
  readonly width?: number;
  /** The upper end of the y axis in percent; default: enough for the second half of training. */
  readonly yMax?: number;
}

/** Draws the figure as SVG. */
export function drawFigure(figure: PaperFigure, { title, width, yMax }: PictureOptions = {}): string {
  const { spec } = figure;
  const imagesOf = (panels: PaperFigure['panels']): string => {
    const runs = panels.flatMap(({ curves }) => curves.flatMap(({ experiment }) => experiment.runs));
    return evaluationNames(runs.map(({ config }) => config));
  };
  const evaluated = imagesOf(figure.panels);
  const yLabelOn = (images: string): string => (spec.fields.length === 1 ? `${images} error (%)` : 'error (%)');
  const fieldNames: Readonly<Record<ErrorField, string>> = { trainError: 'training', testError: evaluated };
  const names = [...new Set(figure.panels.flatMap(({ curves }) => curves.map(({ name }) => name)))];
  // A curve has one label for all panels; it names the seeds if they are the same in all panels, else those of each
  // panel.
  const seedsOf = (name: string): string => {
    const texts = figure.panels.flatMap(({ curves }) => curves.filter((curve) => curve.name === name));
    return [...new Set(texts.map(({ seeds }) => seeds))].join(' / ');
  };
  const seriesOf = ({ name, experiment }: FigureCurve): Series[] =>
    spec.fields.map((field) => {
      const label = spec.fields.length === 1 ? name : `${name}, ${fieldNames[field]}`;
      const style = spec.styles(names, field)[names.indexOf(name)];
      return { ...averagedSeries(experiment.runs, field)!, label: `${label} (${seedsOf(name)})`, style };
    });
  const drawn = figure.panels.map((panel) => {
    const all = panel.curves.flatMap(seriesOf);
    const series = withoutCrowdedBands(all);
    return { title: panel.title, yLabel: yLabelOn(imagesOf([panel])), all, series, range: errorRange(series) };
  });
  const panels = drawn.map(({ title: name, yLabel, series, range: { low, high } }): Panel => ({
    ...{ title: name, yLabel, series },
    yRange: { low, high: yMax ?? high },
  }));
  const series = drawn.flatMap((panel) => panel.series);
  const average = averageNotes(
    drawn.flatMap(({ all }) => all),
    series,
  );
  const cut =
    yMax === undefined ? cutNotes({ cut: drawn.some(({ range }) => range.cut) }) : cutAtNotes(panels, 'Errors');
  return drawChart({
    panels,
    xLabel: 'epoch',
    yLabel: yLabelOn(evaluated),
    title: title ?? spec.titleOf(evaluated),
    notes: [...average, ...cut, ...notesOf(figure), ...evaluatedEpochsNotes(series)],
    width,
  });
}
