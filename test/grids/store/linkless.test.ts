// A store on a file system without hard links, such as exFAT and some network disks.
import { readdirSync } from 'node:fs';
import { expect, vi } from 'vitest';
import { readCell } from '../../../src/grids/store/cell.js';
import { claimCell } from '../../../src/grids/store/claim.js';
import { placeCell } from '../../../src/grids/store/store.js';
import { someCell } from '../../support/cells.js';
import { test } from '../../temporary-folder.js';

vi.mock('node:fs/promises', async (original) => ({
  ...(await original<object>()),
  link: () => Promise.reject(Object.assign(new Error('operation not permitted'), { code: 'EPERM' })),
}));

const now = (): number => Date.UTC(2026, 0, 1);

test('its cells are planned, once however many ask, and claimed', async ({ folder }) => {
  const placed = await Promise.all(Array.from({ length: 8 }, () => placeCell(folder, someCell('a', 1), now)));
  expect(new Set(placed.map((cell) => cell.folder)).size).toBe(1);
  const [cell] = placed;
  expect(await readCell(cell.folder)).toMatchObject({ row: 'a', seed: 1, state: 'planned' });
  expect(readdirSync(cell.folder)).toEqual(['cell.json']);
  const attempt = await claimCell(cell, now);
  expect(attempt).toHaveProperty('claim');
  expect(await claimCell(cell, now)).toMatchObject({ state: 'busy' });
});
