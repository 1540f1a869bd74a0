// Lines that fit into a terminal: the least important parts are dropped first.

/** Joins the parts of highest rank that fit, in their given order, with two spaces. */
export function fitLine(parts: readonly (readonly [rank: number, text: string])[], width: number): string {
  const ranked = parts.map(([rank, text], index) => ({ rank, text, index })).sort((a, b) => a.rank - b.rank);
  const kept: typeof ranked = [];
  let used = -2;
  for (const part of ranked) {
    if (used + 2 + part.text.length > width) continue;
    used += 2 + part.text.length;
    kept.push(part);
  }
  return kept
    .sort((a, b) => a.index - b.index)
    .map(({ text }) => text)
    .join('  ');
}
