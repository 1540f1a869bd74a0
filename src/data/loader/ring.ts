// Shared memory of the loader and its workers: a ring of batches and the task queue.

/** Images per task: few enough that the tasks of a batch occupy all workers. */
export const taskImages = 16;

export interface RingShape {
  /** Number of batches in the ring. */
  readonly slots: number;
  /** Images of the largest batch. */
  readonly batchSize: number;
  readonly imageBytes: number;
}

/** Indices of the words of `control`. */
export const control = {
  /** Number of tasks published since the start. Workers wait on it. */
  published: 0,
  /** Number of tasks that workers have taken or wait for. */
  taken: 1,
  /** 1: workers must exit. */
  closed: 2,
  words: 3,
} as const;

/** Indices of the words of a slot's header. */
export const header = {
  /** Number of unfinished tasks. */
  pending: 0,
  /** Number of tasks that sent reports, whose messages may not have arrived yet. */
  reports: 1,
  /** 1: the batch is discarded. */
  dropped: 2,
  /** 1: evaluation; 0: training. */
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

/** Maximum number of unfinished tasks. */
const queueLength = ({ slots, batchSize }: RingShape): number => slots * Math.ceil(batchSize / taskImages);

/** Views of a ring's shared buffer; each thread creates its own. */
export interface Ring {
  readonly shape: RingShape;
  readonly buffer: SharedArrayBuffer;
  readonly control: Int32Array;
  readonly headers: readonly Int32Array[];
  /** Image indices of each slot's batch; workers overwrite those of broken images. */
  readonly indices: readonly Uint32Array[];
  /** Image bytes of each slot. */
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
