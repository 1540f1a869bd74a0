// A data set whose process can be held at a chosen image, so that a test signals a run at an exact step.
import { waitForGo } from './wait-for-go.js';

const side = 32;
const classes = 10;

/**
 * ISDA_TEST_HOLD, as JSON: `run`, text that the command line of the process to hold contains; `image`, which of the
 * images of `part` that this process reads it is held at, from 1; `folder`, where it writes its process id into `pid`,
 * and goes on once `go` is there.
 */
const hold = JSON.parse(process.env.ISDA_TEST_HOLD ?? 'null');
const isHeld = hold !== null && process.argv.join(' ').includes(hold.run);

/** Pixel `place` of an image: its class decides the level, the rest is noise that depends on the place alone. */
function level(image, place) {
  let hash = Math.imul(image + 1, 0x9e3779b1) ^ Math.imul(place + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return 40 + 15 * (image % classes) + ((hash >>> 16) & 31);
}

/** @type {import('../../src/runs/kit.js').DatasetModule['createDataset']} */
export function createDataset({ part, options }) {
  const count = Number(options[part]);
  const first = part === 'train' ? 0 : 1_000_000;
  let reads = 0;
  return {
    classNames: Array.from({ length: classes }, (_, index) => `class${index}`),
    count,
    labels: Array.from({ length: count }, (_, index) => index % classes),
    height: side,
    width: side,
    mean: [123, 123, 123],
    std: [44, 44, 44],
    read(index) {
      reads += 1;
      if (isHeld && hold.part === part && hold.image === reads) waitForGo(hold.folder);
      const pixels = new Uint8Array(side * side * 3);
      for (let place = 0; place < pixels.length; place++) pixels[place] = level(first + index, place);
      return pixels;
    },
  };
}
