// How many columns of a terminal a text takes.

/** Characters that take none: marks on the one before, and joiners. */
const none = /[\p{M}\u200b-\u200d\u2060\ufeff]/u;

/** Scripts whose characters take two, full-width forms, and pictures. */
const double =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;

const isPlain = (text: string): boolean => /^[\x20-\u02ff]*$/.test(text);

/** The columns of a line of text. */
export function textColumns(text: string): number {
  if (isPlain(text)) return text.length;
  return [...text].reduce((sum, letter) => sum + (none.test(letter) ? 0 : double.test(letter) ? 2 : 1), 0);
}

const fill = (text: string, columns: number): string => ' '.repeat(Math.max(0, columns - textColumns(text)));

/** The text with blanks behind it, up to so many columns. */
export const padEnd = (text: string, columns: number): string => `${text}${fill(text, columns)}`;

/** The text with blanks before it. */
export const padStart = (text: string, columns: number): string => `${fill(text, columns)}${text}`;
