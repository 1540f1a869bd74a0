// Shared memory of the loader and its workers: a ring of batches and the task queue.

/** Worker threads take this many images at a time: few enough that a batch is spread over all of them. */
export const taskImages = 16;

export interface RingShape {
  /** Batches in the ring. */
  readonly slots: number;
  /** Images of the largest batch. */
  readonly batchSize: number;
  readonly imageBytes: number;
}

/** Words of `control`. */
export const control = {
  /** Tasks that may be taken, counted from the start. Workers sleep on it. */
  published: 0,
  /** Tasks that workers have taken or wait for. */
  taken: 1,
  /** 1: workers shall end. */
  closed: 2,
  words: 3,
} as const;

/** Words of a slot's header. */
export const header = {
  /** Tasks that are not done. */
  pending: 0,
  /** Tasks that sent reports; the messages may still be on their way. */
  reports: 1,
  /** 1: the batch is not wanted any more. */
  dropped: 2,
  /** 1: evaluation. */
  evaluates: 3,
  epoch: 4,
  words: 5,
} as const;

/** Words of a task: its slot, its first image in the batch, and the one after its last. */
const taskWords = 3;

const bytesOf = (shape: RingShape) => {
  const { slots, batchSize, imageBytes } = shape;
  const words = control.words + slots * (header.words + batchSize) + taskWords * queueLength(shape);
  const imagesFrom = Math.ceil((4 * words) / 64) * 64;
  return { imagesFrom, total: imagesFrom + slots * batchSize * imageBytes };
};

/** Tasks that can be open at a time. */
const queueLength = ({ slots, batchSize }: RingShape): number => slots * Math.ceil(batchSize / taskImages);

/** Views of a ring's memory; each thread makes its own of the one buffer. */
export interface Ring {
  readonly shape: RingShape;
  readonly buffer: SharedArrayBuffer;
  readonly control: Int32Array;
  readonly headers: readonly Int32Array[];
  /** Of each slot: which images the batch is made of; workers write over those that are broken. */
  readonly indices: readonly Uint32Array[];
  /** Of each slot: its images. */
  readonly images: readonly Uint8Array[];
  readonly writeTask: (task: number, slot: number, first: number, end: number) => void;
  readonly readTask: (task: number) => { readonly slot: number; readonly first: number; readonly end: number };
}

export function openRing(
  shape: RingShape,
  buffer: SharedArrayBuffer = new SharedArrayBuffer(bytesOf(shape).total),
): Ring {
  const { slots, batchSize, imageBytes } = shape;
  let offset = 0;
  const words = <T>(length: number, View: new (buffer: SharedArrayBuffer, offset: number, length: number) => T): T => {
    const view = new View(buffer, offset, length);
    offset += 4 * length;
    return view;
  };
  const perSlot = <T>(make: (slot: number) => T): T[] => Array.from({ length: slots }, (_, slot) => make(slot));
  const controlWords = words(control.words, Int32Array);
  const headers = perSlot(() => words(header.words, Int32Array));
  const indices = perSlot(() => words(batchSize, Uint32Array));
  const queue = queueLength(shape);
  const tasks = words(taskWords * queue, Int32Array);
  const slotBytes = batchSize * imageBytes;
  const { imagesFrom } = bytesOf(shape);
  const at = (task: number): number => taskWords * (task % queue);
  return {
    shape,
    buffer,
    control: controlWords,
    headers,
    indices,
    images: perSlot((slot) => new Uint8Array(buffer, imagesFrom + slot * slotBytes, slotBytes)),
    writeTask: (task, slot, first, end) => tasks.set([slot, first, end], at(task)),
    readTask: (task) => {
      const [slot, first, end] = tasks.subarray(at(task), at(task) + taskWords);
      return { slot, first, end };
    },
  };
}
