// Counter-based random numbers: pure functions of a key, so any epoch, image or weight can be reproduced.

/** A stream of random 32-bit integers, and numbers derived from them. */
export interface RandomStream {
  /** An integer in [0, 2^32). */
  uint32(): number;
  /** A real number in [0, 1), with 32 random bits. */
  uniform(): number;
  /** An integer in [0, bound), without modulo bias. */
  integer(bound: number): number;
  /** A standard normal number (Box-Muller). */
  normal(): number;
}

/** MurmurHash3's 32-bit finalizer. */
function mix(hash: number): number {
  let h = hash >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function absorb(state: number, key: number | string): number {
  if (typeof key === 'string') {
    let h = mix(state ^ (0x9e3779b1 + key.length));
    for (let i = 0; i < key.length; i++) h = mix(Math.imul(h ^ key.charCodeAt(i), 0x01000193));
    return h;
  }
  const low = mix(Math.imul(state, 31) ^ key);
  return mix(low ^ Math.imul(Math.floor(key / 0x1_0000_0000), 0x9e3779b1));
}

/** A 32-bit hash of a key of integers and words. */
export function hashKey(...key: readonly (number | string)[]): number {
  return key.reduce<number>(absorb, 0x5bd1e995);
}

/** Returns the random stream of a key, for example (seed, 'augment', epoch, imageIndex). Uses sfc32. */
export function randomStream(...key: readonly (number | string)[]): RandomStream {
  let a = hashKey(...key, 1);
  let b = hashKey(...key, 2);
  let c = hashKey(...key, 3);
  let counter = 1;
  const uint32 = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 8; i++) uint32();
  const uniform = (): number => uint32() / 0x1_0000_0000;
  const integer = (bound: number): number => {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
    for (;;) {
      const value = uint32();
      if (value < limit) return value % bound;
    }
  };
  let spare: number | undefined;
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log((uint32() + 1) / 0x1_0000_0000));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return { uint32, uniform, integer, normal };
}

/** Returns the integers 0 … count−1 in random order (Fisher-Yates). */
export function permutation(count: number, random: RandomStream): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const swapped = order[i];
    order[i] = order[j];
    order[j] = swapped;
  }
  return order;
}

/** Draws the logarithm of a Gamma(shape, 1) variable, shape > 0 (Marsaglia and Tsang, 2000). */
function logGamma(shape: number, random: RandomStream): number {
  // Never 0, so that its logarithm is finite.
  const positive = (): number => (random.uint32() + 0.5) / 0x1_0000_0000;
  // Shapes below 1 use shape + 1; in logarithms, because the number itself may underflow a float64.
  if (shape < 1) return logGamma(shape + 1, random) + Math.log(positive()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(positive()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}

/** Draws a number in [0, 1] from Beta(a, b), with a, b > 0. */
export function betaNumber(a: number, b: number, random: RandomStream): number {
  const first = logGamma(a, random);
  return 1 / (1 + Math.exp(logGamma(b, random) - first));
}
