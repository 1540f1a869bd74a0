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
 * A template tag for HTML: inserted texts are escaped, also within quoted attributes; markup and lists of markup are
 * inserted unchanged. The template's indentation is removed.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Inserted[]): Markup {
  return { markup: parts.map((part, index) => part.replaceAll(/\n\s+/g, '\n') + insert(values[index])).join('') };
}

/** Marks text as HTML that is not escaped, such as a figure's SVG. */
export function raw(markup: string): Markup {
  return { markup };
}

/** A value as JSON that is safe in a script element. */
export function scriptJson(value: unknown): Markup {
  return { markup: JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028') };
}
