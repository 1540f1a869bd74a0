// The expected time of a run, which a config's opening lines give.

/** `at least 2.8 min` on an A100-class GPU, by the text of a config; undefined where it gives none. */
export const expectedTimeIn = (text: string): string | undefined => /^# Expected time: (.+?) on an? /m.exec(text)?.[1];
