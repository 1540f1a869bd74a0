// A tmpfs small enough to be filled, if this process may mount one.
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

export interface SmallDisk {
  readonly path: string;
  /** Fills the disk except for the given number of bytes, or frees the space again with `empty`. */
  fill(left?: number): void;
  empty(): void;
  readOnly(): Promise<void>;
  unmount(): Promise<void>;
}

/** Mounts a tmpfs at a new folder; undefined if that is not allowed. */
export async function mountSmallDisk(path: string, bytes: number): Promise<SmallDisk | undefined> {
  mkdirSync(path, { recursive: true });
  const mounted = await execa('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path], { reject: false });
  if (mounted.failed) return undefined;
  const filler = join(path, 'filler');
  const empty = (): void => rmSync(filler, { force: true });
  return {
    path,
    fill(left = 0) {
      const file = openSync(filler, 'w');
      const page = Buffer.alloc(4096);
      let pages = 0;
      try {
        for (;;) pages += writeSync(file, page) === page.length ? 1 : 0;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
      if (left === 0) return;
      const kept = openSync(filler, 'w');
      for (let page_ = 0; page_ < pages - Math.ceil(left / 4096); page_++) writeSync(kept, page);
      closeSync(kept);
    },
    empty,
    async readOnly() {
      await execa('mount', ['-o', 'remount,ro', path]);
    },
    async unmount() {
      await execa('umount', ['-l', path], { reject: false });
    },
  };
}
