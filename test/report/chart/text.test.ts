// Text in charts: wrapped lines fit, and no word is lost.
import { describe, expect, it } from 'vitest';
import { shorten, textWidth, wrap } from '../../../src/report/chart/text.js';

const [low, high] = ['0.25', '0.75'].map((value) => `a-row-that-says-everything-about-its-settings-lambda0-${value}`);

describe('wrap', () => {
  it('breaks between words', () => {
    expect(wrap('one two three', textWidth('one two'))).toEqual(['one two', 'three']);
  });
  it('breaks a word that is too long after a sign, and loses nothing of it', () => {
    const lines = wrap(low, 200);
    expect(lines.join('')).toBe(low);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.slice(0, -1).every((line) => line.endsWith('-'))).toBe(true);
    expect(lines).not.toEqual(wrap(high, 200));
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(200);
  });
  it('breaks a word without a sign where the line ends, and goes on with the next word', () => {
    const lines = wrap(`so ${'x'.repeat(30)} on`, textWidth('x'.repeat(12)));
    expect(lines).toEqual(['so', 'x'.repeat(12), 'x'.repeat(12), `${'x'.repeat(6)} on`]);
  });
  it('ends where not even a letter fits', () => {
    expect(wrap('ab', 1)).toEqual(['a', 'b']);
    expect(wrap('', 1)).toEqual(['']);
  });
});

it('shorten cuts with an ellipsis', () => {
  expect(shorten('abcdef', textWidth('abc') + 13)).toBe('abc…');
  expect(shorten('abc', 100)).toBe('abc');
});
