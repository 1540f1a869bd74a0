// Claiming cells and their states, compared with a model.
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellStates, readCell, type CellState } from '../../../src/grids/store/cell.js';
import { claimCell, type CellEnd, type Claim } from '../../../src/grids/store/claim.js';
import { placeCell } from '../../../src/grids/store/store.js';
import { listRuns } from '../../../src/grids/store/list.js';
import { presentState, viewCell } from '../../../src/grids/store/view.js';
import { processStart } from '../../../src/common/lock.js';
import { writeSummary } from '../../../src/records/summary.js';
import { someCell, someSummary } from '../../support/cells.js';
import { makeStoredRun } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

const now = (): number => Date.UTC(2026, 0, 1);
const ends: CellEnd[] = [
  { state: 'done' },
  { state: 'failed', reason: 'no reason' },
  { state: 'stopped', reason: 'asked to stop' },
];

async function claimOf(...args: Parameters<typeof claimCell>): Promise<Claim> {
  const attempt = await claimCell(...args);
  if ('claim' in attempt) return attempt.claim;
  throw new Error(`no claim: ${attempt.state}`);
}

describe('claimCell', () => {
  it('follows the states: a claim runs, an end counts, what is done is never claimed again', async () => {
    const action = fc.oneof(fc.constant('claim' as const), fc.constantFrom(...ends));
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 14 }), async (actions) => {
        const root = await mkdtemp(join(tmpdir(), 'isda-store-'));
        try {
          const cell = await placeCell(root, someCell('a'), now);
          let state: CellState = 'planned';
          let attempts = 0;
          let claim: Claim | undefined;
          for (const next of actions) {
            if (next === 'claim') {
              const attempt = await claimCell(cell, now);
              if (state === 'done') expect(attempt).toEqual({ state: 'done' });
              else if (state === 'running') {
                const holder = `process ${process.pid} on ${hostname()}`;
                expect(attempt).toEqual({ state: 'busy', holder });
              } else {
                expect('claim' in attempt && attempt.claim).toBeTruthy();
                if ('claim' in attempt) claim = attempt.claim;
                [state, attempts] = ['running', attempts + 1];
              }
            } else if (claim !== undefined) {
              if (next.state === 'done') await writeSummary(join(cell.folder, 'summary.json'), someSummary(10));
              await claim.end(next);
              claim = undefined;
              state = next.state;
            }
            const view = await viewCell(root, cell.name, now);
            expect(view).toMatchObject({ state, attempts });
            expect(view?.reason).toBe({ failed: 'no reason', stopped: 'asked to stop' }[state as string]);
          }
          await claim?.end({ state: 'stopped', reason: 'the end' });
        } finally {
          await rm(root, { recursive: true });
        }
      }),
      { numRuns: 40 },
    );
  });

  test('takes over from a process that died, whose run is then stopped', async ({ folder }) => {
    const cell = await placeCell(folder, someCell('a'), now);
    await claimOf(cell, now);
    const dead = { pid: process.pid, host: hostname(), start: 'another boot' };
    writeFileSync(join(cell.folder, '.claim'), `${JSON.stringify(dead)}\n`);
    expect(await viewCell(folder, cell.name, now)).toMatchObject({
      state: 'stopped',
      reason: 'its process ended unexpectedly',
    });
    writeFileSync(join(cell.folder, '.cell.json.0123456789ab.tmp'), '{');
    const claim = await claimOf(cell, now);
    expect(await readCell(cell.folder)).toMatchObject({ state: 'running', attempts: 2 });
    expect(readdirSync(cell.folder).sort()).toEqual(['.claim', 'cell.json', 'config.yaml']);
    await claim.end({ state: 'failed', reason: 'x' });
    expect(existsSync(join(cell.folder, '.claim'))).toBe(false);
  });

  test.for(['cell.json', '.'])(
    'cannot have a cell whose %s was deleted after it was planned',
    async (name, { folder }) => {
      const cell = await placeCell(folder, someCell('a'), now);
      await rm(join(cell.folder, name), { recursive: true });
      expect(await claimCell(cell, now)).toMatchObject({ state: 'unreadable', error: { code: 'store/missing' } });
      expect(existsSync(join(cell.folder, '.claim'))).toBe(false);
      expect((await placeCell(folder, someCell('a'), now)).name).toBe(cell.name);
      await claimOf(cell, now);
    },
  );

  test('leaves a run alone that outlived the process which started it', async ({ folder }) => {
    const cell = await placeCell(folder, someCell('a'), now);
    const alive = { pid: process.ppid, host: hostname(), start: await processStart(process.ppid) };
    writeFileSync(join(cell.folder, '.lock'), `${JSON.stringify(alive)}\n`);
    const attempt = await claimCell(cell, now);
    expect(attempt).toEqual({ state: 'busy', holder: `process ${process.ppid} on ${hostname()}` });
    expect(existsSync(join(cell.folder, '.claim'))).toBe(false);
    expect(await viewCell(folder, cell.name, now)).toMatchObject({ state: 'running' });
    expect((await readCell(cell.folder))?.state).toBe('planned');
  });

  test('a run that ended with its summary while nobody looked is done', async ({ folder }) => {
    const cell = await placeCell(folder, someCell('a'), now);
    await claimOf(cell, now);
    const dead = { pid: process.pid, host: hostname(), start: 'another boot' };
    writeFileSync(join(cell.folder, '.claim'), `${JSON.stringify(dead)}\n`);
    await writeSummary(join(cell.folder, 'summary.json'), someSummary(10));
    expect(await viewCell(folder, cell.name, now)).toMatchObject({ state: 'done' });
    expect(await claimCell(cell, now)).toEqual({ state: 'done' });
    expect(await readCell(cell.folder)).toMatchObject({ state: 'done', attempts: 1 });
  });

  test.for([
    { state: 'stopped' as const, reason: 'asked to stop' },
    { state: 'failed' as const, reason: 'no space left on device' },
  ])('a run that was $state and that somebody finished by hand is done', async (end, { folder }) => {
    const cell = await placeCell(folder, someCell('a'), now);
    await (await claimOf(cell, now)).end(end);
    const alive = { pid: process.ppid, host: hostname(), start: await processStart(process.ppid) };
    writeFileSync(join(cell.folder, '.lock'), `${JSON.stringify(alive)}\n`);
    const running = await viewCell(folder, cell.name, now);
    expect([running?.state, running?.reason]).toEqual(['running', undefined]);
    await rm(join(cell.folder, '.lock'));
    await writeSummary(join(cell.folder, 'summary.json'), someSummary(10));
    const done = await viewCell(folder, cell.name, now);
    expect([done?.state, done?.reason]).toEqual(['done', undefined]);
    expect(await claimCell(cell, now)).toEqual({ state: 'done' });
    const record = await readCell(cell.folder);
    expect([record?.state, record?.reason, record?.attempts]).toEqual(['done', undefined, 1]);
  });
});

