// HTML template literals that escape inserted values.
import { escapeXml } from '../svg.js';

/** Finished HTML. */
export interface Markup {
  readonly markup: string;
}

type Inserted = string | number | Markup | undefined | readonly Inserted[];

function insert(value: Inserted): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeXml(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(insert).join('');
}

/**
 * HTML whose inserted texts are escaped, also within quoted attributes; markup and lists of it are put in as they are.
 * The template's own indentation is left out.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Inserted[]): Markup {
  return { markup: parts.map((part, index) => part.replaceAll(/\n\s+/g, '\n') + insert(values[index])).join('') };
}

/** Text that is HTML already, such as a figure's SVG. */
export function raw(markup: string): Markup {
  return { markup };
}

/** A value as JSON that may stand in a script element. */
export function scriptJson(value: unknown): Markup {
  return { markup: JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028') };
}
