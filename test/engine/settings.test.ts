// Settings of the process: variables set, read back, and refused where they come too late or from elsewhere.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatError } from '../../src/common/errors.js';
import {
  defaultSettings,
  prefersPersistentBatchNorm,
  readEngineSettings,
  useSettings,
  type EngineSettings,
} from '../../src/engine/settings.js';
import { test } from '../temporary-folder.js';

const anySettings = fc.record({
  tf32: fc.boolean(),
  xla: fc.boolean(),
  deterministic: fc.boolean(),
  persistentBatchNorm: fc.boolean(),
});

function messageOf(environment: Record<string, string | undefined>, settings: EngineSettings, loaded: boolean): string {
  try {
    useSettings(environment, settings, loaded);
    return 'no error';
  } catch (error) {
    return formatError(error, false);
  }
}

describe('useSettings', () => {
  it('sets nothing for what TensorFlow does by itself, and reads back what it set', () => {
    const untouched = {};
    useSettings(untouched, defaultSettings, false);
    expect(untouched).toEqual({});
    fc.assert(
      fc.property(anySettings, (settings) => {
        const environment = {};
        useSettings(environment, settings, false);
        expect(readEngineSettings(environment)).toEqual(settings);
        useSettings(environment, settings, true);
      }),
    );
  });

  it('sets the variables that TensorFlow and CUDA read, beside a user’s own flags', () => {
    const environment = { TF_XLA_FLAGS: '--tf_xla_max_cluster_size=9' };
    useSettings(environment, { tf32: false, xla: true, deterministic: true, persistentBatchNorm: true }, false);
    expect(environment).toEqual({
      NVIDIA_TF32_OVERRIDE: '0',
      TF_XLA_FLAGS: '--tf_xla_max_cluster_size=9 --tf_xla_auto_jit=2 --tf_xla_cpu_global_jit',
      TF_DETERMINISTIC_OPS: '1',
      TF_CUDNN_DETERMINISTIC: '1',
      TF_USE_CUDNN_BATCHNORM_SPATIAL_PERSISTENT: '1',
    });
  });

  test('reads a file of flags, and adds the flags in it to its own', ({ folder }) => {
    const file = join(folder, 'flags');
    writeFileSync(file, '--tf_xla_max_cluster_size=9\n');
    const environment = { TF_XLA_FLAGS: file };
    useSettings(environment, { ...defaultSettings, xla: true }, false);
    expect(environment.TF_XLA_FLAGS).toBe('--tf_xla_max_cluster_size=9 --tf_xla_auto_jit=2 --tf_xla_cpu_global_jit');
    writeFileSync(file, '--tf_xla_auto_jit=2\n');
    expect(readEngineSettings({ TF_XLA_FLAGS: file }).xla).toBe(true);
  });

  it('refuses others than those TensorFlow was loaded with', () => {
    fc.assert(
      fc.property(anySettings, anySettings, (first, second) => {
        const environment = {};
        useSettings(environment, first, false);
        const same = JSON.stringify(first) === JSON.stringify(second);
        expect(messageOf(environment, second, true) === 'no error').toBe(same);
      }),
    );
    expect(messageOf({}, { ...defaultSettings, tf32: false }, true)).toBe(
      'error: cannot use training.tf32: false: TensorFlow was loaded with tf32: true in this process\n' +
        '  hint: TensorFlow reads the setting only while it is loaded: use a separate process',
    );
  });

  it('leaves the persistent mode of batch normalization as it is where nothing is said of it', () => {
    for (const environment of [{}, { TF_USE_CUDNN_BATCHNORM_SPATIAL_PERSISTENT: '1' }]) {
      expect(messageOf(environment, defaultSettings, false)).toBe('no error');
      expect(messageOf(environment, defaultSettings, true)).toBe('no error');
    }
    const prefers = (more: Partial<EngineSettings>) => prefersPersistentBatchNorm({ ...defaultSettings, ...more });
    expect(prefers({})).toBe(false);
    expect(prefers({ precision: 'float32' })).toBe(false);
    expect(prefers({ precision: 'bfloat16' })).toBe(true);
    expect(prefers({ precision: 'bfloat16', deterministic: true })).toBe(false);
    expect(prefers({ precision: 'bfloat16', persistentBatchNorm: false })).toBe(false);
  });

  it('refuses an environment that says something else than the config', () => {
    expect(messageOf({ TF_DETERMINISTIC_OPS: 'true' }, defaultSettings, false)).toBe(
      'error: cannot use training.deterministic: false: the environment has TF_DETERMINISTIC_OPS=true\n' +
        '  hint: unset TF_DETERMINISTIC_OPS, or use --set training.deterministic=true',
    );
  });
});
