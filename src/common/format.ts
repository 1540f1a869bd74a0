// Formats durations, counts, sizes and lists for people.

/** Formats seconds as `4.2 s`, `42 s`, `3 min 05 s`, `2 h 07 min`, `3 d 04 h`; `?` if not a finite number >= 0. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '?';
  if (Math.round(seconds * 10) < 100) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const padded = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${padded(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${padded(minutes % 60)} min`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} d ${padded(hours % 24)} h`;
}

function scaled(value: number, base: number, units: readonly string[]): string {
  let rest = value;
  let unit = 0;
  // The bound is below the base, so that 999.96 becomes 1.00 of the next unit and not 1000.
  while (unit < units.length - 1 && Math.abs(rest) >= base - 0.5) {
    rest /= base;
    unit++;
  }
  if (unit === 0) return `${Math.round(rest)}${units[0]}`;
  return `${rest.toFixed(Math.abs(rest) < 9.995 ? 2 : Math.abs(rest) < 99.95 ? 1 : 0)}${units[unit]}`;
}

/** Formats a count with three digits: `950`, `1.20k`, `36.5M`, `10.5G`. */
export function formatCount(count: number): string {
  return scaled(count, 1000, ['', 'k', 'M', 'G', 'T']);
}

/** Formats bytes in binary units: `512 B`, `1.50 KiB`, `2.00 GiB`. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB']);
}

/**
 * Formats with a number of decimals, halves away from zero: the mean of ten errors often ends in half a hundredth, and
 * the last bits of the sum would decide the rounding. Zero has no sign.
 */
export function withDecimals(value: number, decimals: number): string {
  const text = (value + Math.sign(value) * 1e-9).toFixed(decimals);
  return Number(text) === 0 ? (0).toFixed(decimals) : text;
}

/** Formats errors in percent with two decimals, see `withDecimals`. */
export const twoDecimals = (value: number): string => withDecimals(value, 2);

/** Formats with at least so many significant digits, large numbers without exponent: `0.0500`, `12.3`, `1234`. */
export const significant = (value: number, digits: number): string =>
  Math.round(Math.abs(value)) >= 10 ** digits ? value.toFixed(0) : value.toPrecision(digits);

/**
 * Formats a fraction above 0 and below 1 in percent, with three digits of what it is or of what it lacks, so that none
 * becomes 0 % or 100 %: `7 %`, `33.3 %`, `0.05 %`, `99.95 %`.
 */
export function percentText(fraction: number): string {
  const decimals = 2 - Math.floor(Math.log10(100 * Math.min(fraction, 1 - fraction)));
  return `${(100 * fraction).toFixed(Math.min(decimals, 100)).replace(/\.?0+$/, '')} %`;
}

/** `1 run`, `2 runs`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `a, b and c`. */
export const andList = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;

/** `a, b or c`. */
export function orList(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}

/** Formats the first names of a list, and the number of further ones. */
export const someNames = (names: readonly string[], limit = 8): string =>
  names.length <= limit ? names.join(', ') : `${names.slice(0, limit).join(', ')} and ${names.length - limit} more`;
