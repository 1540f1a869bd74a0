import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { runCli } from '../support/cli.js';
import { test } from '../temporary-folder.js';

test.for([
  ['experiment: caf\\303\\251 # UTF-8\\n', 'experiment: expected'],
  ['experiment: cafe # caf\\351\\n', 'it is not UTF-8 text'],
] as const)('a config from a pipe is UTF-8 text, as from a file: %j', async ([text, message], { folder }) => {
  const pipe = join(folder, 'pipe');
  await execa('mkfifo', [pipe]);
  const writer = execa('sh', ['-c', `printf '${text}' > '${pipe}'`]);
  const { code, stderr } = await runCli(folder, ['config', 'check', 'pipe']);
  await writer;
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
