// The summary.json of a generator's run.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileAtomically } from '../../common/files.js';
import { ganOptions } from '../../gan/options.js';

const ganNames = ganOptions.options.map(({ shape }) => shape.name.value);

const ganSummary = z.object({
  experiment: z.string(),
  gan: z.enum(ganNames),
  /** The labels it was trained on. */
  classes: z.array(z.int()).readonly(),
  iterations: z.int(),
  discriminatorSteps: z.int(),
  generatorParameters: z.int(),
  discriminatorParameters: z.int(),
  /** Diversity in the last row of losses.csv, if present. */
  diversity: z.number().optional(),
  /** Time of all iterations. */
  seconds: z.number(),
});
export type GanSummary = Readonly<z.output<typeof ganSummary>>;

/** Writes summary.json. */
export async function writeGanSummary(path: string, summary: GanSummary): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(summary, undefined, 2)}\n`);
}

/** Reads summary.json; undefined if there is no usable one: the run writes it again. */
export async function readGanSummary(path: string): Promise<GanSummary | undefined> {
  try {
    return ganSummary.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
