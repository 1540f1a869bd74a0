// Checks the environment variables that TensorFlow and CUDA read while loading, which do not report invalid values.
import { existsSync } from 'node:fs';
import { cannot } from '../common/errors.js';
import { flagNamesIn, flagWords, unknownFlags } from './flag-names.js';
import { persistentBatchNormVariable, type Variables } from './settings.js';
import { checkThreadVariables } from './threads.js';

/** Variables that switch something on or off; unrecognized values count as unset. */
const switchVariables = [
  ...['TF_DETERMINISTIC_OPS', 'TF_CUDNN_DETERMINISTIC', 'TF_ENABLE_ONEDNN_OPTS', 'TF_FORCE_GPU_ALLOW_GROWTH'],
  ...['NVIDIA_TF32_OVERRIDE', persistentBatchNormVariable],
];

/** Errors: a switch variable has a value other than 0, 1, true or false. */
function checkSwitchVariables(environment: Readonly<Variables>): void {
  for (const name of switchVariables) {
    const value = environment[name];
    if (value === undefined || /^(?:0|1|true|false|)$/i.test(value)) continue;
    throw cannot('load the engine', `the environment variable ${name} is ${value}, expected 0 or 1`, {
      code: 'engine/settings',
      kind: 'usage',
      hint: 'correct it, or unset it',
    });
  }
}

/** Variables with flags for TensorFlow, which ends the process at a word that is not a flag. */
const flagVariables = ['TF_XLA_FLAGS', 'XLA_FLAGS'];

/** Errors: a variable with flags contains a word that is neither a flag nor a file of flags. */
function checkFlagVariables(environment: Readonly<Variables>): void {
  for (const name of flagVariables) {
    const words = flagWords(environment[name] ?? '');
    const file = words.length === 1 && !words[0].startsWith('-') && existsSync(words[0]);
    const stray = file ? undefined : words.find((word) => !/^--\w+(?:=[^]*)?$/.test(word));
    if (stray === undefined) continue;
    throw cannot(
      'load the engine',
      `the environment variable ${name} contains ${stray}, expected flags such as --name=value`,
      {
        code: 'engine/settings',
        kind: 'usage',
        hint: `correct it, or unset it`,
      },
    );
  }
}

/** Errors: a variable contains a flag that the libraries in the folder of `libraryPath` do not know. */
function requireKnownFlags(environment: Readonly<Variables>, libraryPath: string): void {
  for (const name of flagVariables) {
    const [unknown] = unknownFlags(flagNamesIn(environment[name]), libraryPath);
    if (unknown === undefined) continue;
    const reason = `the environment variable ${name} contains --${unknown}, which this version of TensorFlow does not support`;
    throw cannot('load the engine', reason, {
      code: 'engine/settings',
      kind: 'usage',
      hint: 'correct it, or leave it out',
    });
  }
}

/**
 * Errors (usage): a variable has a value that TensorFlow does not accept, or, with `libraryPath`, a flag that the
 * libraries in its folder do not know.
 */
export function checkVariables(environment: Readonly<Variables>, libraryPath?: string): void {
  checkThreadVariables(environment);
  checkSwitchVariables(environment);
  checkFlagVariables(environment);
  if (libraryPath !== undefined) requireKnownFlags(environment, libraryPath);
}
