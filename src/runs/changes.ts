// Describes what changed since the checkpoints of a run folder were written.
import { loadConfig } from '../config/load.js';
import { isFingerprintOf } from '../config/fingerprint.js';
import type { ExperimentConfig } from '../config/schema.js';
import { changesText } from '../config/settings.js';
import type { RunFolder } from '../records/run-folder.js';

/**
 * In what a config differs from that of the folder's run, whose fingerprint is `before`; undefined where config.yaml is
 * another one's, or cannot be read.
 */
export function changesSince(
  before: string,
  { root, config: path }: RunFolder,
  config: ExperimentConfig,
  workingDirectory: string,
): string | undefined {
  try {
    const recorded = loadConfig(path, { configsDirectory: root, workingDirectory }).config;
    return isFingerprintOf(recorded, before) ? changesText(recorded, config) : undefined;
  } catch {
    // The checkpoint is refused all the same, only with fewer words.
    return undefined;
  }
}
