// The query for an installed TensorFlow, with the Python of this machine.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { findProgram } from '../../src/install/process.js';
import { installedTensorflow } from '../../src/install/python.js';
import { test } from '../temporary-folder.js';

const isMissing = findProgram('python3', process.env) === undefined;

test.skipIf(isMissing)(
  'finds a package, also where the working directory has modules of its own',
  async ({ folder }) => {
    const site = join(folder, 'site');
    const work = join(folder, 'work');
    for (const each of [join(site, 'tensorflow'), join(site, 'tensorflow-2.21.0.dist-info'), join(work, 'tensorflow')])
      await mkdir(each, { recursive: true });
    await writeFile(join(site, 'tensorflow', '__init__.py'), '');
    await writeFile(join(site, 'tensorflow-2.21.0.dist-info', 'METADATA'), 'Name: tensorflow\nVersion: 2.21.0\n');
    await writeFile(join(work, 'tensorflow', '__init__.py'), '');
    await writeFile(join(work, 'json.py'), 'raise RuntimeError("a file of the user")\n');
    const before = process.cwd();
    onTestFinished(() => process.chdir(before));
    process.chdir(work);
    const found = await installedTensorflow({ ...process.env, PYTHONPATH: site });
    expect(found).toEqual({ folder: join(site, 'tensorflow'), version: '2.21.0' });
  },
);
