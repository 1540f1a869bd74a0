// `isda predict` with a run and with an exported network.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../../src/records/safetensors.js';
import { runCli, runHere } from '../../support/cli.js';
import { makeData, trainArgs } from '../../support/runs.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
await makeData(folder, 256);
const trained = await runHere(folder, trainArgs('run'));
if (trained.exitCode !== 0) throw new Error(trained.all);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Image `index` of the test part, as RGB pixels. */
function pixelsOf(index: number): Buffer {
  const file = readFileSync(join(folder, 'data', 'cifar-10-batches-bin', 'test_batch.bin'));
  const planes = file.subarray(index * 3073 + 1, (index + 1) * 3073);
  return Buffer.from(Array.from({ length: 3072 }, (_, at) => planes[(at % 3) * 1024 + Math.floor(at / 3)]));
}

const images = 70;
mkdirSync(join(folder, 'images', 'more'), { recursive: true });
const names = Array.from(
  { length: images },
  (_, index) => `images/${index < 40 ? '' : 'more/'}${String(index).padStart(3, '0')}.png`,
);
for (const [index, name] of names.entries()) {
  await sharp(pixelsOf(index), { raw: { width: 32, height: 32, channels: 3 } }).toFile(join(folder, name));
}
await runCli(folder, ['export', '--run', 'run', '--out', 'run.safetensors']);

interface Output {
  readonly predictions: { image: string; classes: { label: number; className: string; probability: number }[] }[];
  readonly broken: { image: string; reason: string }[];
  readonly imagesPerSecond: number;
}

async function predict(...args: string[]): Promise<{ code: number; stderr: string; output: Output }> {
  const { code, stdout, stderr } = await runCli(folder, ['predict', '--json', ...args]);
  return { code, stderr, output: JSON.parse(stdout) as Output };
}

