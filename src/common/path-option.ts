// Config values that are paths.
import { z } from 'zod';

/** A path of a config. A shell would expand `~`; nothing else does, so that it would name a folder. */
export const pathOption = () =>
  z
    .string()
    .min(1)
    .refine((path) => !startsWithTilde(path), {
      error: 'begins with ~, which only a shell expands: write the whole path',
    });

/** Whether a path was meant for a shell: `~`, `~/x` or `~name/x`. */
export const startsWithTilde = (path: string): boolean => /^~[^/]*(\/|$)/.test(path);
