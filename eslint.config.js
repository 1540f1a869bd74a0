// Lint rules: strict types, no default exports, imports that point one way (docs/architecture.md).
// Import circles are refused by .dependency-cruiser.js.
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Folders from the bottom up: a folder may import only from itself and from the ones it lists. */
const parts = ['common', 'engine', 'nn'];
const training = [...parts, 'optimizers', 'models', 'losses', 'data', 'records', 'training', 'gan'];
const below = {
  common: [],
  install: ['common'],
  engine: ['common', 'install'],
  nn: ['common', 'engine'],
  optimizers: parts,
  models: parts,
  losses: parts,
  data: ['common'],
  records: ['common'],
  training: [...parts, 'optimizers', 'models', 'losses', 'data', 'records'],
  gan: training.filter((folder) => folder !== 'gan'),
  config: training,
  runs: [...training, 'config'],
  grids: [...training, 'config', 'runs'],
  report: [...training, 'config', 'runs', 'grids'],
  visualize: [...training, 'config', 'runs', 'grids', 'report'],
};
const folders = [...Object.keys(below), 'cli'];

const oneWay = Object.entries(below).map(([folder, allowed]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${folders.filter((other) => other !== folder && !allowed.includes(other)).join('|')})/`,
            message: `src/${folder} may import only from: ${[folder, ...allowed].join(', ')}.`,
          },
          ...(folder === 'engine'
            ? []
            : [{ regex: '^@tensorflow/', message: 'Only src/engine touches @tensorflow/tfjs-node-gpu.' }]),
        ],
      },
    ],
  },
}));

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'runs/', 'native/'] },
  js.configs.recommended,
  // Prettier does not wrap comments, and wraps code itself: no limit for that.
  { rules: { 'max-len': ['error', { code: 100_000, comments: 120, ignoreUrls: true }] } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/prefer-optional-chain': 'error',
      '@typescript-eslint/require-array-sort-compare': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: 'error',
      'no-param-reassign': 'error',
      'object-shorthand': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'No default exports.' },
        { selector: 'Program > VariableDeclaration[kind="let"]', message: 'No mutable module state.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      '@typescript-eslint/no-shadow': 'error',
      'max-lines': ['error', 250],
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**', 'src/install/**', 'src/engine/binding.ts', 'src/common/syntax-place.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['env', 'argv'].map((property) => ({
          ...{ object: 'process', property },
          message: 'Arguments and environment come in through CommandContext (docs/architecture.md).',
        })),
      ],
    },
  },
  { files: ['vitest*.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly' } } },
  {
    files: ['bin/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { require: 'readonly', performance: 'readonly', module: 'writable', __dirname: 'readonly' },
    },
  },
  ...oneWay,
);
