// Which row of a comparison is the cross entropy that another is compared with.
import type { ExperimentConfig } from '../config/schema.js';
import { flatSettings } from '../config/settings.js';

/** What a method may bring with it. */
const ofMethod = ['loss', 'dataset.synthetic'];
/** What else may differ where nothing is closer; network and data may not. */
const ofRecipe = [...ofMethod, 'model.dropout', 'augmentation', 'optimizer', 'schedule', 'training'];

/** The settings outside of `sections` as one text; never the seed. */
function settingsBeside(config: ExperimentConfig, sections: readonly string[]): string {
  const within = (key: string): boolean => sections.some((name) => key === name || key.startsWith(`${name}.`));
  return JSON.stringify([...flatSettings(config)].filter(([key]) => key !== 'training.seed' && !within(key)));
}

/**
 * For each row, by its config, the index of the row of cross entropy (without generated images) that it is compared with:
 * the one that differs in the loss alone, else the only one with the same network and data. Undefined for cross entropy
 * itself, and where there is none or more than one.
 */
export function baselinesOf(configs: readonly ExperimentConfig[]): readonly (number | undefined)[] {
  const isBasic = configs.map(({ loss, dataset }) => loss.name === 'cross-entropy' && dataset.synthetic === undefined);
  const levels = [ofMethod, ofRecipe].map((sections) => configs.map((config) => settingsBeside(config, sections)));
  return configs.map((_, index) => {
    if (isBasic[index]) return undefined;
    for (const settings of levels) {
      const alike = configs.flatMap((_, other) =>
        isBasic[other] && settings[other] === settings[index] ? [other] : [],
      );
      if (alike.length === 1) return alike[0];
    }
    return undefined;
  });
}
