// Colours of error, warning, hint and stopped: on terminals that have them, or with FORCE_COLOR.
import { PassThrough } from 'node:stream';
import { WriteStream } from 'node:tty';
import { expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import { coloured } from '../../../src/cli/terminal/colours.js';

const { getColorDepth } = Object.getOwnPropertyDescriptors(WriteStream.prototype);
const colourMethods = { getColorDepth };

/** The error that a wrong command line prints to a stderr of this kind. */
async function errorOn(terminal: boolean, environment: Record<string, string>): Promise<string> {
  const through = new PassThrough();
  let text = '';
  through.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const stream = Object.assign(through, terminal ? { isTTY: true, columns: 80 } : {}) as unknown as NodeJS.WriteStream;
  // The answer of a Node.js stream, without a terminal.
  if (terminal) Object.setPrototypeOf(stream, Object.create(PassThrough.prototype, colourMethods) as object);
  const code = await main(['figure', 'curve', '--run', 'gone', '--out', 'x.svg'], {
    ...{ stdout: stream, stderr: stream, environment, workingDirectory: '/', now: Date.now, clock: Date.now },
    onSignal: () => () => undefined,
    exit: (): never => {
      throw new Error('exit');
    },
  });
  expect(code).not.toBe(0);
  return text;
}

it('colours the word "error" on a terminal with colours', async () => {
  const [plain, coloured16] = await Promise.all([errorOn(false, { TERM: 'xterm' }), errorOn(true, { TERM: 'xterm' })]);
  expect(plain).toMatch(/^error: cannot /);
  expect(coloured16).toMatch(/^\u001b\[1;31merror\u001b\[0m: cannot /); // eslint-disable-line no-control-regex
  // eslint-disable-next-line no-control-regex
  expect(coloured16.replaceAll(/\u001b\[[\d;]*m/g, '')).toBe(plain);
});

it.each<Record<string, string>>([{ TERM: 'dumb' }, { TERM: 'xterm', NO_COLOR: '1' }])('keeps to %j', async (set) => {
  expect(await errorOn(true, set)).toBe(await errorOn(false, set));
});

it('ignores an empty NO_COLOR', async () => {
  expect(await errorOn(true, { TERM: 'xterm', NO_COLOR: '' })).toBe(await errorOn(true, { TERM: 'xterm' }));
});

it.each<Record<string, string>>([
  { FORCE_COLOR: '1' },
  { FORCE_COLOR: '' },
  { FORCE_COLOR: 'true', TERM: 'dumb' },
  { FORCE_COLOR: '3', NO_COLOR: '1' },
])('colours the output to a file or a pipe with %j', async (set) => {
  expect(await errorOn(false, set)).toBe(await errorOn(true, { TERM: 'xterm' }));
});

it.each(['0', 'false'])('prints no colours with FORCE_COLOR=%s', async (value) => {
  expect(await errorOn(true, { TERM: 'xterm', FORCE_COLOR: value })).toBe(await errorOn(false, { TERM: 'xterm' }));
});

it('colours such a word only at the start of a line', () => {
  expect(coloured('the error: x\n  hint: y\nstopped by SIGINT: z\n')).toBe(
    'the error: x\n  \u001b[36mhint\u001b[0m: y\n\u001b[1;33mstopped\u001b[0m by SIGINT: z\n',
  );
});
