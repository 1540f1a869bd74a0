// The reference of config keys; scripts/docs.mjs writes it into docs/config.md.
import { expect, it } from 'vitest';
import { configReference } from '../../src/config/reference.js';

it('says what every key means', () => {
  const rows = configReference()
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(25);
  expect(rows.filter((row) => row.endsWith('|  |'))).toEqual([]);
});
