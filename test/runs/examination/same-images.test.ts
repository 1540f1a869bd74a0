// The evaluations of two runs that can be compared image by image.
import { expect, it } from 'vitest';
import { collectPredictions } from '../../../src/runs/examination/predictions.js';
import { requireSameImages, type EvaluatedRun } from '../../../src/runs/examination/same-images.js';
import { randomDataset } from '../../data/helpers.js';

const labels = [0, 1];

/** An evaluation of two images in the same folder by a network with these classes. */
function evaluated(classNames: readonly string[], official?: boolean): EvaluatedRun {
  const collector = collectPredictions(classNames, labels.length);
  const logits = new Float32Array(labels.length * classNames.length);
  collector.add({ logits, labels: Int32Array.from(labels), indices: Uint32Array.from(labels.keys()) });
  const data = { checksum: 'same', trainImages: 0, testImages: labels.length, classNames };
  return {
    evaluation: { checkpoint: `${classNames.join()}.safetensors`, part: 'test' },
    examined: {
      predictions: collector.predictions,
      source: { ...randomDataset(labels, 1), classNames, classes: classNames.length },
      data: official === undefined ? data : { ...data, official },
    },
  };
}

it('compares networks of the same classes', () => {
  const compare = () => requireSameImages(evaluated(['cat', 'dog']), evaluated(['cat', 'dog']));
  expect(compare).not.toThrow();
});

it.each([
  [['cat', 'dog'], ['ant', 'cat', 'dog'], 'one has 2 classes, the other has 3'],
  [['cat', 'dog'], ['dog', 'cat'], 'class 0 is called cat in one and dog in the other'],
  [['cat', 'dog', 'elk'], ['cat', 'dog', 'fox'], 'class 2 is called elk in one and fox in the other'],
])('refuses %j beside %j, whose labels mean other classes', (first, second, reason) => {
  const compare = () => requireSameImages(evaluated(first), evaluated(second));
  expect(compare).toThrow(`cannot compare the runs: ${reason}`);
});

it("compares CIFAR's classes with and without their names", () => {
  const compare = () => requireSameImages(evaluated(['cat', 'dog'], false), evaluated(['0', '1'], false));
  expect(compare).not.toThrow();
});
