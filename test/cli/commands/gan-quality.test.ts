// What `isda gan quality` prints of distances.
import { expect, it } from 'vitest';
import { qualityText } from '../../../src/cli/commands/gan-quality.js';

const row = (name: string, images: number, samples: number) => ({ name, images, samples, frechetDistance: 12.345 });
const measured = { network: 'resnet-8', featureSize: 64 };

it('notes that distances of fewer images than features are too large', () => {
  const rows = [row('all', 128, 100), row('cat', 2, 64), row('dog', 64, 10), row('frog', 64, 64)];
  expect(
    qualityText({ ...measured, rows, out: '/n.png' })
      .split('\n')
      .slice(2),
  ).toEqual([
    '-----  ------  -------  --------',
    'all       128      100     12.35',
    'cat         2       64     12.35',
    'dog        64       10     12.35',
    'frog       64       64     12.35',
    'note: 2 of 4 rows have fewer images or samples than features (64), which makes their distances too large',
    '',
    '/n.png',
  ]);
});

it('says nothing where there are enough', () => {
  expect(qualityText({ ...measured, rows: [row('all', 64, 64)] })).not.toContain('note');
});
