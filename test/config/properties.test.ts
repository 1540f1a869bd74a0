// Properties of all configs: printed configs load to the same values, typos get hints, no bytes crash the loader.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { distance } from 'fastest-levenshtein';
import { describe, expect, it } from 'vitest';
import { IsdaError } from '../../src/common/errors.js';
import { alternatives, chosen, knownKeys, schemaAt } from '../../src/config/describe.js';
import { fingerprint } from '../../src/config/fingerprint.js';
import { printConfig } from '../../src/config/print.js';
import { experimentSchema, experimentTree, type ExperimentConfig } from '../../src/config/schema.js';
import { folderOf, loadIn, messageOf } from './support.js';

const integer = (max: number) => fc.integer({ min: 1, max });
const rate = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const positive = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
const text = fc.string({ unit: 'binary', minLength: 1 });
const optional = { requiredKeys: [] as never[] };

const configs: fc.Arbitrary<ExperimentConfig> = fc
  .record({
    experiment: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$/),
    dataset: fc.record(
      {
        name: fc.constantFrom('cifar10', 'cifar100'),
        dir: text,
        subset: fc.integer({ min: 11, max: 49_990 }),
        holdout: integer(10),
      },
      { requiredKeys: ['name'] },
    ),
    augmentation: fc.record(
      {
        padCrop: fc.oneof(
          fc.constant(false),
          fc.record({ padding: integer(16), mode: fc.constantFrom('reflect', 'zero') }, optional),
        ),
        flip: fc.boolean(),
      },
      optional,
    ),
    model: fc.record(
      { name: fc.constant('resnet'), depth: integer(50).map((n) => 6 * n + 2), dropout: rate },
      { requiredKeys: ['name'] },
    ),
    loss: fc.oneof(
      fc.constant({ name: 'cross-entropy' }),
      fc.record(
        { name: fc.constant('isda'), lambda0: positive, schedule: fc.constantFrom('iteration', 'epoch', 'constant') },
        { requiredKeys: ['name'] },
      ),
    ),
    optimizer: fc.record({ learningRate: positive, momentum: rate, weightDecay: positive }, optional),
    schedule: fc.oneof(
      fc.constant({ name: 'cosine' }),
      fc.record({
        name: fc.constant('step'),
        milestones: fc.uniqueArray(integer(1000)).map((epochs) => epochs.sort((a, b) => a - b)),
      }),
    ),
    training: fc.record({ epochs: integer(2000), seed: fc.integer({ min: 0, max: 0xffff_ffff }) }, optional),
    output: fc.record({ dir: text }, optional),
  })
  .map((input) => experimentSchema.parse(input));

describe('printConfig', () => {
  it('reads back to an equal config of the same fingerprint', () => {
    const folder = folderOf({});
    fc.assert(
      fc.property(configs, (config) => {
        writeFileSync(join(folder, 'config.yaml'), printConfig(config));
        const read = loadIn(folder, 'config.yaml').config;
        expect(read).toEqual(config);
        expect(fingerprint(read)).toBe(fingerprint(config));
      }),
    );
  });
});

interface MapOfSchema {
  readonly path: string[];
  readonly value: Record<string, unknown>;
  readonly keys: readonly string[];
  /** The other keys of its section, which select the section's alternative. */
  readonly beside?: Record<string, unknown>;
}

/** Every map of the schema: its path, a value that selects it, and its keys. */
function everyMap(): MapOfSchema[] {
  const root = experimentTree;
  const sections = Object.entries(root.properties ?? {}).flatMap(([section, node]) =>
    alternatives(node as Exclude<typeof node, boolean>).flatMap((option) => {
      const name = option.properties?.name;
      const value = typeof name === 'object' ? { name: name.const ?? name.enum?.[0] } : {};
      const inner = Object.keys(option.properties ?? {}).flatMap((key) => {
        const below = schemaAt(root, [section, key], { [section]: value });
        const keys = below === undefined ? [] : knownKeys(chosen(below, {}), {});
        return keys.length === 0 ? [] : [{ path: [section, key], value: {}, keys, beside: value }];
      });
      const keys = Object.keys(option.properties ?? {});
      return keys.length === 0 ? [] : [{ path: [section], value, keys }, ...inner];
    }),
  );
  return [{ path: [], value: {}, keys: Object.keys(root.properties ?? {}) }, ...sections];
}

