// Reads flags for TensorFlow, and finds out which its libraries know: TensorFlow ends the process at an unknown one.
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';

const chunkBytes = 1 << 23;

/** Returns the texts that a file does not contain as zero-terminated C strings. */
function missingIn(path: string, texts: readonly string[]): readonly string[] {
  let missing = texts.map((text) => ({ text, bytes: Buffer.from(`${text}\0`, 'latin1') }));
  const overlap = Math.max(0, ...missing.map(({ bytes }) => bytes.length)) - 1;
  const buffer = Buffer.alloc(overlap + chunkBytes);
  const file = openSync(path, 'r');
  try {
    for (let kept = 0; missing.length > 0;) {
      const count = readSync(file, buffer, kept, chunkBytes, null);
      if (count === 0) break;
      const part = buffer.subarray(0, kept + count);
      missing = missing.filter(({ bytes }) => !part.includes(bytes));
      kept = Math.min(overlap, part.length);
      buffer.copyWithin(0, part.length - kept, part.length);
    }
  } finally {
    closeSync(file);
  }
  return missing.map(({ text }) => text);
}

/** Splits flags at spaces; the value of a flag may have some between quotes. */
export const flagWords = (text: string): readonly string[] =>
  text.match(/-[-\w]*=(?:'[^']*'|"(?:\\[^]|[^"\\])*")|\S+/g) ?? [];

/** Returns the flags in a variable's value, which may be the path of a file of flags. */
export function flagsIn(value: string | undefined): readonly string[] {
  const words = flagWords(value ?? '');
  if (words.length === 1 && !words[0].startsWith('-')) {
    try {
      return flagsIn(readFileSync(words[0], 'utf8').replaceAll(/^(?!\s*-).*$/gm, ''));
    } catch {
      return [];
    }
  }
  return words.filter((word) => word.startsWith('-'));
}

/** Returns the names of the flags in a variable's value, without `--` and value. */
export const flagNamesIn = (value: string | undefined): readonly string[] =>
  flagsIn(value).flatMap((word) => /^--(\w+)/.exec(word)?.[1] ?? []);

/** Returns the names in a folder; empty if it cannot be read, because loading the library then reports the reason. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Returns the flags whose names occur in none of the libraries in the folder of `libraryPath`. The files are hundreds
 * of MiB long; each is read only until all names are found.
 */
export function unknownFlags(names: readonly string[], libraryPath: string): readonly string[] {
  const folder = dirname(libraryPath);
  const libraries = namesIn(folder).filter((name) => /^libtensorflow.*\.so/.test(name));
  if (libraries.length === 0) return [];
  return libraries.reduce<readonly string[]>(
    (missing, name) => (missing.length === 0 ? missing : missingIn(join(folder, name), missing)),
    [...new Set(names)],
  );
}
