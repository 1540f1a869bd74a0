// Config values that are paths.
import { z } from 'zod';

/** A path of a config. A shell would expand `~` and `$HOME`; nothing else does, so that they would name a folder. */
export const pathOption = () =>
  z
    .string()
    .min(1)
    .refine((path) => unexpandedWord(path) === undefined, {
      error: ({ input }) =>
        `begins with ${unexpandedWord(String(input))}, which only a shell expands: write the whole path`,
    });

/** What a path begins with that was meant for a shell: `~` of `~`, `~/x` and `~name/x`, `$HOME` of `$HOME/x`. */
export const unexpandedWord = (path: string): string | undefined =>
  /^~(?=[^/]*(?:\/|$))/.exec(path)?.[0] ?? /^\$(?:\w+|\{\w+\})(?=\/|$)/.exec(path)?.[0];
