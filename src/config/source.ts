// Positions in a config's text: spans, line and column, and the excerpt with carets for messages.

/** A text that config values come from: a YAML file, or one `--set KEY=VALUE` of the command line. */
export interface Source {
  readonly kind: 'file' | 'option';
  /** Its name in messages: a path for a file. */
  readonly label: string;
  readonly text: string;
  /** For a file: its folder, absolute. Paths in `--set` are relative to the working directory. */
  readonly directory?: string;
  /** For a file: whether it is a pipe, whose path does not identify it. */
  readonly isPipe?: boolean;
}

/** A range of a source, as offsets into its text; `end` is exclusive. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

const widestExcerpt = 100;

/** Line and column, both counted from 1, and the line's text. */
export function positionOf(span: Span): { line: number; column: number; text: string } {
  const { text } = span.source;
  const start = Math.min(span.start, text.length);
  const before = text.slice(0, start).split(/\r\n|\r|\n/);
  const column = before[before.length - 1].length + 1;
  const lineStart = start - column + 1;
  return { line: before.length, column, text: text.slice(lineStart).split(/[\r\n]/, 1)[0] };
}

/** Replaces control characters and tabs, which a terminal does not show one column wide, to align the carets. */
function oneColumnEach(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(/\p{Cc}|\p{Cf}|\p{Cs}/gu, '·');
}

/** The location of a span for an error: `file:line:col`, then on separate lines the source line and the carets. */
export function placeOf(span: Span): string {
  const { line, column, text } = positionOf(span);
  const width = Math.max(1, Math.min(span.end - span.start, text.length - column + 1));
  const left = Math.max(0, column - 1 + Math.min(width, 40) - widestExcerpt);
  const shown = oneColumnEach(text.slice(left, left + widestExcerpt)).trimEnd();
  const indent = column - 1 - left;
  const carets = ' '.repeat(indent) + '^'.repeat(Math.max(1, Math.min(width, widestExcerpt - indent)));
  if (span.source.kind === 'option') return `${shown}\n${carets}`;
  const number = String(line);
  const excerpt = `  ${number} | ${shown}`.trimEnd();
  return `${span.source.label}:${line}:${column}\n${excerpt}\n  ${' '.repeat(number.length)} | ${carets}`;
}
