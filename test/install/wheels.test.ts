// Pinned wheels, versions, members, paths: the pure functions of the set-up.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheHome } from '../../src/common/home.js';
import { engineDirectory } from '../../src/install/location.js';
import { atLeast } from '../../src/install/python.js';
import { neededMember } from '../../src/install/sources.js';
import { pinnedWheels, pipArguments, tensorflowVersion } from '../../src/install/wheels.js';

describe('pinnedWheels', () => {
  it('has a complete checksum for each wheel, and TensorFlow first', () => {
    for (const wheels of [pinnedWheels('cpu', 'x64'), pinnedWheels('cuda', 'x64'), pinnedWheels('cpu', 'arm64')]) {
      expect(wheels?.[0].file).toMatch(new RegExp(`^tensorflow(_cpu)?-${tensorflowVersion}-cp311-`));
      for (const wheel of wheels ?? []) expect(wheel.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(new Set(wheels?.map((wheel) => wheel.sha256)).size).toBe(wheels?.length);
    }
    expect(pinnedWheels('cuda', 'arm64')).toBeUndefined();
    expect(pinnedWheels('cpu', 'riscv64')).toBeUndefined();
  });

  it('has the twelve NVIDIA packages of the extra and-cuda', () => {
    const names = pinnedWheels('cuda', 'x64')?.map((wheel) => wheel.file.split('-')[0]) ?? [];
    const short = names.slice(1).map((name) => name.replace(/^nvidia_(.*)_cu12$/, '$1'));
    expect(short.sort().join(' ')).toBe(
      'cublas cuda_cupti cuda_nvcc cuda_nvrtc cuda_runtime cudnn cufft curand cusolver cusparse nccl nvjitlink',
    );
  });
});

describe('pipArguments', () => {
  it('asks for exactly one file, whatever Python pip runs on', () => {
    const wheel = { file: 'a_b-1.2-cp311-cp311-manylinux_2_27_x86_64.whl', sha256: '', megabytes: 1 };
    expect(pipArguments(wheel).join(' ')).toBe(
      'a-b==1.2 --implementation cp --python-version 311 --abi cp311 --platform manylinux_2_27_x86_64',
    );
    const any = { ...wheel, file: 'a-1-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl' };
    expect(pipArguments(any).join(' ')).toBe(
      'a==1 --implementation cp --python-version 311 --abi cp311 --platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64',
    );
  });
});

describe('atLeast', () => {
  it('compares numbers, not text', () => {
    expect(atLeast('2.21.0', '2.19.0')).toBe(true);
    expect(atLeast('2.9.1', '2.19.0')).toBe(false);
    expect(atLeast('2.19', '2.19.0')).toBe(true);
    expect(atLeast('2.20.0rc1', '2.19.0')).toBe(true);
    expect(atLeast('10.0', '9.9')).toBe(true);
  });

  it('is a total order', () => {
    const version = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30)).map((parts) => parts.join('.'));
    fc.assert(fc.property(version, version, (a, b) => (a === b ? atLeast(a, b) : atLeast(a, b) !== atLeast(b, a))));
  });
});

describe('neededMember', () => {
  it('takes the libraries, the C headers and NVIDIA’s libraries, and nothing else', () => {
    expect(neededMember('tensorflow/libtensorflow_cc.so.2')).toBe('lib/libtensorflow_cc.so.2');
    expect(neededMember('tensorflow/include/tensorflow/c/eager/c_api.h')).toBe('include/tensorflow/c/eager/c_api.h');
    expect(neededMember('nvidia/cudnn/lib/libcudnn.so.9')).toBe('nvidia/cudnn/lib/libcudnn.so.9');
    for (const member of [
      'tensorflow/python/libtensorflow_cc.so.2',
      'tensorflow/include/tensorflow/cc/x.h',
      'tensorflow/libtensorflow_cc.so.2.extra',
      'nvidia/cudnn/include/cudnn.h',
    ]) {
      expect(neededMember(member)).toBeUndefined();
    }
  });
});

describe('the place of an engine', () => {
  it('is below ISDA_HOME, else ~/.cache/isda', () => {
    expect(cacheHome({ ISDA_HOME: '/scratch/isda', HOME: '/home/ada' })).toBe('/scratch/isda');
    expect(cacheHome({ HOME: '/home/ada' })).toBe('/home/ada/.cache/isda');
  });

  it('differs by build and by ISDA_LIBTENSORFLOW, and names the versions', () => {
    const place = (build: 'cpu' | 'cuda', folder?: string): string =>
      engineDirectory({ home: '/h', environment: { ISDA_LIBTENSORFLOW: folder }, build });
    const places = [place('cpu'), place('cuda'), place('cpu', '/a'), place('cpu', '/b')];
    expect(new Set(places).size).toBe(4);
    expect(places[0]).toContain(`tensorflow-${tensorflowVersion}-cpu-tfjs-4.22.0`);
  });
});
