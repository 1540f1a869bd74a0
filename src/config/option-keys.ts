// Config keys for unknown options, for hints: `--epochs 3` means `--set training.epochs=3`.
import { bareKey, keyOfAlias } from './aliases.js';
import { allPaths } from './describe.js';
import type { SchemaNode } from './schema.js';

/**
 * Returns the config keys that an unknown option may mean: the key itself (`--training.epochs`), its last part
 * (`--batch-size`), or another program's name for it (`--lr`); empty if there is none.
 */
export function keysOfOption(option: string, root: SchemaNode): readonly string[] {
  const word = option.replace(/^-+/, '');
  const paths = allPaths(root);
  const whole = paths.find((path) => bareKey(path) === bareKey(word));
  if (whole !== undefined) return [whole];
  const alias = keyOfAlias(word);
  if (alias !== undefined && paths.includes(alias)) return [alias];
  return paths.filter((path) => bareKey(path.slice(path.lastIndexOf('.') + 1)) === bareKey(word));
}
