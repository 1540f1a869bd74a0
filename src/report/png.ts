// Renders SVG as PNG with a packaged font, so that the picture is the same on every machine.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as resvg from '@resvg/resvg-js';
import { cannot, reasonOf } from '../common/errors.js';
import { markPng } from '../common/png-mark.js';
import { glyphsOf, missingCharacters } from './glyphs.js';

const load = createRequire(import.meta.url);

/** The maximum number of missing characters that are named. */
const maxNamed = 20;

/** Warns of characters that the font lacks, which are drawn as boxes. */
function warnOfMissing(svg: string, font: string, warn: (line: string) => void): void {
  // Every font has these characters, and nearly all texts have no others.
  // eslint-disable-next-line no-control-regex
  if (/^[\u0000-\u00ff]*$/.test(svg)) return;
  const missing = missingCharacters(svg, glyphsOf(readFileSync(font)));
  if (missing.length === 0) return;
  const named = missing.slice(0, maxNamed).join(' ') + (missing.length > maxNamed ? ' …' : '');
  warn(`warning: the font of PNG pictures, DejaVu Sans, lacks these characters and shows boxes: ${named}`);
}

/** The renderer and the path of its font. Loaded on demand, as the library starts threads. */
function loadRenderer(): { readonly Resvg: typeof resvg.Resvg; readonly font: string } {
  try {
    const { Resvg } = load('@resvg/resvg-js') as typeof resvg;
    return { Resvg, font: load.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf') };
  } catch (error) {
    throw cannot('turn the figure into a PNG', reasonOf(error).split('\n')[0], {
      code: 'figure/png',
      hint: 'reinstall the packages, in a clone with `npm ci`; an .svg figure does not need them',
      cause: error,
    });
  }
}

/**
 * Renders an SVG with `scale` pixels for each of its own. All text is set in DejaVu Sans; `warn` gets a line about
 * characters that the font lacks. Errors: not an SVG; the library or the font is not installed.
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