describe('isda predict', () => {
  it('says of files what the evaluation says of the same images', async () => {
    await runCli(folder, ['evaluate', 'run', '--predictions', 'p.csv']);
    const lines = readFileSync(join(folder, 'p.csv'), 'utf8').trimEnd().split('\n').slice(1);
    const { code, output, stderr } = await predict('--run', 'run', '--folder', 'images', '--top', '1');
    expect(code).toBe(0);
    expect(output.predictions).toHaveLength(images);
    output.predictions.forEach(({ image, classes }, index) => {
      expect(image).toBe(names[index]);
      const [, , , , label, className, , confidence] = lines[index].split(',');
      expect(classes).toEqual([
        { label: Number(label), className, probability: expect.closeTo(Number(confidence), 5) as number },
      ]);
    });
    expect(stderr).toMatch(/^70 images in \d+\.\d s, [\d.]+ images per second\n$/);
  });

  it('says the same from an exported file, and from one of PyTorch with its config', async () => {
    const args = [names[3], names[55], '--top', '3'];
    const { output } = await predict('--run', 'run', ...args);
    const own = await predict('--network', 'run.safetensors', ...args);
    expect(own.output.predictions).toEqual(output.predictions);
    expect(output.predictions[0].classes).toHaveLength(3);

    const path = join(folder, 'run.safetensors');
    const { tensors } = decodeSafetensors(readFileSync(path), path);
    const wrapped = tensors.map((tensor) => ({ ...tensor, name: `module.${tensor.name}` }));
    writeFileSync(join(folder, 'plain.safetensors'), Buffer.concat(encodeSafetensors(wrapped)));
    const plain = await predict('--network', 'plain.safetensors', '--config', 'tiny-isda', ...args);
    const probabilities = (found: Output) => found.predictions.map(({ classes }) => classes.map(({ label, probability }) => [label, probability])); // prettier-ignore
    expect(probabilities(plain.output)).toEqual(probabilities(output));
    expect(plain.output.predictions[0].classes[0].className).toBe(String(output.predictions[0].classes[0].label));

    const { code, stderr } = await runCli(folder, ['predict', names[0], '--network', 'plain.safetensors']);
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'error: cannot use the network: the file does not say which network it is',
    ]);
  });

  it('takes the averages of the weights with --ema, as evaluation and export do, and says what it takes', async () => {
    const ema = await runHere(folder, trainArgs('ema', ['training.ema.decay=0.9', 'training.epochs=1']));
    expect(ema.exitCode, ema.all).toBe(0);
    interface Evaluated {
      readonly weights?: string;
      readonly testErrorPercent: number;
      readonly testLoss: number;
      readonly emaTestErrorPercent?: number;
      readonly emaTestLoss?: number;
    }
    const evaluate = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCli(folder, ['evaluate', 'ema', '--json', ...args]);
      expect(code, stderr).toBe(0);
      return { stderr, found: JSON.parse(stdout) as Evaluated };
    };
    const both = await evaluate('--predictions', 'plain.csv');
    expect(both.stderr).toContain('note: examined with the weights themselves; --ema uses the averages');
    const averaged = await evaluate('--ema', '--predictions', 'ema.csv');
    expect(averaged.stderr).not.toContain('note:');
    expect(averaged.found).toMatchObject({
      weights: 'ema',
      testErrorPercent: both.found.emaTestErrorPercent,
      testLoss: both.found.emaTestLoss,
    });
    expect(averaged.found.testLoss).not.toBe(both.found.testLoss);
    const text = await runCli(folder, ['evaluate', 'ema', '--ema']);
    expect(text.stdout).toMatch(/^weights +averages \(training\.ema\)$/m);

    const confidence = (file: string) =>
      Number(readFileSync(join(folder, file), 'utf8').split('\n')[1].split(',').at(-2));
    const top = ({ predictions }: Output): number => predictions[0].classes[0].probability;
    const plain = await predict('--run', 'ema', names[0]);
    expect(plain.stderr).toContain('note: predicted with the weights themselves; --ema uses the averages');
    expect(top(plain.output)).toBeCloseTo(confidence('plain.csv'), 5);
    const own = await predict('--run', 'ema', '--ema', names[0]);
    expect(top(own.output)).toBeCloseTo(confidence('ema.csv'), 5);
    expect(top(own.output)).not.toBeCloseTo(top(plain.output), 5);
    const exportNote = 'note: exported with the weights themselves; --ema uses the averages';
    expect((await runCli(folder, ['export', '--run', 'ema', '--out', 'weights.safetensors'])).stderr).toContain(
      exportNote,
    );
    const averages = await runCli(folder, ['export', '--run', 'ema', '--ema', '--out', 'ema.safetensors']);
    expect(averages.stderr).not.toContain('note:');
    const exported = await predict('--network', 'ema.safetensors', names[0]);
    expect(exported.output.predictions).toEqual(own.output.predictions);

    const compared = await runCli(folder, ['evaluate', 'ema', '--ema', '--compare', 'run']);
    expect(compared.code, compared.stderr).toBe(0);
    expect(compared.stdout.match(/averages \(training/g)).toHaveLength(1);
    const none = await runCli(folder, ['predict', names[0], '--run', 'run', '--ema']);
    expect([none.code, none.stderr.split('\n')[0]]).toEqual([
      1,
      'error: cannot predict with the averages: the run keeps no averages of its weights',
    ]);
  });

  it('goes on past files that cannot be read, names them and exits with 1', async () => {
    writeFileSync(join(folder, 'broken.png'), readFileSync(join(folder, names[0])).subarray(0, 300));
    writeFileSync(join(folder, 'text.jpg'), 'no image');
    const files = [names[0], 'broken.png', 'text.jpg', 'missing.png', 'images', names[1]];
    const { code, stderr, output } = await predict('--run', 'run', ...files);
    expect(code).toBe(1);
    expect(output.predictions.map(({ image }) => image)).toEqual([names[0], names[1]]);
    expect(output.broken.map(({ image }) => image)).toEqual(files.slice(1, 5));
    const lines = stderr.trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('warning: cannot read image '))).toHaveLength(4);
    expect(stderr).toContain('missing.png: there is no such file\n');
    expect(stderr).toContain('image images: it is a folder; use --folder for folders\n');
    expect(lines.at(-1)).toBe('error: cannot read 4 of 6 files: see the warnings above; the others are predicted');
  });

  it('prints lines that fit, and CSV', async () => {
    const args = ['predict', names[0], '--run', 'run', '--top', '10'];
    const narrow = await runCli(folder, args, {}, 50);
    const lines = narrow.stdout.trimEnd().split('\n');
    expect(lines[0]).toBe(names[0]);
    expect(lines.slice(1).every((line) => line.length <= 50 && /^ {2}\S+ \d+\.\d %/.test(line))).toBe(true);
    const { stdout } = await runCli(folder, [...args, '--csv']);
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head).toBe('image,rank,label,class,probability');
    expect(rows).toHaveLength(10);
    const sum = rows.reduce((total, row) => total + Number(row.split(',')[4]), 0);
    expect(sum).toBeCloseTo(1, 10);
  });

  it.each([
    ['no network', [names[0]], 'cannot predict: no network is given'],
    ['no image', ['--run', 'run'], 'cannot predict: no image is given'],
    [
      'two networks',
      [names[0], '--run', 'run', '--network', 'run.safetensors'],
      'cannot predict: both --run and --network are given',
    ],
    [
      'settings of nothing',
      [names[0], '--network', 'run.safetensors', '--set', 'a=1'],
      'cannot predict: --set changes a config, but none is given',
    ],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await runCli(folder, ['predict', ...args]);
    expect([code, stderr.split('\n')[0]]).toEqual([2, `error: ${message}`]);
  });
});

describe('the metadata of an export', () => {
  it('say how images are prepared', () => {
    const path = join(folder, 'run.safetensors');
    const { metadata } = decodeSafetensors(readFileSync(path), path);
    const { format, network, ...texts } = metadata;
    expect([format, network]).toEqual(['pt', 'resnet-8']);
    const values = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, JSON.parse(text) as unknown]));
    expect(values).toMatchObject({
      classes: 10,
      inputSize: [3, 32, 32],
      resize: 32,
      model: { name: 'resnet', depth: 8 },
    });
    const near = (numbers: number[]) => numbers.map((value) => expect.closeTo(value, 3) as number);
    expect(values['mean']).toEqual(near([0.491, 0.482, 0.447]));
    expect(values['std']).toEqual(near([0.247, 0.244, 0.262]));
  });
});
