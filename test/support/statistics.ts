// Statistics for tests of random numbers.

/** The Kolmogorov-Smirnov distance of samples from the uniform distribution on (0, 1). */
export function ksDistance(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return Math.max(...sorted.map((u, i) => Math.max(u - i / sorted.length, (i + 1) / sorted.length - u)));
}

/** The Pearson correlation of two lists of the same length. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const covariance = (x: readonly number[], y: readonly number[]): number => {
    const [meanX, meanY] = [mean(x), mean(y)];
    return mean(x.map((value, index) => (value - meanX) * (y[index] - meanY)));
  };
  return covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b));
}
