// Lines that fit a terminal: the least important parts are left out first.

/** Parts of a line by rank: those of the highest ranks that fit, in their own order, joined by two spaces. */
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
