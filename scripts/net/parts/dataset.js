// A user's data set: three classes of 16 x 16 images, each a ramp of its own with noise that depends on the index.

const side = 16;

export function createDataset({ part, options }) {
  const count = options[part];
  const first = part === 'train' ? 0 : 1000;
  return {
    classNames: ['red', 'green', 'blue'],
    count,
    labels: Array.from({ length: count }, (_, index) => index % 3),
    height: side,
    width: side,
    mean: [120, 120, 120],
    std: [60, 60, 60],
    read: (index) =>
      Uint8Array.from({ length: side * side * 3 }, (_, at) => {
        const ramp = at % 3 === index % 3 ? 255 - (at % (3 * side)) : 90;
        return (ramp + ((at * 7919 + (first + index) * 104729) % 61)) % 256;
      }),
  };
}
