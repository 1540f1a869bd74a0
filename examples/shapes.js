// A custom data set: light discs, squares and crosses at random places on a dark background, drawn on request.

const side = 24;
const classNames = ['disc', 'square', 'cross'];

/** A number in 0 … 1 for each (image, purpose): the same whenever and wherever it is asked for. */
function share(image, purpose) {
  let hash = Math.imul(image + 1, 0x9e3779b1) ^ Math.imul(purpose + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

const isInside = {
  disc: (x, y, radius) => x * x + y * y <= radius * radius,
  square: (x, y, radius) => Math.max(Math.abs(x), Math.abs(y)) <= 0.85 * radius,
  cross: (x, y, radius) =>
    Math.max(Math.abs(x), Math.abs(y)) <= radius && Math.min(Math.abs(x), Math.abs(y)) <= 0.3 * radius,
};

/** @type {import('isda/kit').DatasetModule['createDataset']} */
export function createDataset({ part, options }) {
  const count = Number(options[part] ?? 300);
  // No image of one part is in the other.
  const first = part === 'train' ? 0 : 1_000_000;
  return {
    classNames,
    count,
    labels: Array.from({ length: count }, (_, index) => index % classNames.length),
    height: side,
    width: side,
    // Means over the channels of what `isda data statistics --config examples/own-data.yaml` prints.
    mean: [77, 77, 77],
    std: [66, 66, 66],
    read(index) {
      const image = first + index;
      const inside = isInside[classNames[index % classNames.length]];
      const radius = 4 + 4 * share(image, 0);
      const centre = [1, 2].map((axis) => radius + (side - 2 * radius) * share(image, axis));
      const colour = [3, 4, 5].map((channel) => 155 + 100 * share(image, channel));
      const ground = [6, 7, 8].map((channel) => 100 * share(image, channel));
      const bytes = new Uint8Array(side * side * 3);
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          const shown = inside(x - centre[0], y - centre[1], radius) ? colour : ground;
          bytes.set(shown, (y * side + x) * 3);
        }
      }
      return bytes;
    },
  };
}
