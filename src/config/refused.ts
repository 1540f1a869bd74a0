// Keys left out of the schema on purpose, with the reasons that errors give.

/** The reason why a key is refused, and a reference to the documentation. */
interface Refusal {
  readonly reason: string;
  readonly hint: string;
}

/** Refused keys, by the section's key, its `name` and the key. */
const refusals: ReadonlyMap<string, Refusal> = new Map([
  [
    'loss isda base',
    {
      reason: 'ISDA is a bound of the expected cross entropy and supports no other base loss',
      hint: 'docs/extending.md, "ISDA and other losses", explains for which losses such a bound exists',
    },
  ],
]);

/** Refused keys of a generator's config, at its root and in its section `gan`. */
const generatorOptimizer: Refusal = {
  reason: 'a generator is trained by the optimizer of its kind: wgan by RMSprop, the others by Adam',
  hint: 'gan.learningRate sets its learning rate, gan.beta1 the beta1 of Adam; only `isda train` supports other and custom optimizers',
};

/** Returns why an unknown key of a generator's config is refused; undefined if there is no special reason. */
export const generatorRefusalOf = (section: string, key: string): Refusal | undefined =>
  key === 'optimizer' && (section === '' || section === 'gan') ? generatorOptimizer : undefined;

/** Returns why an unknown key of the section `name` is refused; undefined if there is no special reason. */
export const refusalOf = (section: string, name: unknown, key: string): Refusal | undefined =>
  refusals.get(`${section} ${String(name)} ${key}`);
