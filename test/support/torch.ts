// A Python with PyTorch, if there is one.
import { spawnSync } from 'node:child_process';

/**
 * The Python of `ISDA_TEST_TORCH`, else `python3`; undefined if it lacks a package that docs/networks.md uses.
 */
export function findTorch(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const python = environment['ISDA_TEST_TORCH'] ?? 'python3';
  const found = spawnSync(python, ['-c', 'import torch, torchvision, safetensors, PIL']);
  return found.status === 0 ? python : undefined;
}
