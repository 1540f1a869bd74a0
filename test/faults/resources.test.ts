// The resources of a run: memory does not grow over many steps; files and threads are closed at the end.
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { isdaCommand, startIsda } from '../support/process.js';
import { makeData } from '../support/runs.js';
import { scale } from './scale.js';
import { smallRun } from './support.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-faults-'));
await makeData(folder, 64);
afterAll(() => rm(folder, { recursive: true, force: true }));

const mebibyte = 2 ** 20;

/** Resident memory of a process in bytes; undefined if it has ended. */
function memoryOf(pid: number): number | undefined {
  try {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line === null ? undefined : Number(line[1]) * 1024;
  } catch {
    return undefined;
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('memory', () => {
  const steps = scale({ short: 500, long: 20_000 });

  it(`stays flat over ${steps} steps`, async () => {
    // Two images per batch, so that steps, not pixels, take the time.
    const perEpoch = 28;
    const changes = ['training.batchSize=2', `training.epochs=${Math.ceil(steps / perEpoch)}`, 'dataset.testSubset=10'];
    const child = startIsda(
      folder,
      smallRun('long', [...changes, 'output.checkpointEvery={steps: 200}']),
      {},
      3_000_000,
    );
    const samples: number[] = [];
    let running = true;
    const ended = child.then((outcome) => {
      running = false;
      return outcome;
    });
    while (running) {
      const bytes = memoryOf(child.pid!);
      if (bytes !== undefined) samples.push(bytes);
      await Promise.race([setTimeout(250), ended]);
    }
    const outcome = await ended;
    expect(outcome.exitCode, outcome.all.slice(-2000)).toBe(0);
    // The first half is warm-up: the memory pools of TensorFlow and V8 grow.
    const later = samples.slice(Math.floor(samples.length / 2));
    const [third, fourth] = [later.slice(0, later.length / 2), later.slice(later.length / 2)].map(mean);
    const words = [third, fourth].map((bytes) => `${(bytes / mebibyte).toFixed(1)} MiB`);
    console.log(`resident memory over ${steps} steps: ${words[0]} in the third quarter, ${words[1]} in the last`);
    expect(fourth - third).toBeLessThan(scale({ short: 40, long: 15 }) * mebibyte);
  });
});

describe('at the end of a run', () => {
  it('no file is open, no thread is left, and nothing keeps the process alive', async () => {
    const script = join(folder, 'twice.mjs');
    const main = join(isdaCommand[0], '..', '..', 'dist', 'cli', 'main.js');
    writeFileSync(
      script,
      `import { readdirSync, readlinkSync } from 'node:fs';
       import { main } from ${JSON.stringify(pathToFileURL(main).href)};
       const open = () => readdirSync('/proc/self/fd').flatMap((fd) => {
         try { return [readlinkSync('/proc/self/fd/' + fd)]; } catch { return []; }
       }).filter((path) => path.startsWith(${JSON.stringify(folder)})).sort();
       const threads = () => process.getActiveResourcesInfo().filter((kind) => kind === 'MessagePort' || kind === 'Worker');
       const count = () => readdirSync('/proc/self/task').length;
       const seen = [];
       for (const out of ['one', 'two', 'three']) {
         const code = await main([...${JSON.stringify(smallRun('OUT', ['training.workers=2']))}.map((word) => word === 'OUT' ? out : word)], {
           stdout: process.stderr, stderr: process.stderr, environment: process.env, workingDirectory: ${JSON.stringify(folder)},
           now: Date.now, clock: Date.now, onSignal: () => () => undefined, exit: process.exit,
         });
         seen.push({ code, files: open(), workers: threads(), tasks: count() });
       }
       console.log(JSON.stringify(seen));`,
    );
    const outcome = await execa(process.execPath, [script], { timeout: 540_000, env: { ISDA_DATA: undefined } });
    const seen = JSON.parse(outcome.stdout) as { code: number; files: string[]; workers: string[]; tasks: number }[];
    for (const { code, files, workers } of seen) {
      expect({ code, files, workers }).toEqual({ code: 0, files: [], workers: [] });
    }
    // The first run starts TensorFlow's threads, which remain; later runs add none.
    expect(seen[2].tasks).toBeLessThanOrEqual(seen[1].tasks);
  });
});
