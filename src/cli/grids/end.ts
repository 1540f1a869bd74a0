// Reports runs of a grid that did not finish: failed, stopped or queued.
import { relative } from 'node:path';
import type { Command } from 'commander';
import { cannot, stopped } from '../../common/errors.js';
import { shellWord } from '../../common/shell.js';
import { displayPath } from '../../config/find.js';
import type { CellOutcome } from '../../grids/executors/executor.js';
import { errorsPath } from '../../grids/executors/local.js';
import { givenLine } from '../command-line.js';

/** The command that runs a grid, and its working directory. */
interface GridCall {
  readonly command: Command;
  readonly workingDirectory: string;
}

/** Returns the job numbers of queued runs as scancel expects them: `12` for `12_0` and `12_1`. */
function queuedJobs(outcomes: readonly CellOutcome[]): readonly string[] {
  const jobs = outcomes.flatMap(({ end }) => (end.state === 'queued' ? (/^\d+(?=_)/.exec(end.job) ?? []) : []));
  return [...new Set(jobs)];
}

/** Formats the message about runs that `--detach` left in the queue; undefined if there are none. */
export function detachedLine(
  outcomes: readonly CellOutcome[],
  root: string,
  { command, workingDirectory }: GridCall,
): string | undefined {
  const count = outcomes.filter(({ end }) => end.state === 'queued').length;
  if (count === 0) return undefined;
  const shown = displayPath(root, workingDirectory);
  return `${count} of ${outcomes.length} runs remain in the queue: \`isda runs ${shellWord(shown)}\` shows them, \`${givenLine(command, ['detach'])}\` follows them`;
}

/** Returns the error of a grid that was stopped or has failed runs; undefined if all runs are done. */
export function gridFailure(
  outcomes: readonly CellOutcome[],
  root: string,
  signal: string | undefined,
  { command, workingDirectory }: GridCall,
): Error | undefined {
  const count = (state: string): number => outcomes.filter(({ end }) => end.state === state).length;
  const done = `${count('done')} of ${outcomes.length} are done`;
  const shown = displayPath(root, workingDirectory);
  const left = queuedJobs(outcomes);
  const again = givenLine(command);
  if (signal !== undefined && left.length > 0) {
    return stopped(signal, `${done}, and ${count('queued')} remain in the queue`, {
      place: shown,
      hint: `\`${givenLine(command, ['detach'])}\` follows them again; \`scancel ${left.join(' ')}\` cancels them`,
    });
  }
  if (signal !== undefined && count('done') < outcomes.length) {
    return stopped(signal, done, { place: shown, hint: `\`${again}\` resumes the runs` });
  }
  const failed = outcomes.flatMap(({ cell, end, hint }) =>
    end.state === 'failed' ? [{ cell, reason: end.reason, hint }] : [],
  );
  if (failed.length > 0) {
    const lines = failed.map(({ cell, reason }) => `${cell.name}: ${reason}`);
    const [logged] = failed.filter(({ hint }) => hint === undefined).map(({ cell }) => cell);
    const log = logged && `\`isda runs ${shellWord(shown)} --log ${logged.name}\` shows why`;
    const hints = [
      ...new Set(failed.flatMap(({ hint }) => hint ?? [])),
      ...(log === undefined ? [] : [`${log} (${relative(root, errorsPath(logged.folder))})`]),
      `\`${again}\` tries again`,
    ];
    return cannot('finish all runs', `${failed.length} of ${outcomes.length} failed`, {
      code: 'grid/failed',
      place: [...lines.slice(0, 10), ...(lines.length > 10 ? [`… and ${lines.length - 10} more`] : [])].join('\n'),
      hint: hints.join('; '),
    });
  }
  if (count('done') + count('queued') === outcomes.length) return undefined;
  const ended = outcomes
    .filter(({ end }) => end.state !== 'done' && end.state !== 'queued')
    .map(({ cell }) => cell.name);
  return stopped(undefined, `${done}; others were stopped`, {
    place: ended.join('\n'),
    hint: `\`${again}\` resumes the runs`,
  });
}
