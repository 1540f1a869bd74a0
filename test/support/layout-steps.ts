// A program that trains the same few steps in each layout on the engine given as its first argument, and loads a graph
// with invalid session options. Prints results as JSON to standard output, and TensorFlow's log, with a line before
// each session, to standard error.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reasonOf } from '../../src/common/errors.js';
import { loadBinding } from '../../src/engine/binding.js';
import { createGraphWriter } from '../../src/engine/graph-def.js';
import { createEngine } from '../../src/engine/index.js';
import { sessionConfigFile, type Layout } from '../../src/engine/session-config.js';
import type { EngineLocation } from '../../src/install/location.js';
import { readState } from '../../src/training/state.js';
import { generatedDataset, openGenerated, trainSteps, type GeneratedRun } from './generated-run.js';

export interface LayoutSteps {
  readonly outcomes: Readonly<Record<Layout, { readonly losses: readonly number[]; readonly state: string }>>;
  /** The binding's error for a file that is not a ConfigProto. */
  readonly refusal: string;
}

const binding = loadBinding(JSON.parse(process.argv[2]) as EngineLocation, 'cpu');

function refusal(): string {
  const directory = mkdtempSync(join(tmpdir(), 'isda-refused-'));
  try {
    writeFileSync(join(directory, 'saved_model.pb'), createGraphWriter().serialize('isda'));
    writeFileSync(join(directory, sessionConfigFile), Uint8Array.of(0x52, 4, 0x52, 9));
    binding.loadSavedModel(directory, 'isda');
    return 'no error';
  } catch (error) {
    return reasonOf(error);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const run: GeneratedRun = {
  dataset: generatedDataset(48, 1),
  batchSize: 16,
  seed: 3,
  dropout: 0,
  loss: { name: 'isda', lambda0: 0.5, rank: 32, schedule: 'iteration', covariance: 'full' },
  learningRate: 0.1,
};

function outcome(layout: Layout): { losses: number[]; state: string } {
  process.stderr.write(`session: ${layout}\n`);
  const engine = createEngine(binding, { kind: 'cpu', name: 'stand-in' }, { layout });
  const session = openGenerated(engine, 'captured', run);
  const losses = trainSteps(session, run, 0, 3);
  const state = Buffer.concat(
    readState(session).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );
  session.close();
  return { losses, state: state.toString('base64') };
}

const outcomes = { auto: outcome('auto'), 'channels-last': outcome('channels-last') };
process.stdout.write(JSON.stringify({ outcomes, refusal: refusal() } satisfies LayoutSteps));
