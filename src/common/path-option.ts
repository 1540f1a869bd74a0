// Config values that are paths.
import { z } from 'zod';

/** Schema of a path. `~` and `$HOME` are refused, because only a shell expands them. */
export const pathOption = () =>
  z
    .string()
    .min(1)
    .refine((path) => unexpandedWord(path) === undefined, {
      error: ({ input }) =>
        `starts with ${unexpandedWord(String(input))}, which only a shell expands: write the full path`,
    });

/** Returns the start of a path that only a shell expands: `~` of `~`, `~/x` and `~name/x`, `$HOME` of `$HOME/x`. */
export const unexpandedWord = (path: string): string | undefined =>
  /^~(?=[^/]*(?:\/|$))/.exec(path)?.[0] ?? /^\$(?:\w+|\{\w+\})(?=\/|$)/.exec(path)?.[0];
