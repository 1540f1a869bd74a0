// Pinned Python wheels that contain libtensorflow: versions and checksums.

/** `cpu`, or `cuda`: CUDA 12 and cuDNN 9, which also run on Hopper GPUs. */
export type EngineBuild = 'cpu' | 'cuda';

/** One file of the Python package index. */
export interface Wheel {
  /** Its name in the index, with the Python version and platforms that it is for. */
  readonly file: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly megabytes: number;
}

/** The pinned version of TensorFlow. */
export const tensorflowVersion = '2.21.0';

/** The oldest installed TensorFlow whose C interface and headers are known to fit the binding. */
export const oldestTensorflow = '2.19.0';

const cpuX64: readonly Wheel[] = [
  {
    file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    megabytes: 274,
  },
];

const cpuArm64: readonly Wheel[] = [
  {
    file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_aarch64.whl',
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    megabytes: 282,
  },
];

/** TensorFlow, and the packages of its extra `and-cuda`. */
const cudaX64: readonly Wheel[] = [
  {
    file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
    sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    megabytes: 572,
  },
  {
    file: 'nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl',
    sha256: 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
    megabytes: 581,
  },
  {
    file: 'nvidia_cuda_cupti_cu12-12.8.90-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
    megabytes: 10,
  },
  {
    file: 'nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    sha256: '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
    megabytes: 41,
  },
  {
    file: 'nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    sha256: '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    megabytes: 90,
  },
  {
    file: 'nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    megabytes: 3,
  },
  {
    file: 'nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl',
    sha256: '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
    megabytes: 717,
  },
  {
    file: 'nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    megabytes: 201,
  },
  {
    file: 'nvidia_curand_cu12-10.3.10.19-py3-none-manylinux_2_27_x86_64.whl',
    sha256: '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
    megabytes: 68,
  },
  {
    file: 'nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl',
    sha256: '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    megabytes: 338,
  },
  {
    file: 'nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    megabytes: 366,
  },
  {
    file: 'nvidia_nccl_cu12-2.32.3-py3-none-manylinux_2_27_x86_64.whl',
    sha256: 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
    megabytes: 352,
  },
  {
    file: 'nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    sha256: 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    megabytes: 40,
  },
];

/** Returns the wheels of one build for a processor architecture (Node.js's names); undefined if there are none. */
export function pinnedWheels(build: EngineBuild, architecture: string): readonly Wheel[] | undefined {
  if (architecture === 'x64') return build === 'cuda' ? cudaX64 : cpuX64;
  return architecture === 'arm64' && build === 'cpu' ? cpuArm64 : undefined;
}

/** Returns the arguments with which pip finds exactly this wheel, whatever Python it runs on. */
export function pipArguments(wheel: Wheel): readonly string[] {
  const [name, version, python, abi, platforms] = wheel.file.replace(/\.whl$/, '').split('-');
  return [
    `${name.replaceAll('_', '-')}==${version}`,
    // Wheels for any Python 3 (py3-none) are found with any version: that of TensorFlow's wheel is used.
    ...['--implementation', 'cp', '--python-version', python.startsWith('cp') ? python.slice(2) : '311'],
    ...['--abi', abi === 'none' ? 'cp311' : abi],
    ...platforms.split('.').flatMap((platform) => ['--platform', platform]),
  ];
}
