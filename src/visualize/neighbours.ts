// Nearest neighbours among feature vectors.

interface Neighbour {
  readonly index: number;
  /** Euclidean distance. */
  readonly distance: number;
}

/** Returns the `count` vectors of `among` [M, A] nearest to each of `features` [N, A], nearest first; ties by index. */
export function nearestFeatures(
  features: Float32Array,
  among: Float32Array,
  featureSize: number,
  count: number,
): Neighbour[][] {
  const candidates = among.length / featureSize;
  return Array.from({ length: features.length / featureSize }, (_, n) => {
    const best: { index: number; square: number }[] = [];
    for (let m = 0; m < candidates; m++) {
      const limit = best.length < count ? Infinity : best[best.length - 1].square;
      let square = 0;
      for (let i = 0; i < featureSize && square < limit; i++) {
        square += (features[n * featureSize + i] - among[m * featureSize + i]) ** 2;
      }
      if (square >= limit) continue;
      const place = best.findIndex((other) => square < other.square);
      best.splice(place === -1 ? best.length : place, 0, { index: m, square });
      best.length = Math.min(best.length, count);
    }
    return best.map(({ index, square }) => ({ index, distance: Math.sqrt(square) }));
  });
}
