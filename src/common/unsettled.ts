// Promises of users' code that never settle: Node.js would end the process as if its work were done.

/**
 * The same promise, but rejected with `failure` where nothing is left in this thread that could settle it. One that
 * something still works on, however long, is waited for.
 */
export function orUnsettled<T>(promise: T | PromiseLike<T>, failure: () => Error): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const idle = (): void => {
      reject(failure());
      // What the rejection starts may wait in vain too: the event comes again only after more than promises were done.
      setImmediate(() => undefined);
    };
    process.once('beforeExit', idle);
    Promise.resolve(promise)
      .then(resolve, reject)
      .finally(() => process.off('beforeExit', idle));
  });
}
