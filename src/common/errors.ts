// Composes the messages of all expected failures.

/**
 * `usage`: the command line or the config is wrong (exit 2). `failure`: the work could not be done (exit 1).
 * `stopped`: a signal ended the work after a checkpoint (exit 75).
 */
type FailureKind = 'usage' | 'failure' | 'stopped';

/**
 * What failed, for tests and programs, which match codes instead of messages. The part before the slash is the subject;
 * `internal`: a bug in this program or in a custom module.
 */
export type FailureCode =
  | 'bundle/damaged'
  | 'bundle/mismatch'
  | 'bundle/packing'
  | 'checkpoint/damaged'
  | 'checkpoint/missing'
  | 'checkpoint/other-experiment'
  | 'checkpoint/other-network'
  | 'checkpoint/too-large'
  | 'checkpoint/version'
  | 'config/ambiguous'
  | 'config/invalid'
  | 'config/kind'
  | 'config/missing'
  | 'config/unknown-key'
  | 'config/unreadable'
  | 'config/yaml'
  | 'data/changed'
  | 'data/damaged'
  | 'data/decoder'
  | 'data/labels'
  | 'data/layout'
  | 'data/missing'
  | 'data/settings'
  | 'data/worker'
  | 'download/damaged'
  | 'download/failed'
  | 'engine/device'
  | 'engine/graph'
  | 'engine/memory'
  | 'engine/settings'
  | 'engine/shape'
  | 'engine/unavailable'
  | 'figure/empty'
  | 'figure/png'
  | 'figure/selection'
  | 'file/exists'
  | 'file/read'
  | 'file/write'
  | 'generator/unusable'
  | 'grid/failed'
  | 'grid/rows'
  | 'internal'
  | 'metrics/damaged'
  | 'metrics/replaced'
  | 'module/unnamed'
  | 'module/unusable'
  | 'option/conflict'
  | 'option/invalid'
  | 'option/missing'
  | 'run/changed'
  | 'run/diverged'
  | 'run/exists'
  | 'run/incomplete'
  | 'run/locked'
  | 'run/missing'
  | 'run/not-a-run'
  | 'run/stopped'
  | 'safetensors/damaged'
  | 'safetensors/unsupported'
  | 'setup/failed'
  | 'setup/missing'
  | 'setup/platform'
  | 'slurm/failed'
  | 'slurm/missing'
  | 'store/conflict'
  | 'store/damaged'
  | 'store/missing'
  | 'summary/damaged'
  | 'sweep/values';

export interface FailureDetail {
  readonly code: FailureCode;
  /** Where it happened: a path, `file:line:col`, possibly with a caret excerpt on further lines. */
  readonly place?: string;
  /** What the user can do. */
  readonly hint?: string;
  readonly kind?: FailureKind;
  readonly cause?: unknown;
}

/** An expected failure: shown as its message, place and hint, never with a stack unless asked for. */
export class IsdaError extends Error {
  override readonly name = 'IsdaError';
  readonly place: string | undefined;
  readonly hint: string | undefined;
  readonly kind: FailureKind;
  readonly code: FailureCode;

  constructor(message: string, detail: FailureDetail) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.place = detail.place;
    this.hint = detail.hint;
    this.kind = detail.kind ?? 'failure';
    this.code = detail.code;
  }
}

/** Composes `cannot <action>: <reason>`. Throw the result. */
export function cannot(action: string, reason: string, detail: FailureDetail): IsdaError {
  return new IsdaError(`cannot ${action}: ${reason}`, detail);
}

/**
 * Composes the error of a requested stop: `stopped by SIGINT: a checkpoint is written`; without a signal (if other
 * processes were stopped) `stopped: …`. Throw the result.
 */
export function stopped(
  signal: string | undefined,
  outcome: string,
  detail: Omit<FailureDetail, 'code' | 'kind' | 'cause'> = {},
): IsdaError {
  return new IsdaError(`stopped${signal === undefined ? '' : ` by ${signal}`}: ${outcome}`, {
    ...detail,
    code: 'run/stopped',
    kind: 'stopped',
  });
}

/** Returns the text of any thrown value, without a stack. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns the `code` of a Node.js system error (`ENOENT`, `EACCES`, …), if there is one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof IsdaError) return undefined;
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Returns the stacks of an error and of its causes, the original cause last. */
function stacksOf(error: Error): readonly string[] {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error
    ? [own, ...stacksOf(error.cause).map((stack, index) => (index === 0 ? `caused by: ${stack}` : stack))]
    : [own];
}

/** Formats an error for a terminal: message, place and hint; with `debug` also the code and the stacks. */
export function formatError(error: unknown, debug: boolean): string {
  if (!(error instanceof IsdaError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return debug ? `error: ${text}` : `error: ${reasonOf(error)}\n  hint: this was not expected; --debug shows where`;
  }
  // A requested stop is not an error.
  const lines = [error.kind === 'stopped' ? error.message : `error: ${error.message}`];
  if (error.place !== undefined) lines.push(...error.place.split('\n').map((line) => `  ${line}`));
  if (error.hint !== undefined) lines.push(`  hint: ${error.hint.replaceAll('\n', '\n    ')}`);
  if (debug) lines.push(`  code: ${error.code}`, ...stacksOf(error));
  return lines.join('\n');
}
