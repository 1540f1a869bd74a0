// YAML syntax that changes the meaning of a command-line value, or drops a part of it.
import { Lexer } from 'yaml';

/** Control tokens of the lexer for documents and scalars, which are not part of the text. */
const lexerMarks = new Set(['\u0002', '\u0018', '\u001f', '\ufeff']);

/** Effects of characters that YAML does not read as part of a value, by the start of their token. */
const marks: readonly (readonly [token: RegExp, message: string])[] = [
  [/^#/, '# starts a comment in YAML, so the rest would be ignored'],
  [/^&/, '& starts an anchor in YAML, so it would be ignored'],
  [/^\*/, '* refers to another value in YAML'],
  [/^!/, '! starts a tag in YAML, so it would be ignored'],
  [/^(?:---|\.\.\.)$/, 'it separates documents in YAML, so it would be ignored'],
  [/^%/, '% starts a directive in YAML'],
  [/^[\r\n]/, 'a value must be on one line'],
];

/** Finds the first such mark in a value, with its position and problem; undefined if there is none. */
export function findMark(value: string): { readonly at: number; readonly message: string } | undefined {
  let at = 0;
  for (const token of new Lexer().lex(value)) {
    const mark = marks.find(([begins]) => begins.test(token));
    if (mark !== undefined) return { at, message: mark[1] };
    if (!lexerMarks.has(token)) at += token.length;
  }
  // Inside quotes or a block scalar.
  const line = value.search(/[\r\n]/);
  return line === -1 ? undefined : { at: line, message: 'a value must be on one line' };
}