const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-');
const typos = fc
  .record({
    map: fc.constantFrom(...everyMap()),
    key: fc.nat(),
    at: fc.nat(),
    kind: fc.constantFrom('drop', 'add', 'change'),
    letter,
  })
  .map(({ map, key: index, at, kind, letter }) => {
    const key = map.keys[index % map.keys.length];
    const i = at % key.length;
    return {
      map,
      key,
      typo: key.slice(0, i) + (kind === 'drop' ? '' : letter) + key.slice(kind === 'add' ? i : i + 1),
    };
  })
  .filter(({ map, typo }) => !map.keys.includes(typo) && typo !== '');

describe('a key with one wrong letter', () => {
  it('is refused with the right key as the hint, or with those that are nearer or as near', () => {
    const folder = folderOf({});
    fc.assert(
      fc.property(typos, ({ map: { path, value, keys, beside = {} }, key, typo }) => {
        const { [key]: replaced = 1, ...others } = value;
        const changed = { ...others, [typo]: replaced };
        const tree = path.reduceRight<unknown>(
          (inner, name, depth) => (depth === 1 ? { ...beside, [name]: inner } : { [name]: inner }),
          changed,
        );
        writeFileSync(join(folder, 'x.yaml'), JSON.stringify(tree));
        const message = messageOf(folder, 'x.yaml');
        const edits = (known: string): number => distance(typo.toLowerCase(), known.toLowerCase());
        const near = keys.filter((known) => edits(known) === Math.min(...keys.map(edits)));
        expect(message).toMatch(
          new RegExp(`unknown key ${[...path, typo].join('\\.')}$|did you mean \\w+ instead of ${typo}\\?`, 'm'),
        );
        for (const known of near) expect(message).toMatch(new RegExp(`did you mean .*\\b${known}\\b`));
      }),
      { numRuns: 500 },
    );
  });
});

describe('any input', () => {
  const survives = (folder: string, overrides: readonly string[] = []): void => {
    try {
      loadIn(folder, 'x.yaml', overrides);
    } catch (error) {
      if (!(error instanceof IsdaError) || error.kind !== 'usage') throw error;
      expect(error.message).toMatch(/^cannot use config /);
    }
  };
  const valid = 'extends: b.yaml\nloss: &a\n  name: isda # why\nschedule: {name: step, milestones: [1, 2]}\nx: *a\n';
  const symbols = fc.string({
    unit: fc.constantFrom(...'ab:-?[]{},&*!|>\'"%@`#\n\t \r0.', '\u00e9', '\u{1f600}', '<<'),
  });

  it('loads or is refused as an expected error: bytes, symbols of YAML, changed configs, --set', () => {
    const folder = folderOf({ 'b.yaml': 'training: {epochs: 2}\n' });
    const put = (contents: string | Uint8Array): void => {
      writeFileSync(join(folder, 'x.yaml'), contents);
      survives(folder);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), put), { numRuns: 300 });
    fc.assert(fc.property(symbols, put), { numRuns: 1000 });
    fc.assert(
      fc.property(fc.nat(valid.length), fc.nat(5), symbols, (at, cut, extra) =>
        put(valid.slice(0, at) + extra + valid.slice(at + cut)),
      ),
      { numRuns: 1000 },
    );
    put('{}');
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            symbols,
            symbols.map((value) => `loss.name=${value}`),
          ),
          { maxLength: 3 },
        ),
        (set) => survives(folder, set),
      ),
      { numRuns: 500 },
    );
  });
});
