// Syntax errors in a user's file are reported with file and line. In processes: the test runner replaces imports.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runIsda } from '../support/process.js';
import { test } from '../temporary-folder.js';

test.for([
  ['a syntax error', 'export const createLoss = () => ({\n  name: name: 1 });', '/loss.mjs:2\n    name: name: 1 });\n'],
  ['a bracket that is not closed', 'export const createLoss = () => {\n', '/loss.mjs:2\n'],
  ['an import that is not there', "import { no } from './other.mjs';\n", '/loss.mjs:1\n'],
  ['a syntax error in another file', "import './wrong.mjs';\n", '/wrong.mjs:2\n  let 1;\n'],
  ['text that is parsed', '\nJSON.parse("{");\n', '/loss.mjs:2\n'],
] as const)('reports the file and the line of %s', async ([, source, place], { folder }) => {
  writeFileSync(join(folder, 'loss.mjs'), source);
  writeFileSync(join(folder, 'other.mjs'), 'export const yes = 1;\n');
  writeFileSync(join(folder, 'wrong.mjs'), '// wrong\nlet 1;\n');
  writeFileSync(join(folder, 'x.yaml'), 'loss: {name: custom, module: ./loss.mjs}\n');
  const { exitCode, stderr } = await runIsda(folder, ['export', '--config', 'x.yaml', '--out', 'x.safetensors']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`error: cannot use the module ${join(folder, 'loss.mjs')}: `);
  expect(stderr).toContain(`\n  ${folder}${place}`);
  expect(stderr).not.toMatch(/^ +at /m);
});
