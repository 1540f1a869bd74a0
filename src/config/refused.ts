// Keys that people look for and that there is a reason not to have: the reason is said instead of the nearest known key.

/** Why a key is refused, and where to read more. */
interface Refusal {
  readonly reason: string;
  readonly hint: string;
}

/** By the section's key, its `name` and the key. */
const refusals: ReadonlyMap<string, Refusal> = new Map([
  [
    'loss isda base',
    {
      reason: 'ISDA is a bound of the expected cross entropy and takes no other loss as its base',
      hint: 'docs/extending.md, "ISDA and other losses", says for which of them such a bound exists',
    },
  ],
]);

/** What there is to say of an unknown key of a section called `name`; undefined where it is just unknown. */
export const refusalOf = (section: string, name: unknown, key: string): Refusal | undefined =>
  refusals.get(`${section} ${String(name)} ${key}`);
