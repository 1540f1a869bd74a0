// Reads the expected time of a run from the header comment of its config.

/** Returns `at least 2.8 min` on an A100-class GPU, from the text of a config; undefined if there is none. */
export const expectedTimeIn = (text: string): string | undefined => /^# Expected time: (.+?) on an? /m.exec(text)?.[1];
