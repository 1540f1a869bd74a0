// State of an unfinished download: its address and the version of the file.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const partState = z.object({ url: z.string(), validator: z.string().optional() });
type PartState = z.output<typeof partState>;

/** Reads the state of a .part file; undefined if it is missing or unreadable. */
export async function readPartState(part: string): Promise<PartState | undefined> {
  try {
    return partState.parse(JSON.parse(await readFile(`${part}.json`, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Writes the state, or removes it. */
export async function writePartState(part: string, state: PartState | undefined): Promise<void> {
  if (state === undefined) await rm(`${part}.json`, { force: true });
  else await writeFile(`${part}.json`, JSON.stringify(state));
}
