// Detects an NVIDIA driver by the files that it installs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const libraryFolders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/local/nvidia/lib64', '/usr/lib/wsl/lib'];

/** Returns the file that shows the driver's presence; undefined if there is no driver. */
export function nvidiaDriver(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const folders = [...(environment['LD_LIBRARY_PATH'] ?? '').split(':').filter(Boolean), ...libraryFolders];
  return ['/proc/driver/nvidia/version', ...folders.map((folder) => join(folder, 'libcuda.so.1'))].find((file) =>
    existsSync(file),
  );
}
