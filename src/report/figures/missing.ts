// Lists the curves that are missing in a figure of the paper, and the commands that make them.
import { basename, dirname, join } from 'node:path';
import { shellWord } from '../../common/shell.js';
import type { ExperimentConfig } from '../../config/schema.js';
import { datasetName, networkName } from '../runs/names.js';
import { isWithin, settingsKey, settingsWithoutSeed, type Settings } from '../../config/settings.js';
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
}

/** Returns the curves of the paper's figure, or those of `configs`; `loadPreset` loads a config by its name. */
export function presetsOf(
  spec: FigureSpec,
  loadPreset: (name: string) => ExperimentConfig,
  configs: readonly string[] = spec.paper.flat(),
): readonly Preset[] {
  return configs.map((name) => {
    const config = loadPreset(name);
    const settings = settingsWithoutSeed(config);
    const title = `${networkName(config)}, ${datasetName(config)}`;
    return { config: name, name: spec.nameOf(config)!, title, key: settingsKey(settings, spec.varied), settings };
  });
}

/** A text as part of an experiment's name. */
const slug = (text: string): string => text.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');

/** The command that makes a curve of the paper with the settings of a panel: its config with the differing keys set. */
function changedCommand(
  panel: FigurePanel,
  preset: Preset,
  { varied }: FigureSpec,
  { showPath, experiment }: { readonly showPath: (path: string) => string; readonly experiment: string },
): string {
  const { settings, runs } = panel.curves[0].experiment;
  const changes = [...preset.settings]
    .filter(([key, value]) => isWithin(key, varied) && settings.get(key) !== value)
    .map(([key, value]) => `${key}=${value.replaceAll('"', '')}`)
    // A name precedes the keys that depend on it.
    .sort((a, b) => Number(b.includes('.name=')) - Number(a.includes('.name=')));
  const [{ folder }] = runs;
  const out = join(dirname(folder), `${experiment}-seed1`);
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
  const hasName = (panel: FigurePanel, name: string): boolean =>
    panel.curves.some((curve) => curve.name === name || curve.name.startsWith(`${name} (`));
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
    .flatMap((panel) =>
      names
        .filter((name) => !hasName(panel, name))
        .map((name) => {
          const preset = nearestPreset(panel, [...presets, ...otherData].filter((each) => each.name === name)); // prettier-ignore
          const several = panels.filter(({ paper }) => !paper).length > 1;
          const experiment = uniqueName(slug(several ? `${panel.title} ${name}` : name), taken);
          return { panel: panel.title, name, command: changedCommand(panel, preset, spec, { showPath, experiment }) };
        }),
    );
  const papers = panels.some(({ paper }) => paper)
    ? presets
        .filter((preset) => !isThere(preset))
        .map(({ title, name, config }) => ({ panel: title, name, command: `isda train --config ${config} --seed 1` }))
    : [];
  return [...papers, ...own];
}
