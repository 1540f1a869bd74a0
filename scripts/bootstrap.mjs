// Makes a fresh clone ready to run: npm packages, the build, the engine. Node.js built-ins only.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root. */
export const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The oldest version of Node.js that runs the project, as `engines` of package.json. */
const oldestNode = [20, 9];

/** An expected failure: shown without a stack. */
export class StepError extends Error {}

/**
 * Runs a program with its output shown (`show`) or kept and shown only when it fails.
 * Resolves to the exit code, or throws a StepError where `action` names what failed.
 */
export function run(program, args, { cwd = projectRoot, environment = process.env, show = false, action } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd,
      env: environment,
      stdio: ['ignore', ...Array(2).fill(show ? 'inherit' : 'pipe')],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => fail(new StepError(`cannot ${action ?? `run ${program}`}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0 || action === undefined) return done(code ?? 1);
      const lines = output.split('\n').filter((line) => line.trim() !== '');
      const tail = lines.slice(-12).map((line) => `\n  ${line}`);
      fail(new StepError(`cannot ${action}: ${program} ended with ${signal ?? `exit code ${code}`}${tail.join('')}`));
    });
  });
}

/** Throws where Node.js is too old. */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  throw new StepError(
    `cannot start: Node.js ${version} is too old, ${oldestNode.join('.')} or newer is needed (https://nodejs.org)`,
  );
}

function hashOf(root, paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) for (const name of readdirSync(full).sort()) add(join(path, name));
    else hash.update(`${path}\0`).update(readFileSync(full)).update('\0');
  };
  paths.forEach(add);
  return hash.digest('hex');
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}

/** Whether node_modules holds what package-lock.json says: by our stamp, or by the record npm leaves. */
function packagesAreCurrent(root) {
  const stamp = readText(join(root, 'node_modules', '.isda-lock'));
  if (stamp !== undefined) return stamp === hashOf(root, ['package-lock.json']);
  const record = statSync(join(root, 'node_modules', '.package-lock.json'), { throwIfNoEntry: false });
  return record !== undefined && record.mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

/** Whether dist was built from the sources as they are now. */
function buildIsCurrent(root) {
  return readText(join(root, 'dist', '.built-from')) === hashOf(root, buildInputs);
}

const buildInputs = ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'scripts/bundle-program.mjs'];

/** A step's line on the terminal: seconds since the start and what is done. */
export function stepLogger(write = (text) => process.stderr.write(text), now = Date.now) {
  const started = now();
  return (line) => write(`[${((now() - started) / 1000).toFixed(1).padStart(6)} s] ${line}\n`);
}

/** Deletes the build, without `chunks`: a run that began with it may still load some. */
function removeBuild(root) {
  const dist = join(root, 'dist');
  const names = existsSync(dist) ? readdirSync(dist) : [];
  for (const name of names.filter((each) => each !== 'chunks')) rmSync(join(dist, name), { recursive: true });
}

/** Does what is missing of: `npm ci`, `npm run build`, and (unless `engine` is false) `isda setup`. */
export async function bootstrap({
  root = projectRoot,
  environment = process.env,
  log = stepLogger(),
  engine = true,
} = {}) {
  checkNode();
  const options = { cwd: root, environment };
  if (!packagesAreCurrent(root)) {
    log('installing packages (npm ci)');
    const install = ['ci', '--include=dev', '--no-audit', '--no-fund'];
    await run('npm', install, { ...options, action: 'install the packages' });
    writeFileSync(join(root, 'node_modules', '.isda-lock'), `${hashOf(root, ['package-lock.json'])}\n`);
  }
  if (!buildIsCurrent(root)) {
    log('compiling the program (npm run build)');
    removeBuild(root);
    await run('npm', ['run', 'build'], { ...options, action: 'compile the program' });
    writeFileSync(join(root, 'dist', '.built-from'), `${hashOf(root, buildInputs)}\n`);
  }
  if (engine) {
    log('setting up the engine (isda setup)');
    const code = await run(process.execPath, ['bin/isda.js', 'setup'], { ...options, show: true });
    if (code !== 0) throw new StepError('cannot continue: the engine could not be set up (see above)');
  }
  log('ready');
}

/** Whether a module was started as the program, rather than imported. */
export function isMain(url) {
  const program = process.argv[1];
  return existsSync(program ?? '') && realpathSync(program) === realpathSync(fileURLToPath(url));
}

/** Runs `main`; prints a StepError as one message, and sets the exit code. */
export async function runScript(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = 1;
  }
}

if (isMain(import.meta.url)) {
  await runScript(async () => {
    await bootstrap();
    return 0;
  });
}
