// Predictions of image files by an exported network.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { experimentSchema } from '../../../src/config/schema.js';
import { exportFresh } from '../../../src/runs/exchange.js';
import { networkOfFile } from '../../../src/runs/prediction/network.js';
import { predictFiles, type FilePrediction } from '../../../src/runs/prediction/predict-files.js';
import { projectRoot } from '../../config/support.js';
import { runCli, runHere } from '../../support/cli.js';
import { testEngine } from '../../support/engine.js';
import { findTorch } from '../../support/torch.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const python = findTorch();
const context = { environment: {}, workingDirectory: folder, now: Date.now };
const openEngine = () => Promise.resolve(testEngine());

it('gives the softmax of the logits, most probable first, in the order of the files, and names the broken one', async () => {
  const config = experimentSchema.parse({ experiment: 'fresh', model: { name: 'resnet', depth: 8 } });
  const out = join(folder, 'fresh.safetensors');
  await exportFresh(config, out, context);
  const network = await networkOfFile(out, undefined, context);
  const paths = await Promise.all(
    [10, 90, 170, 250].map(async (level) => {
      const path = join(folder, `${level}.png`);
      const pixels = Buffer.from(Array.from({ length: 32 * 32 * 3 }, (_, at) => (level + at) & 255));
      await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } }).toFile(path);
      return path;
    }),
  );
  writeFileSync(paths[2], 'no image');
  const predicted = async (batchSize: number): Promise<FilePrediction[]> => {
    const all: FilePrediction[] = [];
    for await (const batch of predictFiles(network, paths, { top: 3, batchSize }, { openEngine })) all.push(...batch);
    return all;
  };
  const found = await predicted(3);
  expect(found.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  expect(found.map((each) => 'broken' in each)).toEqual([false, false, true, false]);
  const whole = found.flatMap((each) => ('broken' in each ? [] : [each]));
  for (const { classes, logits } of whole) {
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    const expected = logits
      .map((logit, label) => ({ label, className: String(label), probability: Math.exp(logit) / sum }))
      .sort((a, b) => b.probability - a.probability);
    expect(classes).toEqual(
      expected.slice(0, 3).map((each) => ({ ...each, probability: expect.closeTo(each.probability, 6) as number })),
    );
  }
  expect(new Set(whole.map(({ logits }) => logits[0])).size).toBe(3);
  // In batches of one image.
  const alone = (await predicted(1)).flatMap((each) => ('broken' in each ? [] : [each.logits]));
  alone.forEach((logits, at) => {
    logits.forEach((logit, label) => expect(logit).toBeCloseTo(whole[at].logits[label], 5));
  });
});

it.each([
  [60_000, 'images of 60000 x 60000 take', 'a smaller --batch takes less', 2],
  [60_000, '1 image of 60000 x 60000 takes', 'this is the input size of the network', 1],
  [20_000, 'with 1 image of 20000 x 20000 it takes', 'this is the input size of the network', 1],
])('refuses images that do not fit into memory: %i pixels', async (side, says, hint, files) => {
  const config = experimentSchema.parse({ experiment: 'large', model: { name: 'resnet', depth: 8 } });
  const out = join(folder, `large-${side}-${files}.safetensors`);
  await exportFresh(config, out, context);
  const { parts, ...network } = await networkOfFile(out, undefined, context);
  const large = { ...network, parts: { ...parts, format: { ...parts.format, height: side, width: side } } };
  const paths = Array.from({ length: files }, () => join(folder, 'none.png'));
  await expect(predictFiles(large, paths, { top: 1, batchSize: 64 }, { openEngine }).next()).rejects.toMatchObject({
    code: 'engine/memory',
    message: expect.stringContaining(says) as string,
    hint: expect.stringContaining(hint) as string,
  });
});

it.skipIf(python === undefined)('gives the logits of the Python of docs/networks.md', async () => {
  const photos: string[] = [];
  for (const [label, name] of ['red', 'green', 'blue'].entries()) {
    for (const part of ['train', 'val']) {
      mkdirSync(join(folder, 'photos', part, name), { recursive: true });
      for (let index = 0; index < 4; index++) {
        const pixels = Buffer.from(Array.from({ length: 60 * 45 * 3 }, (_, at) => ((at % 3 === label ? 190 : 90) + ((at * (index + 3)) % 61)) & 255)); // prettier-ignore
        // One is rotated, with the orientation in its EXIF data.
        const isTurned = index === 3;
        const file = join(folder, 'photos', part, name, `${index}.${isTurned ? 'jpg' : 'png'}`);
        const size = isTurned ? { width: 45, height: 60 } : { width: 60, height: 45 };
        const image = sharp(pixels, { raw: { ...size, channels: 3 } });
        await (isTurned ? image.withMetadata({ orientation: 6 }) : image).toFile(file);
        if (part === 'val') photos.push(file);
      }
    }
  }
  const sets = [
    ...['dataset.name=image-folder', 'dataset.dir=photos', 'dataset.imageSize=32', 'dataset.resize=40'],
    // Worker threads run the built files; here all code runs from the sources.
    ...['dataset.orientation=apply', 'training.workers=0'],
    ...['model.name=imagenet-resnet', 'model.depth=18', 'training.epochs=2', 'training.batchSize=4'],
    ...['training.evaluationBatchSize=12', 'optimizer.learningRate=0.01', 'loss.name=cross-entropy'],
    'dataset.subset=12',
    'dataset.testSubset=12',
  ].flatMap((set) => ['--set', set]);
  const run = await runHere(folder, ['train', '--config', 'tiny-cross-entropy', ...sets, '--out', 'folder']);
  expect(run.exitCode, run.all).toBe(0);
  const out = join(folder, 'folder.safetensors');
  const exported = await runCli(folder, ['export', '--run', 'folder', '--out', out]);
  expect(exported.code, exported.stderr).toBe(0);

  const docs = readFileSync(join(projectRoot, 'docs/networks.md'), 'utf8');
  const [, script] = /```python\n([^]*?)```/.exec(docs)!;
  writeFileSync(join(folder, 'use.py'), `${script}print(json.dumps(logits.tolist()))\n`);
  const { stdout } = await execa(python!, ['use.py', out, ...photos], { cwd: folder });
  const lines = stdout.split('\n');
  const expected = JSON.parse(lines.at(-1)!) as number[][];

  const network = await networkOfFile(out, undefined, context);
  const logits: (readonly number[])[] = [];
  for await (const batch of predictFiles(network, photos, { top: 1, batchSize: 5 }, { openEngine })) {
    for (const prediction of batch) {
      if ('broken' in prediction) throw new Error(prediction.broken);
      expect(lines[prediction.index]).toContain(` ${prediction.classes[0].className} `);
      logits.push(prediction.logits);
    }
  }
  expect(logits).toHaveLength(expected.length);
  const differences = logits.flatMap((row, at) => row.map((value, label) => Math.abs(value - expected[at][label])));
  expect(Math.max(...differences)).toBeLessThan(1e-4);
  expect(Math.max(...expected.flat()) - Math.min(...expected.flat())).toBeGreaterThan(0.1);
});
