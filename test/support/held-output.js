// Loaded before a program: holds it once it has printed a chosen line.
import { isMainThread } from 'node:worker_threads';
import { waitForGo } from './wait-for-go.js';

/**
 * ISDA_TEST_HOLD, as JSON: `run`, text that the command line of the process to hold contains; `line`, a regular
 * expression of the line that it is held after; `folder`, as in held-images.js.
 */
const hold = JSON.parse(process.env.ISDA_TEST_HOLD ?? 'null');

if (isMainThread && hold?.line !== undefined && process.argv.join(' ').includes(hold.run)) {
  const pattern = new RegExp(hold.line, 'm');
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (chunk, ...rest) => {
    const flowing = write(chunk, ...rest);
    if (pattern.test(String(chunk))) {
      process.stdout.write = write;
      waitForGo(hold.folder);
    }
    return flowing;
  };
}
