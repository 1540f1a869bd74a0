// Welch's t-test of two small samples, with Student's t distribution.

export interface WelchTest {
  /** Of the first sample's mean minus the second's. */
  readonly t: number;
  /** Degrees of freedom (Welch and Satterthwaite). */
  readonly degrees: number;
  /** Two-sided. */
  readonly p: number;
}

/** Lanczos' coefficients for g = 7 with nine terms, accurate to 15 digits. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** The logarithm of the gamma function of x >= 0.5. */
function logGamma(x: number): number {
  const sum = lanczos.reduce((total, term, index) => total + (index === 0 ? term : term / (x - 1 + index)), 0);
  const base = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}

/** The continued fraction of the incomplete beta function by Lentz's method; x < (a + 1) / (a + b + 2). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let factor = 1;
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      result *= c * d;
      factor = c * d;
    }
    if (Math.abs(factor - 1) < 1e-15) break;
  }
  return result;
}

/** The regularised incomplete beta function I_x(a, b), with 1 − x handed in so that neither end loses digits. */
function incompleteBeta(x: number, complement: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (complement <= 0) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(complement));
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a;
  return 1 - (front * betaFraction(complement, b, a)) / b;
}

/** The probability that Student's t with so many degrees of freedom (>= 1) is further from 0 than `t`. */
export function twoSidedP(t: number, degrees: number): number {
  const square = t * t;
  return incompleteBeta(degrees / (degrees + square), square / (degrees + square), degrees / 2, 0.5);
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Welch's t-test (unequal variances). Undefined with fewer than two values in a sample, or where no value differs. */
export function welchTest(first: readonly number[], second: readonly number[]): WelchTest | undefined {
  if (first.length < 2 || second.length < 2) return undefined;
  const [mean1, mean2] = [first, second].map(meanOf);
  const [error1, error2] = [first, second].map((values) => {
    // Rounding of the mean would make a tiny spread of none.
    if (values.every((value) => value === values[0])) return 0;
    const mean = meanOf(values);
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) / values.length;
  });
  const error = error1 + error2;
  if (error === 0) return undefined;
  const degrees = error ** 2 / (error1 ** 2 / (first.length - 1) + error2 ** 2 / (second.length - 1));
  const t = (mean1 - mean2) / Math.sqrt(error);
  return { t, degrees, p: twoSidedP(t, degrees) };
}
