// Configs from a pipe.
import { readFileSync } from 'node:fs';
import { standardInput } from '../config/find.js';

/** Returns a function that reads a pipe by its path, once: a command may read its config several times. */
export function createPipeReader(): (path: string) => string {
  const texts = new Map<string, string>();
  return (path) => {
    // A socket, which other Node.js programs write through, cannot be opened by its path.
    const text = texts.get(path) ?? readFileSync(path === standardInput ? 0 : path, 'utf8');
    texts.set(path, text);
    return text;
  };
}
