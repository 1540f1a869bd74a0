// Collects the problems of a config and reports them as one error.
import { cannot, type FailureCode, type IsdaError } from '../common/errors.js';
import { placeOf, type Span } from './source.js';

/** A problem: `message` describes it, and the span, if there is one, locates it. */
export interface Problem {
  readonly message: string;
  readonly span?: Span;
  readonly hint?: string;
  /** Code of the error if all problems have it; otherwise it is `config/invalid`. */
  readonly code?: FailureCode;
}

const maxShown = 10;

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `   ${line}`)
    .join('\n');
}

function numbered(problem: Problem, index: number): string {
  const lines = [`${index + 1}. ${problem.message}`];
  if (problem.span !== undefined) lines.push(indented(placeOf(problem.span)));
  if (problem.hint !== undefined) lines.push(indented(`hint: ${problem.hint}`));
  return lines.join('\n');
}

/**
 * The usage error for one config with at least one problem; shows the first ten. `name`: the config as the user named
 * it; `what`: another kind of file, such as a study.
 */
export function configError(name: string, problems: readonly Problem[], what = 'config'): IsdaError {
  const action = `use ${what} ${name}`;
  const [{ code = 'config/invalid' }, ...others] = problems;
  const shared = others.every((other) => other.code === code) ? code : 'config/invalid';
  if (problems.length === 1) {
    const [{ message, span, hint }] = problems;
    return cannot(action, message, { code: shared, place: span && placeOf(span), hint, kind: 'usage' });
  }
  const shown = problems.slice(0, maxShown).map(numbered);
  if (problems.length > maxShown) shown.push(`… and ${problems.length - maxShown} more`);
  return cannot(action, `${problems.length} problems`, { code: shared, place: shown.join('\n'), kind: 'usage' });
}
