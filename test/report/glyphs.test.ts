// The characters in the font of PNG pictures.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { glyphsOf, missingCharacters } from '../../src/report/glyphs.js';

const path = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
const font = readFileSync(path);

test('tells what DejaVu Sans has', () => {
  const hasGlyph = glyphsOf(font);
  const all = (text: string): readonly boolean[] => [...text].map((each) => hasGlyph(each.codePointAt(0)!));
  expect(all('Aé Λσ→−±Ж𝔸').every((each) => each)).toBe(true);
  expect(all('猫あ한').some((each) => each)).toBe(false);
});

test('both forms of the table agree on the basic plane', () => {
  const copy = Buffer.from(font);
  const cmap = copy.readUInt32BE(copy.indexOf('cmap', 12, 'latin1') + 8);
  let hidden = 0;
  for (let at = cmap + 4; at < cmap + 4 + 8 * copy.readUInt16BE(cmap + 2); at += 8) {
    if (copy.readUInt16BE(cmap + copy.readUInt32BE(at + 4)) !== 12) continue;
    copy.writeUInt16BE(99, at);
    hidden += 1;
  }
  expect(hidden).toBeGreaterThan(0);
  const [groups, segments] = [glyphsOf(font), glyphsOf(copy)];
  const differing = Array.from({ length: 0xffff }, (_, code) => code).filter((code) => groups(code) !== segments(code));
  expect(differing).toEqual([]);
  expect(segments(0x1d538)).toBe(false);
});

test('looks at the text of a picture and at nothing else', () => {
  const svg = '<svg><title>犬</title><text x="猫">a<tspan>馬</tspan>\u200b b</text><text>馬c</text></svg>';
  expect(missingCharacters(svg, (code) => code < 0x250)).toEqual(['馬']);
});

test('refuses what is no font', () => {
  expect(() => glyphsOf(new Uint8Array(12))).toThrow('the font has no table cmap');
});
