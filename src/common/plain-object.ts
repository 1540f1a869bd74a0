// Distinguishes plain objects from null, lists and other values.

/** Whether a value from JSON, YAML or a custom module is a plain object. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
