// Configs that come through a pipe.
import { readFileSync } from 'node:fs';
import { standardInput } from '../config/find.js';

/** Gives the text of a pipe by its path, the same each time: a command may look at its config more than once. */
export function createPipeReader(): (path: string) => string {
  const texts = new Map<string, string>();
  return (path) => {
    // Opened by its path, a socket (another program of Node.js writes through one) is refused.
    const text = texts.get(path) ?? readFileSync(path === standardInput ? 0 : path, 'utf8');
    texts.set(path, text);
    return text;
  };
}
