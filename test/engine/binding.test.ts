// The real engine: compiled, loaded, used. Takes the engine of the user's cache, which `npm test` sets up first.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBinding } from '../../src/engine/binding.js';
import { resolveDevice } from '../../src/engine/devices.js';
import { requireSessionConfig } from '../../src/engine/session-config.js';
import { defaultSettings } from '../../src/engine/settings.js';
import { ensureEngine } from '../../src/install/ensure.js';
import { cacheHome } from '../../src/common/home.js';
import type { EngineLocation } from '../../src/install/location.js';
import type { LayoutSteps } from '../support/layout-steps.js';

const types = { float: 1, int32: 3, uint8: 4 };

describe('the real engine', () => {
  let folder: string;
  let engine: EngineLocation;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isda-binding-'));
    const environment = process.env;
    engine = await ensureEngine({ home: cacheHome(environment), environment, build: 'cpu', log: () => {} });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  describe('loadBinding', () => {
    it('computes with TensorFlow’s kernels and counts its tensors', () => {
      const binding = loadBinding(engine, 'cpu');
      expect(binding.TF_Version).toBe(engine.version);
      expect(resolveDevice('auto', binding, {}).kind).toBe('cpu');
      const before = binding.getNumOfTensors();
      const matrix = binding.createTensor([2, 2], types.float, Float32Array.of(1, 2, 3, 4));
      const [product] = binding.executeOp(
        'MatMul',
        [
          { name: 'transpose_a', type: binding.TF_ATTR_BOOL, value: false },
          { name: 'transpose_b', type: binding.TF_ATTR_BOOL, value: false },
          { name: 'T', type: binding.TF_ATTR_TYPE, value: types.float },
        ],
        [matrix, matrix],
        1,
      );
      expect(product).toMatchObject({ shape: [2, 2], dtype: types.float });
      expect(binding.tensorDataSync(product.id)).toEqual(Float32Array.of(7, 10, 15, 22));
      expect(binding.getNumOfTensors()).toBe(before + 2);
      for (const id of [matrix, product.id]) binding.deleteTensor(id);
      expect(binding.getNumOfTensors()).toBe(before);
    });

    it('takes bytes as uint8 and refuses data of another type', () => {
      const binding = loadBinding(engine, 'cpu');
      const bytes = binding.createTensor([3], types.uint8, Uint8Array.of(0, 128, 255));
      const attributes = [
        { name: 'SrcT', type: binding.TF_ATTR_TYPE, value: types.uint8 },
        { name: 'DstT', type: binding.TF_ATTR_TYPE, value: types.int32 },
        { name: 'Truncate', type: binding.TF_ATTR_BOOL, value: false },
      ];
      const [whole] = binding.executeOp('Cast', attributes, [bytes], 1);
      expect(binding.tensorDataSync(whole.id)).toEqual(Int32Array.of(0, 128, 255));
      for (const id of [bytes, whole.id]) binding.deleteTensor(id);
      expect(() => binding.createTensor([1], types.int32, Float32Array.of(1))).toThrow('Float32Array');
    });

    it('names the file that failed to load', () => {
      const moved = { ...engine, libraryPath: '/nowhere/libtensorflow_cc.so.2', bindingPath: '/nowhere/b.node' };
      expect(() => loadBinding(moved, 'cpu', { TF_CPP_MIN_LOG_LEVEL: '2' })).toThrow(
        'cannot load the engine: /nowhere/libtensorflow_cc.so.2: cannot open shared object file',
      );
    });

    it.each([
      ['1', 'true'],
      ['TRUE', 'true'],
      ['', 'true'],
      ['0', 'false'],
      ['false', 'false'],
    ])('gives TF_FORCE_GPU_ALLOW_GROWTH=%s as a word that TensorFlow knows, %s', (value, word) => {
      const environment = { TF_FORCE_GPU_ALLOW_GROWTH: value };
      loadBinding(engine, 'auto', environment);
      expect(environment.TF_FORCE_GPU_ALLOW_GROWTH).toBe(word);
    });

    it('names the folder of ptxas for XLA, also with spaces, beside the flags in a file', async () => {
      const root = join(folder, 'a b');
      await mkdir(join(root, 'nvidia', 'cuda_nvcc'), { recursive: true });
      await writeFile(join(folder, 'libcuda.so.1'), '');
      await writeFile(join(folder, 'flags'), '--xla_dump_hlo_as_text\n');
      const gpu = { build: 'cuda', libraryDirectory: join(root, 'lib'), libraryPath: '/nowhere/lib.so' } as const;
      const environment = { LD_LIBRARY_PATH: folder, XLA_FLAGS: join(folder, 'flags') };
      expect(() => loadBinding({ ...engine, ...gpu }, 'auto', environment)).toThrow('cannot load the engine');
      expect(environment.XLA_FLAGS).toBe(
        `--xla_dump_hlo_as_text --xla_gpu_cuda_data_dir="${join(root, 'nvidia', 'cuda_nvcc')}"`,
      );
    });

    it('sets the environment for TensorFlow, but keeps values that the user set', () => {
      const environment: Record<string, string | undefined> = { TF_CPP_MIN_LOG_LEVEL: '1' };
      loadBinding(engine, 'auto', environment);
      expect(environment).toEqual({
        TF_CPP_MIN_LOG_LEVEL: '1',
        TF_ENABLE_ONEDNN_OPTS: '1',
        TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      });
      loadBinding(engine, 'cpu', environment);
      expect(environment['CUDA_VISIBLE_DEVICES']).toBe('-1');
    });

    it('sets the variables for a GPU if there is a driver, but keeps values that the user set', async () => {
      await writeFile(join(folder, 'libcuda.so.1'), '');
      const compiler = join(folder, 'nvidia', 'cuda_nvcc');
      await mkdir(compiler, { recursive: true });
      const location: EngineLocation = { ...engine, build: 'cuda', libraryDirectory: join(folder, 'lib') };
      const variables = (device: 'auto' | 'cpu', more: Record<string, string> = {}) => {
        const environment: Record<string, string | undefined> = { LD_LIBRARY_PATH: folder, ...more };
        loadBinding(location, device, environment, { ...defaultSettings, precision: 'bfloat16' });
        return environment;
      };
      const asked = { TF_SYNC_ON_FINISH: '0', TF_USE_CUDNN_BATCHNORM_SPATIAL_PERSISTENT: '1' };
      expect(variables('auto')).toMatchObject({ ...asked, XLA_FLAGS: `--xla_gpu_cuda_data_dir=${compiler}` });
      const own = { TF_SYNC_ON_FINISH: 'true', TF_USE_CUDNN_BATCHNORM_SPATIAL_PERSISTENT: '0' };
      expect(variables('auto', own)).toMatchObject(own);
      for (const name of Object.keys(asked)) expect(variables('cpu')).not.toHaveProperty(name);
    });

    it('prints nothing while it loads, unless TF_CPP_MIN_LOG_LEVEL is 0', async () => {
      const module = new URL('../../src/engine/binding.ts', import.meta.url).href;
      const script = `const { loadBinding } = await import(${JSON.stringify(module)});
      const binding = loadBinding(JSON.parse(process.argv[1]), 'cpu');
      binding.createTensor([1], 1, Float32Array.of(1));
      process.stderr.write('end');`;
      const args = ['--import', 'tsx', '--input-type=module', '-e', script, JSON.stringify(engine)];
      const quiet = await execa('node', args, { env: { TF_CPP_MIN_LOG_LEVEL: undefined } });
      expect(quiet.stdout + quiet.stderr).toBe('end');
      const loud = await execa('node', args, { env: { TF_CPP_MIN_LOG_LEVEL: '0' } });
      expect(loud.stderr).toMatch(/\.cc:\d+\]/);
    });
  });

  describe('a real compilation', () => {
    let made: EngineLocation | undefined;
    const lines: string[] = [];
    beforeAll(async () => {
      // Not of an engine that is linked to a TensorFlow elsewhere.
      if (!existsSync(join(engine.directory, 'include'))) return;
      const environment = { ...process.env, ISDA_LIBTENSORFLOW: engine.directory };
      made = await ensureEngine({ home: folder, environment, log: (line) => lines.push(line) });
    });

    it('against ISDA_LIBTENSORFLOW gives a binding that loads', ({ skip }) => {
      if (made === undefined) return skip('the engine holds no headers');
      expect(made).toMatchObject({
        source: 'ISDA_LIBTENSORFLOW',
        build: engine.build,
        version: engine.version,
        libraryDirectory: engine.libraryDirectory,
      });
      expect(lines.some((line) => line.startsWith('compiling'))).toBe(true);
    });

    it('gives one that hands TensorFlow the layout of each session', async ({ skip }) => {
      if (made === undefined) return skip('the engine holds no headers');
      requireSessionConfig('channels-last', made.bindingPath);
      const program = fileURLToPath(new URL('../support/layout-steps.ts', import.meta.url));
      const log = { TF_CPP_MIN_LOG_LEVEL: '0', TF_CPP_VMODULE: 'meta_optimizer=1,generic_layout_optimizer=2' };
      const { stdout, stderr } = await execa('node', ['--import', 'tsx', program, JSON.stringify(made)], { env: log });
      const { outcomes, refusal } = JSON.parse(stdout) as LayoutSteps;
      // A processor knows one layout, so the numbers are the same; TensorFlow's log says whether its optimizer was run.
      expect(outcomes['channels-last']).toEqual(outcomes.auto);
      expect(outcomes.auto.losses[2]).not.toBe(outcomes.auto.losses[0]);
      const [, auto, channelsLast] = stderr.split(/^session: .*$/m);
      for (const part of [auto, channelsLast]) expect(part).toMatch(/constant_folding/);
      expect(auto).toContain('No layout conversion will take place for CPU.');
      expect(channelsLast).not.toMatch(/layout/i);
      expect(refusal).toMatch(/^Failed to load SavedModel: .*ConfigProto/);
    });
  });
});
