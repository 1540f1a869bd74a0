// Goes over images several at a time, where reading them waits for another thread.

/** Images that are read at a time: as many as libuv has threads by default. */
const slots = 4;

/** Calls `visit` for 0 … count − 1, at most four at a time; `done` after each with how many are done. The first error ends it. */
export async function eachImage(
  count: number,
  visit: (index: number) => Promise<void>,
  done: (visited: number) => void,
): Promise<void> {
  let next = 0;
  let visited = 0;
  let failed = false;
  const slot = async (): Promise<void> => {
    while (next < count && !failed) {
      try {
        await visit(next++);
      } catch (error) {
        failed = true;
        throw error;
      }
      done(++visited);
    }
  };
  await Promise.all(Array.from({ length: slots }, slot));
}
