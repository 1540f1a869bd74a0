// Renders SVG as PNG with a packaged font, so that every machine draws the same picture.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as resvg from '@resvg/resvg-js';
import { cannot, reasonOf } from '../common/errors.js';
import { markPng } from '../common/png-mark.js';
import { glyphsOf, missingCharacters } from './glyphs.js';

const load = createRequire(import.meta.url);

/** Of the missing characters, so many are named. */
const maxNamed = 20;

/** Says which characters of a picture the font lacks. They are drawn as boxes. */
function warnOfMissing(svg: string, font: string, warn: (line: string) => void): void {
  // Nearly all text is in letters that every font has.
  // eslint-disable-next-line no-control-regex
  if (/^[\u0000-\u00ff]*$/.test(svg)) return;
  const missing = missingCharacters(svg, glyphsOf(readFileSync(font)));
  if (missing.length === 0) return;
  const named = missing.slice(0, maxNamed).join(' ') + (missing.length > maxNamed ? ' …' : '');
  warn(`warning: the font of PNG pictures, DejaVu Sans, lacks these characters and shows boxes: ${named}`);
}

/** The renderer and its font's path. Not loaded at the start of every command, since the library begins threads. */
function loadRenderer(): { readonly Resvg: typeof resvg.Resvg; readonly font: string } {
  try {
    const { Resvg } = load('@resvg/resvg-js') as typeof resvg;
    return { Resvg, font: load.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf') };
  } catch (error) {
    throw cannot('turn the figure into a PNG', reasonOf(error).split('\n')[0], {
      code: 'figure/png',
      hint: 'install the packages again, in a clone with `npm ci`; an .svg figure does without',
      cause: error,
    });
  }
}

/**
 * The picture with `scale` pixels for each of the SVG's. All text is set in DejaVu Sans; `warn` gets a line about
 * characters that it lacks. Errors: not an SVG; the library or the font is not installed.
 */
export function svgToPng(svg: string, warn: (line: string) => void, scale = 2): Uint8Array {
  const { Resvg, font } = loadRenderer();
  try {
    const picture = new Resvg(svg, {
      font: { fontFiles: [font], loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' },
      fitTo: { mode: 'zoom', value: scale },
    });
    warnOfMissing(svg, font, warn);
    return markPng(picture.render().asPng());
  } catch (error) {
    throw cannot('turn the figure into a PNG', reasonOf(error), { code: 'figure/png', cause: error });
  }
}
