// Reads the summary of a run in a store and checks that it belongs to the run's settings.
import { cannot } from '../../common/errors.js';
import { runFolder } from '../../records/run-folder.js';
import { readSummary, type RunSummary } from '../../records/summary.js';

/**
 * Reads the summary in a run folder; undefined if there is none. `isOwn`: whether a fingerprint is that of the run's
 * settings. Errors: it cannot be read, was changed, or belongs to other settings.
 */
export async function summaryOf(
  folder: string,
  isOwn: (fingerprint: string) => boolean | Promise<boolean>,
): Promise<RunSummary | undefined> {
  const path = runFolder(folder).summary;
  const summary = await readSummary(path);
  if (summary?.of === undefined || (await isOwn(summary.of.settings))) return summary;
  const reason =
    'its summary.json is of other settings: a file was changed since, or another version of isda reads them differently';
  throw cannot('use the run', reason, {
    code: 'run/changed',
    place: path,
    hint: "where summary.json is another run's, move it away; the run writes it again from its metrics",
  });
}
