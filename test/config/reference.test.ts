// docs/config.md says what the schema says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { configReference } from '../../src/config/reference.js';
import { projectRoot } from './support.js';

const path = join(projectRoot, 'docs/config.md');
const heading = '## Every key\n';

it('docs/config.md lists every key as the schema has it (vitest -u writes it)', async () => {
  const [text] = readFileSync(path, 'utf8').split(heading);
  const options = await resolveConfig(path);
  const formatted = await format(`${text}${heading}\n${configReference()}`, { ...options, parser: 'markdown' });
  await expect(formatted).toMatchFileSnapshot(path);
});

it('says what every key means', () => {
  const rows = configReference()
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(25);
  expect(rows.filter((row) => row.endsWith('|  |'))).toEqual([]);
});
