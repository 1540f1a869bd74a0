// Asynchronous work on many items, a few at a time: thousands of files are more than a process may have open.

const maxConcurrent = 64;

/** The results of `work` on every item, in order. */
export async function mapInTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += maxConcurrent) {
    results.push(...(await Promise.all(items.slice(start, start + maxConcurrent).map(work))));
  }
  return results;
}
