// The width of a text in columns of a terminal.

/** Characters of width 0: combining marks and joiners. */
const none = /[\p{M}\u200b-\u200d\u2060\ufeff]/u;

/** Characters of width 2: some scripts, full-width forms and emoji. */
const double =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;

const isPlain = (text: string): boolean => /^[\x20-\u02ff]*$/.test(text);

/** Returns the width of a line in columns. */
export function textColumns(text: string): number {
  if (isPlain(text)) return text.length;
  return [...text].reduce((sum, letter) => sum + (none.test(letter) ? 0 : double.test(letter) ? 2 : 1), 0);
}

const fill = (text: string, columns: number): string => ' '.repeat(Math.max(0, columns - textColumns(text)));

/** Pads a text with spaces at the end to a number of columns. */
export const padEnd = (text: string, columns: number): string => `${text}${fill(text, columns)}`;

/** Pads a text with spaces at the start. */
export const padStart = (text: string, columns: number): string => `${fill(text, columns)}${text}`;
