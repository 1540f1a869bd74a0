// Detects promises of custom modules that never settle: Node.js would end the process as if it were done.

/**
 * Returns the same promise, but rejected with `failure` if nothing is left in this thread that could settle it. A
 * promise that is still being worked on is awaited, however long it takes.
 */
export function orUnsettled<T>(promise: T | PromiseLike<T>, failure: () => Error): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const idle = (): void => {
      reject(failure());
      // Code after the rejection may wait forever too, but the event is emitted again only after other work.
      setImmediate(() => undefined);
    };
    process.once('beforeExit', idle);
    Promise.resolve(promise)
      .then(resolve, reject)
      .finally(() => process.off('beforeExit', idle));
  });
}
