// Tells objects with named values from null, lists and other values.

/** Whether a value read from JSON or YAML, or given by a user's file, is an object with named values. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
