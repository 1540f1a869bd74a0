// A Python with PyTorch, where there is one.
import { spawnSync } from 'node:child_process';

/**
 * The Python of `ISDA_TEST_TORCH`, else `python3`; undefined where it has not all packages that docs/networks.md uses.
 */
export function findTorch(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const python = environment['ISDA_TEST_TORCH'] ?? 'python3';
  const found = spawnSync(python, ['-c', 'import torch, torchvision, safetensors, PIL']);
  return found.status === 0 ? python : undefined;
}
