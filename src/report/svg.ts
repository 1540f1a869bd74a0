// SVG as text: elements with escaped attributes and content.

type SvgAttributes = Readonly<Record<string, string | number | undefined>>;

/** Text that may stand in an element or in a quoted attribute. Control characters, which XML forbids, are left out. */
export function escapeXml(text: string): string {
  return (
    // Through UTF-8, which replaces halves of surrogate pairs.
    Buffer.from(text)
      .toString()
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
  );
}

/** A number with at most two digits after the point: a hundredth of a pixel is finer than any screen. */
export function coordinate(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** One element. `children` are finished elements; text goes through `escapeXml` first. Numbers are coordinates. */
export function element(name: string, attributes: SvgAttributes, ...children: readonly string[]): string {
  const words = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === 'number' ? coordinate(value) : escapeXml(value)}"`],
  );
  return children.length === 0
    ? `<${name}${words.join('')}/>`
    : `<${name}${words.join('')}>${children.join('')}</${name}>`;
}

/** A text element; `content` is escaped here. */
export function textElement(content: string, attributes: SvgAttributes): string {
  return element('text', attributes, escapeXml(content));
}

interface DocumentOptions {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** What screen readers say. */
  readonly title: string;
  /** Colour of the background. Default: transparent. */
  readonly ground?: string;
}

/** A whole document. `children` are finished elements. */
export function document({ width, height, title, ground }: DocumentOptions, children: readonly string[]): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${coordinate(width)} ${coordinate(height)}`,
    'font-family': "Helvetica, Arial, 'DejaVu Sans', sans-serif",
    'font-size': 13,
    role: 'img',
  };
  const behind = ground === undefined ? [] : [element('rect', { width, height, fill: ground })];
  const content = [element('title', {}, escapeXml(title)), ...behind, ...children].join('\n');
  return `${element('svg', attributes, '\n', content, '\n')}\n`;
}
