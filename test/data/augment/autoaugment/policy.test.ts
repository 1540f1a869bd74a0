import { expect, it } from 'vitest';
import { cifar10Policy } from '../../../../src/data/augment/autoaugment/policy.js';

/** The published table: each sub-policy is twice (probability, operation, index of the magnitude). */
const published = `
  1 (.1 invert 7)(.2 contrast 6) · 2 (.7 rotate 2)(.3 translateX 9) · 3 (.8 sharpness 1)(.9 sharpness 3) ·
  4 (.5 shearY 8)(.7 translateY 9) · 5 (.5 autocontrast 8)(.9 equalize 2) · 6 (.2 shearY 7)(.3 posterize 7) ·
  7 (.4 color 3)(.6 brightness 7) · 8 (.3 sharpness 9)(.7 brightness 9) · 9 (.6 equalize 5)(.5 equalize 1) ·
  10 (.6 contrast 7)(.6 sharpness 5) · 11 (.7 color 7)(.5 translateX 8) · 12 (.3 equalize 7)(.4 autocontrast 8) ·
  13 (.4 translateY 3)(.2 sharpness 6) · 14 (.9 brightness 6)(.2 color 8) · 15 (.5 solarize 2)(.0 invert 3) ·
  16 (.2 equalize 0)(.6 autocontrast 0) · 17 (.2 equalize 8)(.6 equalize 4) · 18 (.9 color 9)(.6 equalize 6) ·
  19 (.8 autocontrast 4)(.2 solarize 8) · 20 (.1 brightness 3)(.7 color 0) · 21 (.4 solarize 5)(.9 autocontrast 3) ·
  22 (.9 translateY 9)(.7 translateY 9) · 23 (.9 autocontrast 2)(.8 solarize 3) · 24 (.8 equalize 8)(.1 invert 3) ·
  25 (.7 translateY 9)(.9 autocontrast 1)`;

it('is the published table', () => {
  const entries = published.matchAll(/(\d+) \((\.\d) (\w+) (\d)\)\((\.\d) (\w+) (\d)\)/g);
  const table = [...entries].map(([, number, p, first, i, q, second, j]) => ({
    number: Number(number),
    steps: [
      [Number(p), first, Number(i)],
      [Number(q), second, Number(j)],
    ],
  }));
  expect(table).toHaveLength(25);
  expect(cifar10Policy.map((steps, index) => ({ number: index + 1, steps }))).toEqual(table);
});
