// A user's loss that cannot be made.

export function createLoss() {
  throw new Error('this loss is broken');
}
