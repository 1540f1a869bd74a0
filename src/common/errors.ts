// The one place where messages for expected failures are composed.

/**
 * `usage`: the command line or the config is wrong (exit 2). `failure`: the work could not be done (exit 1).
 * `stopped`: a signal ended the work after a checkpoint (exit 75).
 */
export type FailureKind = 'usage' | 'failure' | 'stopped';

export interface FailureDetail {
  /** Where it happened: a path, `file:line:col`, possibly with a caret excerpt on further lines. */
  readonly place?: string;
  /** What the user can do about it. */
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

  constructor(message: string, detail: FailureDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.place = detail.place;
    this.hint = detail.hint;
    this.kind = detail.kind ?? 'failure';
  }
}

/** Composes `cannot <action>: <reason>`. Throw the result. */
export function cannot(action: string, reason: string, detail: FailureDetail = {}): IsdaError {
  return new IsdaError(`cannot ${action}: ${reason}`, detail);
}

/** The text of any thrown value, without a stack. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node.js system error (`ENOENT`, `EACCES`, …), if it has one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The stacks of an error and of what caused it, the way to its origin last. */
function stacksOf(error: Error): readonly string[] {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error
    ? [own, ...stacksOf(error.cause).map((stack, index) => (index === 0 ? `caused by: ${stack}` : stack))]
    : [own];
}

/** Renders an error for a terminal: message, place and hint; a stack only for the unexpected or with `debug`. */
export function formatError(error: unknown, debug: boolean): string {
  if (!(error instanceof IsdaError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return debug ? `error: ${text}` : `error: ${reasonOf(error)}\n  hint: this was not expected; --debug shows where`;
  }
  const lines = [`error: ${error.message}`];
  if (error.place !== undefined) lines.push(...error.place.split('\n').map((line) => `  ${line}`));
  if (error.hint !== undefined) lines.push(`  hint: ${error.hint}`);
  if (debug) lines.push(...stacksOf(error));
  return lines.join('\n');
}
