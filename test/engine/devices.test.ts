// The selected device, and the message if there is no GPU.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatError } from '../../src/common/errors.js';
import type { RequestedDevice } from '../../src/engine/binding.js';
import { listGpus, processorName, resolveDevice } from '../../src/engine/devices.js';
import { nvidiaDriver } from '../../src/install/driver.js';
import { wantedBuild } from '../../src/install/location.js';

const withGpu = { isUsingGpuDevice: () => true };
const withoutGpu = { isUsingGpuDevice: () => false };

describe('devices', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isda-gpu-'));
    await writeFile(
      join(folder, 'nvidia-smi'),
      '#!/bin/sh\necho "NVIDIA H200, 570.86.15, 9.0, 143771"\necho "NVIDIA A100, 570.86.15, 8.0, 81920"\n',
    );
    await chmod(join(folder, 'nvidia-smi'), 0o755);
    await writeFile(join(folder, 'libcuda.so.1'), '');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function messageFor(requested: RequestedDevice, environment: Record<string, string>): string {
    try {
      resolveDevice(requested, withoutGpu, environment);
      return 'no error';
    } catch (error) {
      return formatError(error, false);
    }
  }

  describe('resolveDevice', () => {
    it('selects the CPU if there is no GPU', () => {
      const cpu = { kind: 'cpu', name: processorName() };
      expect(resolveDevice('auto', withoutGpu, {})).toEqual(cpu);
      expect(resolveDevice('cpu', withoutGpu, {})).toEqual(cpu);
    });

    it('names the visible GPU', () => {
      const gpu = (visible?: string): unknown =>
        resolveDevice('auto', withGpu, { PATH: folder, CUDA_VISIBLE_DEVICES: visible });
      expect(gpu()).toEqual({ kind: 'cuda', name: 'NVIDIA H200' });
      expect(gpu('1,0')).toEqual({ kind: 'cuda', name: 'NVIDIA A100' });
      expect(resolveDevice('cuda', withGpu, { PATH: '/nowhere' })).toEqual({ kind: 'cuda', name: 'NVIDIA GPU' });
    });

    it('refuses cpu when TensorFlow already holds a GPU', () => {
      expect(() => resolveDevice('cpu', withGpu, {})).toThrow('already been loaded with a GPU');
    });

    it('reports what was searched if cuda is requested without a GPU', () => {
      const hidden = messageFor('cuda', { CUDA_VISIBLE_DEVICES: '-1', LD_LIBRARY_PATH: folder });
      expect(hidden).toContain(`error: cannot use the device cuda: TensorFlow sees no GPU`);
      expect(hidden).toContain('CUDA_VISIBLE_DEVICES: "-1"');
      expect(hidden).toContain('hint: CUDA_VISIBLE_DEVICES hides every GPU');
      const cpuBuild = messageFor('cuda', { LD_LIBRARY_PATH: folder });
      expect(cpuBuild).toMatch(/NVIDIA driver: \/[^]*CUDA_VISIBLE_DEVICES: not set[^]*hint: .*isda setup --build cuda/);
      if (nvidiaDriver({}) === undefined)
        expect(messageFor('cuda', {})).toMatch(/driver: not found[^]*install the NVIDIA/);
    });
  });

  describe('the selected build', () => {
    it('is cuda if a driver is present on x64, unless another is configured', () => {
      const environment = { LD_LIBRARY_PATH: folder };
      expect(nvidiaDriver(environment)).toBeDefined();
      expect(wantedBuild({ home: '/h', environment })).toBe(process.arch === 'x64' ? 'cuda' : 'cpu');
      expect(wantedBuild({ home: '/h', environment, build: 'cpu' })).toBe('cpu');
      expect(wantedBuild({ home: '/h', environment: { ...environment, ISDA_BUILD: 'cpu' } })).toBe('cpu');
      expect(wantedBuild({ home: '/h', environment: { ISDA_BUILD: '' } })).toMatch(/^c(pu|uda)$/);
    });

    it('is refused if ISDA_BUILD names none', () => {
      expect(() => wantedBuild({ home: '/h', environment: { ISDA_BUILD: 'gpu' } })).toThrow(
        'cannot choose the engine: the environment variable ISDA_BUILD is gpu, expected cpu or cuda',
      );
    });
  });

  describe('listGpus', () => {
    it('parses the output of nvidia-smi', () => {
      const common = { driver: '570.86.15' };
      expect(listGpus({ PATH: folder })).toEqual([
        { ...common, name: 'NVIDIA H200', computeCapability: '9.0', memoryMebibytes: 143771 },
        { ...common, name: 'NVIDIA A100', computeCapability: '8.0', memoryMebibytes: 81920 },
      ]);
    });

    it('leaves out a memory that nvidia-smi does not know', async () => {
      const bin = join(folder, 'shared');
      await mkdir(bin);
      await writeFile(join(bin, 'nvidia-smi'), '#!/bin/sh\necho "NVIDIA GB10, 580.95.05, 12.1, [N/A]"\n', {
        mode: 0o755,
      });
      expect(listGpus({ PATH: bin })).toEqual([
        { name: 'NVIDIA GB10', driver: '580.95.05', computeCapability: '12.1' },
      ]);
    });

    it('is empty without nvidia-smi', () => expect(listGpus({ PATH: '/nowhere' })).toEqual([]));
  });
});
