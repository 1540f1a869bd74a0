// Printing: key order, the JSON Schema.
import { describe, expect, it } from 'vitest';
import { jsonSchema, printConfig } from '../../src/config/print.js';
import { experimentSchema } from '../../src/config/schema.js';

const base = experimentSchema.parse({ experiment: 'x', loss: { name: 'isda' } });

describe('printConfig', () => {
  it('prints keys in the order of the schema whatever order they come in', () => {
    const { experiment, training, ...others } = base;
    const { seed, ...restOfTraining } = training;
    const shuffled = { ...others, training: { seed, ...restOfTraining }, experiment };
    expect(printConfig(shuffled)).toBe(printConfig(base));
    expect(printConfig(base).split('\n').slice(0, 5)).toEqual([
      'experiment: x',
      'dataset:',
      '  name: cifar10',
      '  holdout: 0',
      'augmentation:',
    ]);
    expect(printConfig(base)).toContain('  milestones: [80, 120]\n');
  });
});

describe('jsonSchema', () => {
  it('describes a config file: extends allowed, nothing required, unknown keys refused, descriptions kept', () => {
    expect(jsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      required: [],
      additionalProperties: false,
      properties: {
        extends: { anyOf: [{ type: 'string' }, { type: 'array' }] },
        training: {
          properties: {
            epochs: { type: 'integer', minimum: 1, default: 160, description: expect.any(String) as string },
          },
        },
      },
    });
  });
});
