// Renders SVG as PNG with a packaged font, so that every machine draws the same picture.
import { createRequire } from 'node:module';
import type * as resvg from '@resvg/resvg-js';
import { cannot, reasonOf } from '../common/errors.js';

const load = createRequire(import.meta.url);

/** The picture with `scale` pixels for each of the SVG's. All text is set in DejaVu Sans. Errors: not an SVG. */
export function svgToPng(svg: string, scale = 2): Uint8Array {
  // Here and not at the start of every command: the library begins threads when it is loaded.
  const { Resvg } = load('@resvg/resvg-js') as typeof resvg;
  const font = load.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
  try {
    const picture = new Resvg(svg, {
      font: { fontFiles: [font], loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' },
      fitTo: { mode: 'zoom', value: scale },
    });
    return picture.render().asPng();
  } catch (error) {
    throw cannot('turn the figure into a PNG', reasonOf(error), { code: 'figure/png', cause: error });
  }
}
