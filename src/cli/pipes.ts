// Configs that come through a pipe.
import { readFileSync } from 'node:fs';

/** Gives the text of a pipe by its path, the same each time: a command may look at its config more than once. */
export function createPipeReader(): (path: string) => string {
  const texts = new Map<string, string>();
  return (path) => {
    const text = texts.get(path) ?? readFileSync(path, 'utf8');
    texts.set(path, text);
    return text;
  };
}
