// Configs from a pipe.
import { readFileSync } from 'node:fs';
import { standardInput } from '../config/find.js';

/** Returns a function that reads a pipe by its path, once: a command may read its config several times. */
export function createPipeReader(): (path: string) => string {
  const texts = new Map<string, string>();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return (path) => {
    // A socket, which other Node.js programs write through, cannot be opened by its path.
    // Bytes that are not UTF-8 are an error, as in a file: replaced, they would be other names and paths.
    const read = (): string => decoder.decode(readFileSync(path === standardInput ? 0 : path));
    const text = texts.get(path) ?? read();
    texts.set(path, text);
    return text;
  };
}
