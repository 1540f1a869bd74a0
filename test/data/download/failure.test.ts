import { describe, expect, it } from 'vitest';
import { explainFailure, isFinal, Refused } from '../../../src/data/download/failure.js';

const system = (code: string) => Object.assign(new Error(`system says ${code}`), { code });

describe('explainFailure', () => {
  it('finds the reason that fetch hides', () => {
    const failed = new TypeError('fetch failed', { cause: system('ENOTFOUND') });
    expect(explainFailure(failed)).toBe('the host is unknown (ENOTFOUND)');
    expect(explainFailure(new TypeError('fetch failed', { cause: new Error('bad port') }))).toBe('bad port');
    expect(explainFailure(system('EOTHER'))).toBe('system says EOTHER (EOTHER)');
    expect(explainFailure('text')).toBe('text');
  });
});

describe('isFinal', () => {
  it('is true for refusals and local failures only', () => {
    expect(isFinal(new Refused('404'))).toBe(true);
    expect(isFinal(system('ENOSPC'))).toBe(true);
    expect(isFinal(new TypeError('fetch failed', { cause: system('ECONNRESET') }))).toBe(false);
    expect(isFinal(new Error('503'))).toBe(false);
  });
});
