// The local executor's decisions: the resources of a run, and the meaning of its process's end.
import { describe, expect, it } from 'vitest';
import { cellEnd, failureReason, shareOf } from '../../../src/grids/executors/local.js';

describe('shareOf', () => {
  const machine = { environment: { HOME: '/home/me' }, cores: 8, gpus: [] as string[] };

  it('leaves a run by itself with all that there is', () => {
    expect(shareOf(0, { ...machine, jobs: 1, gpus: ['0', '1'] })).toEqual({ HOME: '/home/me' });
  });
  it.each([
    [2, '4'],
    [3, '2'],
    [20, '1'],
  ])('%i runs get %s of 8 cores each', (jobs, threads) => {
    expect(shareOf(1, { ...machine, jobs })).toEqual({
      HOME: '/home/me',
      TF_NUM_INTRAOP_THREADS: threads,
      TF_NUM_INTEROP_THREADS: threads,
    });
  });
  it('gives each a GPU, which some share where there are fewer', () => {
    const gpus = ['2', 'GPU-5a'];
    const assigned = [0, 1, 2].map((slot) => shareOf(slot, { ...machine, jobs: 3, gpus })['CUDA_VISIBLE_DEVICES']);
    expect(assigned).toEqual(['2', 'GPU-5a', '2']);
  });
  it("keeps the user's own number of threads", () => {
    const environment = { TF_NUM_INTRAOP_THREADS: '7' };
    expect(shareOf(0, { ...machine, jobs: 2, environment })).toEqual({
      TF_NUM_INTRAOP_THREADS: '7',
      TF_NUM_INTEROP_THREADS: '4',
    });
  });
});

describe('failureReason', () => {
  it('is the error that the program named', () => {
    const stderr = 'warning: old\nerror: cannot continue training: train_loss is NaN\n  hint: lower the rate\n';
    expect(failureReason(stderr, 'exit code 1')).toBe('cannot continue training: train_loss is NaN');
  });
  it('is the same where its words are coloured', () => {
    expect(failureReason('\u001b[1;31merror\u001b[0m: cannot go on\n', 'exit code 1')).toBe('cannot go on');
  });
  it('is the last words of a process that crashed', () => {
    expect(failureReason('terminate called\nstd::bad_alloc\n\n', 'ended by SIGABRT')).toBe(
      'ended by SIGABRT: std::bad_alloc',
    );
  });
  it('is how a silent process ended', () => expect(failureReason('\n', 'exit code 3')).toBe('exit code 3'));
});

describe('cellEnd', () => {
  it.each([
    [{ code: 0 }, false, { state: 'done' }],
    [{ code: 0 }, true, { state: 'done' }],
    [{ code: 75 }, true, { state: 'stopped', reason: 'asked to stop' }],
    [{ code: 75 }, false, { state: 'stopped', reason: 'asked to stop' }],
    [{ code: 130 }, false, { state: 'stopped', reason: 'asked to stop' }],
    [{ signal: 'SIGTERM' as const }, true, { state: 'stopped', reason: 'ended by SIGTERM' }],
    [{ signal: 'SIGKILL' as const }, true, { state: 'stopped', reason: 'ended by SIGKILL' }],
    [{ signal: 'SIGKILL' as const }, false, { state: 'failed', reason: 'killed (SIGKILL), perhaps out of memory' }],
    [{ signal: 'SIGSEGV' as const }, false, { state: 'failed', reason: 'ended by SIGSEGV' }],
    [{ code: 1 }, false, { state: 'failed', reason: 'exit code 1' }],
    [{ error: new Error('ENOENT') }, false, { state: 'failed', reason: 'its process did not start: ENOENT' }],
    [{ code: 1 }, true, { state: 'stopped', reason: 'asked to stop' }],
    [{ error: new Error('EAGAIN') }, true, { state: 'failed', reason: 'its process did not start: EAGAIN' }],
  ])('%j, stop asked: %s', (end, asked, expected) => expect(cellEnd(end, asked, '')).toEqual(expected));

  const reason = 'cannot write checkpoints/a.safetensors: no space left on device';
  const failed = { state: 'failed', reason };
  it.each([
    [{ code: 1, signal: null }, true, failed],
    [{ code: 2, signal: null }, true, failed],
    [{ code: 1, signal: null }, false, failed],
    [{ code: 75, signal: null }, true, { state: 'stopped', reason: 'asked to stop' }],
    [{ code: 131, signal: null }, true, { state: 'stopped', reason: 'asked to stop' }],
    [{ code: null, signal: 'SIGKILL' as const }, true, { state: 'stopped', reason: 'ended by SIGKILL' }],
  ])('%j with an error, stop asked: %s', (end, asked, expected) =>
    expect(cellEnd(end, asked, `warning: old\nerror: ${reason}\n  hint: free some\n`)).toEqual(expected),
  );
});
