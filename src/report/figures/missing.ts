// Lists the curves that are missing in a figure of the paper, and the commands that make them.
import { basename, dirname, join } from 'node:path';
import { shellWord } from '../../common/shell.js';
import type { ExperimentConfig } from '../../config/schema.js';
import { datasetName, networkName } from '../runs/names.js';
import { settingsKey, settingsWithoutSeed, type Settings } from '../../config/settings.js';
import type { RecordedRun } from '../runs/recorded-runs.js';
import { changesBetween, withMethod } from './changes.js';
import type { FigurePanel, FigureSpec } from './spec.js';

/** A curve of the paper's figure for which there is no run. */
export interface MissingCurve {
  readonly panel: string;
  readonly name: string;
  /** The command line that makes its first seed. */
  readonly command: string;
}

/** A curve of the paper's figure. */
export interface Preset {
  /** The name of its config under configs/. */
  readonly config: string;
  readonly name: string;
  /** The panel's title and the settings that its curves have in common. */
  readonly title: string;
  readonly key: string;
  readonly settings: Settings;
  readonly experiment: ExperimentConfig;
}

/** Returns the curves of the paper's figure, or those of `configs`; `loadPreset` loads a config by its name. */
export function presetsOf(
  spec: FigureSpec,
  loadPreset: (name: string) => ExperimentConfig,
  configs: readonly string[] = spec.paper.flat(),
): readonly Preset[] {
  return configs.map((name) => {
    const experiment = loadPreset(name);
    const settings = settingsWithoutSeed(experiment);
    const title = `${networkName(experiment)}, ${datasetName(experiment)}`;
    const key = settingsKey(settings, spec.varied);
    return { config: name, name: spec.nameOf(experiment)!, title, key, settings, experiment };
  });
}

/** A text as part of an experiment's name. */
const slug = (text: string): string => text.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');

interface NamedRun {
  readonly experiment: string;
  readonly showPath: (path: string) => string;
}

/** The command that makes `config`, which differs from that of a run at `paths`, in a folder beside the run's. */
function changedCommand(
  run: RecordedRun,
  config: ExperimentConfig,
  paths: readonly string[],
  { experiment, showPath }: NamedRun,
): string {
  const { folder } = run;
  const out = join(dirname(folder), `${experiment}-seed1`);
  const changes = changesBetween(run.config, config, paths);
  const sets = [`experiment=${experiment}`, 'training.seed=1', ...changes].map(
    (change) => `--set ${shellWord(change)}`,
  );
  return `isda train --config ${shellWord(showPath(join(folder, 'config.yaml')))} ${sets.join(' ')} --out ${shellWord(showPath(out))}`;
}

/**
 * The paper's curve that is nearest to a panel: with the same data set, as Cutout's length depends on it, then with the
 * same network.
 */
function nearestPreset(panel: FigurePanel, presets: readonly Preset[]): Preset {
  const { settings } = panel.curves[0].experiment;
  const shares = (preset: Preset, key: string): boolean => preset.settings.get(key) === settings.get(key);
  const rank = (preset: Preset): number =>
    2 * Number(shares(preset, 'dataset.name')) + Number(shares(preset, 'model.name'));
  return presets.reduce((best, preset) => (rank(preset) > rank(best) ? preset : best));
}

/** A name that no other command of the list and no run has, as it becomes the name of a folder. */
function uniqueName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted}-${count}`;
  taken.add(name);
  return name;
}

interface MissingOptions {
  /** The curves of `FigureSpec.otherData`. */
  readonly otherData: readonly Preset[];
  /** Formats a path for command lines. */
  readonly showPath: (path: string) => string;
}

/**
 * Returns the missing curves. If a panel has the paper's settings, those of the configs under configs/ in all panels of
 * the paper; in panels with other settings, the same curves with the panel's settings.
 */
export function missingCurves(
  spec: FigureSpec,
  panels: readonly FigurePanel[],
  presets: readonly Preset[],
  { otherData, showPath }: MissingOptions,
): readonly MissingCurve[] {
  const isThere = ({ key, settings }: Preset): boolean =>
    panels
      .filter((panel) => panel.key === key)
      .some(({ curves }) =>
        curves.some(({ experiment }) => settingsKey(experiment.settings) === settingsKey(settings)),
      );
  const names = [...new Set(presets.map(({ name }) => name))];
  // The names of existing runs are taken.
  const taken = new Set(
    panels.flatMap(({ curves }) =>
      curves.flatMap(({ experiment }) =>
        experiment.runs.map(({ folder }) => basename(folder).replace(/-seed\d+$/, '')),
      ),
    ),
  );
  const own = panels
    .filter(({ paper }) => !paper)
    .flatMap((panel) => {
      const [run] = panel.curves[0].experiment.runs;
      const made = names.flatMap((name) => {
        const preset = nearestPreset(
          panel,
          [...presets, ...otherData].filter((each) => each.name === name),
        );
        return withMethod(run.config, preset.experiment, spec) ?? [];
      });
      // The name in the panel may differ from the paper's: with mixup it is another, and WRN's has no dropout.
      const there = panel.curves.map(({ experiment }) => spec.nameOf(experiment.runs[0].config)!);
      const absent = new Map(made.flatMap(({ name, config }) => (there.includes(name) ? [] : [[name, config]])));
      return [...absent].map(([name, config]) => {
        const several = panels.filter(({ paper }) => !paper).length > 1;
        const experiment = uniqueName(slug(several ? `${panel.title} ${name}` : name), taken);
        const command = changedCommand(run, config, spec.varied, { experiment, showPath });
        return { panel: panel.title, name, command };
      });
    });
  const papers = panels.some(({ paper }) => paper)
    ? presets
        .filter((preset) => !isThere(preset))
        .map(({ title, name, config }) => ({ panel: title, name, command: `isda train --config ${config} --seed 1` }))
    : [];
  return [...papers, ...own];
}