describe('presentState', () => {
  it.each(cellStates)('%s is running while somebody is at it', (state) => {
    const record = { state } as Parameters<typeof presentState>[0];
    expect(presentState(record, true, false)).toBe('running');
  });
  it.each<[CellState, boolean, CellState]>([
    ['planned', false, 'planned'],
    ['running', false, 'stopped'],
    ['running', true, 'done'],
    ['done', true, 'done'],
    ['done', false, 'stopped'],
    ['failed', false, 'failed'],
    ['stopped', false, 'stopped'],
    // The run may have been finished by `isda train` in its folder, which does not write the record.
    ['stopped', true, 'done'],
    ['failed', true, 'done'],
    ['planned', true, 'done'],
    ['queued', true, 'done'],
  ])('%s, summary there: %s, nobody at it: %s', (state, summary, present) => {
    const record = { state } as Parameters<typeof presentState>[0];
    expect(presentState(record, false, summary)).toBe(present);
  });
});

describe('listRuns', () => {
  test('lists by name with numbers in order, with epochs and the last error', async ({ folder }) => {
    for (const seed of [10, 2]) await placeCell(folder, someCell('a', seed), now);
    const cell = await placeCell(folder, someCell('a', 2), now);
    const claim = await claimOf(cell, now);
    const header =
      'epoch,iteration,learning_rate,lambda,train_loss,train_error,test_loss,test_error,seconds,images_per_second';
    writeFileSync(join(cell.folder, 'metrics.csv'), `${header}\n1,4,0.1,0,2,90,2,87.5,1,100\n2,8,0.1`);
    await claim.end(ends[1]);
    writeFileSync(join(folder, 'outcomes.csv'), '');
    expect(
      (await listRuns(folder, now)).runs.map(({ name, state, epochsDone, testErrorPercent }) => [
        name,
        state,
        epochsDone,
        testErrorPercent,
      ]),
    ).toEqual([
      ['test-a-seed2', 'failed', 1, 87.5],
      ['test-a-seed10', 'planned', 0, undefined],
    ]);
  });

  test('has no error where the metrics are damaged, and no mean with a part of its epochs', async ({ folder }) => {
    const [last, inner] = [1, 2].map((seed) => join(makeStoredRun(folder, { row: 'a', seed }), 'metrics.csv'));
    const damage = (path: string, epoch: number, cell: string): void => {
      const lines = readFileSync(path, 'utf8').split('\n');
      lines[epoch] = lines[epoch].split(',').with(7, cell).join(',');
      writeFileSync(path, lines.join('\n'));
    };
    damage(last, 20, '2x');
    damage(inner, 15, '1.2.3');
    const [first, second] = (await listRuns(folder, now)).runs;
    for (const run of [first, second]) expect(run).not.toHaveProperty('last10MeanTestErrorPercent');
    expect(first).not.toHaveProperty('testErrorPercent');
    expect(second).toMatchObject({ epochsDone: 20, testErrorPercent: 20 });
  });

  test('a run whose summary or record cannot be used has failed, and the others are listed', async ({ folder }) => {
    const [whole, changed, other, lost] = [1, 2, 3, 4].map((seed) => makeStoredRun(folder, { row: 'a', seed }));
    copyFileSync(join(whole, 'summary.json'), join(other, 'summary.json'));
    writeFileSync(join(changed, 'summary.json'), '{"last10MeanTestErrorPercent": 1}');
    writeFileSync(join(lost, 'cell.json'), '{');
    const [a, b, c, d] = (await listRuns(folder, now)).runs;
    expect([a, b, c].map(({ state, epochsDone }) => [state, epochsDone])).toEqual([
      ['done', 20],
      ['failed', 20],
      ['failed', 20],
    ]);
    expect(b.reason).toBe(`cannot read ${join(changed, 'summary.json')}: it is not the summary of a run`);
    expect(c.reason).toContain('cannot use the run: its summary.json is of other settings: ');
    const reason = `cannot read ${join(lost, 'cell.json')}: it is not the record of a run`;
    expect(d).toEqual({ name: 'test-a-seed4', folder: lost, state: 'failed', reason });
  });
});
