// Formats command lines so that they can be pasted into a shell.

/** A word as a shell takes it: quoted where it would be read otherwise. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
