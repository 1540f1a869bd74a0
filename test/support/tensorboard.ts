// Reads event files with the tensorboard Python package, if there is one.
import { spawnSync } from 'node:child_process';
import { execa } from 'execa';

const script = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator, STORE_EVERYTHING_SIZE_GUIDANCE
events = EventAccumulator(sys.argv[1], size_guidance=STORE_EVERYTHING_SIZE_GUIDANCE)
events.Reload()
print(json.dumps({tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()['scalars']}))
`;

/** The Python of `ISDA_TEST_TENSORBOARD`, else `python3`; undefined if it has no tensorboard. */
export function findTensorBoard(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const python = environment['ISDA_TEST_TENSORBOARD'] ?? 'python3';
  const found = spawnSync(python, ['-c', 'import tensorboard.backend.event_processing.event_accumulator']);
  return found.status === 0 ? python : undefined;
}

/** The curves that TensorBoard shows for a folder: steps and values. */
export async function readScalars(python: string, folder: string): Promise<Record<string, [number, number][]>> {
  const { stdout } = await execa(python, ['-c', script, folder]);
  return JSON.parse(stdout) as Record<string, [number, number][]>;
}
