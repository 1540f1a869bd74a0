// SVG as text: elements with escaped attributes and content.

type SvgAttributes = Readonly<Record<string, string | number | undefined>>;

/** Escapes text for elements and quoted attributes. Control characters, which XML forbids, are removed. */
export function escapeXml(text: string): string {
  return (
    // Converting to UTF-8 replaces lone surrogates.
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

/** Formats a number with at most two decimals: no screen shows a hundredth of a pixel. */
export function coordinate(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** Returns an element. `children` are elements or text escaped by `escapeXml`; numbers are formatted as coordinates. */
export function element(name: string, attributes: SvgAttributes, ...children: readonly string[]): string {
  const words = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === 'number' ? coordinate(value) : escapeXml(value)}"`],
  );
  return children.length === 0
    ? `<${name}${words.join('')}/>`
    : `<${name}${words.join('')}>${children.join('')}</${name}>`;
}

/** Returns a text element; `content` is escaped. */
export function textElement(content: string, attributes: SvgAttributes): string {
  return element('text', attributes, escapeXml(content));
}

interface DocumentOptions {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** The title for screen readers. */
  readonly title: string;
  /** Colour of the background. Default: transparent. */
  readonly ground?: string;
}

/** Returns a complete document. `children` are elements. */
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
