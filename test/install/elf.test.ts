// The needed libraries of an ELF file, compared with the linker's arguments.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { readElf } from '../../src/install/elf.js';
import { test } from '../temporary-folder.js';

describe('readElf', () => {
  test('reads libraries, search paths and versions of a library that was just linked', async ({ folder }) => {
    const source = join(folder, 'a.cc');
    await writeFile(source, '#include <cmath>\nextern "C" double f(double x) { return std::pow(x, x); }');
    const library = join(folder, 'libother.so');
    await execa('c++', ['-shared', '-fPIC', source, '-o', join(folder, 'liba.so'), '-Wl,-soname,libaaa.so.3']);
    await writeFile(source, 'extern "C" double f(double);\nextern "C" double g() { return f(2); }');
    const paths = '-Wl,--enable-new-dtags,-rpath,$ORIGIN/../x:/opt/y';
    await execa('c++', [
      '-shared',
      '-fPIC',
      '-Wl,--no-as-needed',
      source,
      join(folder, 'liba.so'),
      paths,
      '-o',
      library,
    ]);
    const elf = readElf(library);
    expect(elf?.needed).toEqual(expect.arrayContaining(['libaaa.so.3', 'libc.so.6']));
    expect(elf?.runpath).toEqual(['$ORIGIN/../x', '/opt/y']);
    expect(elf?.machine).toBe({ x64: 62, arm64: 183 }[process.arch as string]);
    expect(readElf(join(folder, 'liba.so'))?.versions).toContainEqual(expect.stringMatching(/^GLIBC_2\.\d+/));
  });

  test('is undefined for any other file', async ({ folder }) => {
    for (const content of ['', 'text', '\x7fELF']) {
      await writeFile(join(folder, 'file'), content);
      expect(readElf(join(folder, 'file'))).toBeUndefined();
    }
  });
});
