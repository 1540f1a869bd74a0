// The environment of a run: its lock, log, output and first records.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect } from 'vitest';
import { inRunFolder, resumedCheckpoint, writeFirstRecords } from '../../src/runs/in-run-folder.js';
import { loadNewestCheckpoint, saveCheckpoint } from '../../src/records/checkpoints.js';
import { test } from '../temporary-folder.js';

/** A context with a stopped clock, and its output. */
function contextOf(environment: Record<string, string> = {}) {
  const printed: string[] = [];
  const through = new PassThrough();
  through.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
  const stream = through as unknown as NodeJS.WriteStream;
  return { printed, context: { now: () => 0, environment, stream } };
}

const time = '1970-01-01T00:00:00.000Z';

describe('inRunFolder', () => {
  test('makes the folder, holds its lock while the work lasts, and gives the result', async ({ folder }) => {
    const root = join(folder, 'runs', 'a');
    const { context, printed } = contextOf();
    const result = await inRunFolder(root, context, async ({ paths, log, print }) => {
      expect(JSON.parse(readFileSync(paths.lock, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
      await expect(inRunFolder(root, context, () => Promise.resolve())).rejects.toThrow(
        `cannot use the run folder: process ${process.pid} on`,
      );
      log('kept');
      print('told');
      return 7;
    });
    expect(result).toBe(7);
    expect(printed).toEqual(['told\n']);
    expect(readdirSync(root)).toEqual(['log.txt']);
    expect(readFileSync(join(root, 'log.txt'), 'utf8')).toBe(`${time} kept\n${time} told\n`);
  });

  test('keeps in the log why the work ended, and gives the lock back', async ({ folder }) => {
    const failure = new Error('the work failed');
    const failing = inRunFolder(folder, contextOf().context, () => Promise.reject(failure));
    await expect(failing).rejects.toBe(failure);
    expect(readFileSync(join(folder, 'log.txt'), 'utf8')).toBe(`${time} the work failed\n`);
    expect(existsSync(join(folder, '.lock'))).toBe(false);
  });

  test('gives the error of the work where the log cannot be written', async ({ folder }) => {
    symlinkSync('/dev/full', join(folder, 'log.txt'));
    const { context } = contextOf();
    const failure = new Error('the work failed');
    await expect(inRunFolder(folder, context, () => Promise.reject(failure))).rejects.toBe(failure);
    // A line of the run itself, unlike its last message, must be logged: a failure is an error.
    const writing = inRunFolder(folder, context, ({ log }) => Promise.resolve(log('a line')));
    await expect(writing).rejects.toThrow(`cannot write ${join(folder, 'log.txt')}: `);
    expect(existsSync(join(folder, '.lock'))).toBe(false);
  });

  test('leaves no lock where the log cannot be opened', async ({ folder }) => {
    mkdirSync(join(folder, 'log.txt'));
    const opening = inRunFolder(folder, contextOf().context, () => Promise.resolve());
    await expect(opening).rejects.toThrow(`cannot write ${join(folder, 'log.txt')}: `);
    expect(existsSync(join(folder, '.lock'))).toBe(false);
  });

  test("deletes what a killed process left of the run's files, and nothing else", async ({ folder }) => {
    const leftover = (name: string): string => join(dirname(name), `.${basename(name)}.0123456789ab.tmp`);
    const lost = ['metrics.csv', 'config.yaml', 'generator.safetensors', 'samples/000500.png'].map(leftover);
    const others = ['notes.txt', 'cell.json'].map(leftover);
    mkdirSync(join(folder, 'samples'));
    for (const name of [...lost, ...others, '.metrics.csv.tmp']) writeFileSync(join(folder, name), '{');
    const { context } = contextOf();
    writeFileSync(join(folder, '.lock'), JSON.stringify({ pid: process.pid, host: hostname(), start: 'another' }));
    await inRunFolder(folder, context, () => Promise.resolve());
    expect(readdirSync(folder).sort()).toEqual([...others, '.metrics.csv.tmp', 'log.txt', 'samples'].sort());
    expect(readdirSync(join(folder, 'samples'))).toEqual([]);
    // The grid may be writing the config.yaml of a cell.
    for (const name of ['cell.json', leftover('config.yaml')]) writeFileSync(join(folder, name), '{');
    await inRunFolder(folder, context, () => Promise.resolve());
    expect(readdirSync(folder)).toContain(leftover('config.yaml'));
  });

  test('takes over the lock of the Slurm job that it is, once that was queued again', async ({ folder }) => {
    const holder = { pid: 1, host: 'another-machine', start: '5', job: '17', restarts: 0 };
    writeFileSync(join(folder, '.lock'), JSON.stringify(holder));
    const run = (environment: Record<string, string>): Promise<void> =>
      inRunFolder(folder, { ...contextOf(environment).context, now: Date.now }, () => Promise.resolve());
    await expect(run({})).rejects.toThrow('process 1 on another-machine is training in it');
    await expect(run({ SLURM_JOB_ID: '18', SLURM_RESTART_COUNT: '1' })).rejects.toThrow('is training in it');
    await expect(run({ SLURM_JOB_ID: '17', SLURM_RESTART_COUNT: '1' })).resolves.toBeUndefined();
  });
});

const state = (epoch: number) => ({
  epoch,
  step: epoch * 10,
  tensors: [{ name: 'weight', shape: [1], data: Float32Array.of(epoch) }],
  progress: { epoch },
  fingerprint: 'own',
});

describe('the records that a run begins with', () => {
  /** A folder with checkpoints of epochs 1 and 2, the second one damaged, and files of an earlier run. */
  async function earlier(root: string): Promise<void> {
    const checkpoints = join(root, 'checkpoints');
    mkdirSync(checkpoints);
    await saveCheckpoint(checkpoints, state(1), 3);
    writeFileSync(join(checkpoints, 'epoch-0002-step-0000020.safetensors'), 'damaged');
    for (const name of ['summary.json', 'kept.txt', 'config.yaml']) writeFileSync(join(root, name), 'old');
  }
  const expected = { fingerprints: ['own'], results: [] };
  const records = { inputs: {}, config: 'new', keepCheckpoints: 3, outdated: ['summary.json', 'nothing'] };

  test('a run that resumes says which checkpoints are damaged, and keeps what there is', async ({ folder }) => {
    await earlier(folder);
    const { context, printed } = contextOf();
    await inRunFolder(folder, context, async (open) => {
      const checkpoint = await resumedCheckpoint(open, { resume: true, ...expected });
      expect(checkpoint?.epoch).toBe(1);
      await writeFirstRecords(open, { ...records, checkpoint });
      expect((await loadNewestCheckpoint(open.paths.checkpoints, { fingerprints: ['own'] }))?.epoch).toBe(1);
    });
    expect(printed.join('')).toMatch(/^warning: the checkpoint epoch-0002-step-0000020.safetensors is damaged/);
    expect(readFileSync(join(folder, 'summary.json'), 'utf8')).toBe('old');
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toBe('new');
  });

  test('a run that resumes says that the best checkpoint before it is damaged', async ({ folder }) => {
    await earlier(folder);
    const checkpoints = join(folder, 'checkpoints');
    await saveCheckpoint(checkpoints, state(1), 3, ['best']);
    await saveCheckpoint(checkpoints, state(2), 3);
    const best = 'best-epoch-0001-step-0000010.safetensors';
    const { context, printed } = contextOf();
    const resume = () => inRunFolder(folder, context, (open) => resumedCheckpoint(open, { resume: true, ...expected }));
    expect((await resume())?.epoch).toBe(2);
    expect(printed.join('')).toBe('');
    writeFileSync(join(checkpoints, best), '');
    expect((await resume())?.epoch).toBe(2);
    expect(printed.join('')).toMatch(`warning: the checkpoint ${best} is damaged (`);
    expect(printed.join('')).toMatch(': its weights are lost\n');
  });

  test('a run that starts over deletes what is outdated, and nothing else', async ({ folder }) => {
    await earlier(folder);
    await inRunFolder(folder, contextOf().context, async (open) => {
      const checkpoint = await resumedCheckpoint(open, { resume: false, ...expected });
      expect(checkpoint).toBeUndefined();
      await writeFirstRecords(open, { ...records, checkpoint });
    });
    expect(readdirSync(folder).sort()).toEqual(['checkpoints', 'config.yaml', 'inputs.json', 'kept.txt', 'log.txt']);
    expect(readdirSync(join(folder, 'checkpoints'))).toEqual([]);
  });

  test.for([
    ['has it', JSON.stringify({ pid: 9, host: 'other', start: 'x' }), 'process 9 on other has taken it over'],
    ['had it', undefined, 'its lock was deleted, and another process may have used it since'],
  ] as const)(
    'a run that is suspended at its start deletes nothing of one that %s',
    async ([, lock, reason], { folder }) => {
      await earlier(folder);
      const before = readdirSync(folder);
      const starting = inRunFolder(folder, contextOf().context, async (open) => {
        const checkpoint = await resumedCheckpoint(open, { resume: false, ...expected });
        rmSync(open.paths.lock);
        if (lock !== undefined) writeFileSync(open.paths.lock, lock);
        await writeFirstRecords(open, { ...records, checkpoint });
      });
      await expect(starting).rejects.toMatchObject({
        code: 'run/locked',
        message: `cannot use the run folder: ${reason}`,
      });
      expect(readdirSync(folder).filter((name) => !['.lock', 'log.txt'].includes(name))).toEqual(before);
      expect(readdirSync(join(folder, 'checkpoints'))).toHaveLength(2);
      expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toBe('old');
    },
  );
});
