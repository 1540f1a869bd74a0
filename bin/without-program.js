// Messages of isda.js if the program cannot be loaded: what is missing and how to get it. Needs only Node.js.
const { accessSync, constants, existsSync, statSync } = require('node:fs');
const { delimiter, dirname, join } = require('node:path');
// Read now, because it may be impossible to open files later.
const { version, dependencies } = require('../package.json');

const root = dirname(__dirname);
const oldestNode = [20, 9];

function nodeFinding(found = process.versions.node) {
  const [major, minor] = found.split('.').map(Number);
  const good = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  if (good) return { name: 'Node.js', state: 'good', value: found };
  const oldest = oldestNode.join('.');
  const advice = `install Node.js ${oldest} or newer: https://nodejs.org`;
  return { name: 'Node.js', state: 'bad', value: `${found} is older than ${oldest}`, advice };
}

/** Whether `import` from this folder would find a package. */
function isInstalled(name) {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', name, 'package.json'))) return true;
    if (folder === dirname(folder)) return false;
  }
}

/** Packages for pictures and fast JPEG decoding, which report themselves what is missing. */
const neededLater = ['@julusian/jpeg-turbo', '@resvg/resvg-js', 'dejavu-fonts-ttf'];

const neededPackages = Object.keys(dependencies).filter((name) => !neededLater.includes(name));

/** Returns the required packages, and those of `more`, that are not installed. */
const missingPackages = (more = []) => [...neededPackages, ...more].filter((name) => !isInstalled(name));

/** Formats a command to run in the program's folder. */
const here = (command) => `\`${command}\`${process.cwd() === root ? '' : ` in ${root}`}`;

/** Returns the first command that is on the PATH. */
function onPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return names
    .flatMap((name) => (name.includes('/') ? [name] : folders.map((folder) => join(folder, name))))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return statSync(path).isFile();
      } catch {
        return false;
      }
    });
}

function toolFinding(name, commands, advice) {
  const path = onPath(commands);
  if (path !== undefined) return { name, state: 'good', value: path };
  return { name, state: 'note', value: `no ${commands.join(', ')} on the PATH`, advice };
}

const tooManyFiles = (error) => /\bE[MN]FILE\b/.test(`${error.code} ${error.message}`);

/** Examines packages and the compiled program. `error`: the error of loading them. */
function partsFindings(error) {
  const isBuilt = existsSync(join(root, 'dist', 'cli', 'main.js'));
  // A clone needs compiling; a package is installed as a whole.
  const isClone = existsSync(join(root, 'package-lock.json'));
  const compilers = isBuilt ? [] : ['typescript', 'esbuild'];
  const needed = [...neededPackages, ...compilers];
  const missing = missingPackages(compilers);
  const again = 'install the package or the bundle again';
  const lack = missing.length === needed.length ? 'not installed' : `without ${missing.join(', ')}`;
  const packages =
    missing.length === 0
      ? { name: 'packages', state: 'good', value: `${needed.length} in node_modules` }
      : { name: 'packages', state: 'bad', value: lack, advice: isClone ? here('npm ci') : again };
  const build = isClone ? here('npm run build') : again;
  if (!isBuilt) return [packages, { name: 'program', state: 'bad', value: 'not compiled', advice: build }];
  if (missing.length > 0 || tooManyFiles(error))
    return [packages, { name: 'program', state: 'good', value: 'compiled' }];
  const reason = String(error.message ?? error).split('\n')[0];
  return [packages, { name: 'program', state: 'bad', value: `not loaded: ${reason}`, advice: build }];
}

function limitFindings(error) {
  if (!tooManyFiles(error)) return [];
  const value = 'the limit of open files is too low';
  return [{ name: 'open files', state: 'bad', value, advice: '`ulimit -n 1024` raises the limit' }];
}

/** Returns the findings of `isda doctor` that need nothing installed. */
function examine(error) {
  return [
    { name: 'isda', state: 'good', value: version },
    nodeFinding(),
    ...partsFindings(error),
    ...limitFindings(error),
    toolFinding('Python', ['python3'], 'install Python 3 with pip: `isda setup` downloads TensorFlow with it'),
    toolFinding(
      'C++ compiler',
      // $CXX may have further words, such as `ccache g++`.
      process.env.CXX?.trim() ? [process.env.CXX.trim().split(/\s+/)[0]] : ['g++', 'c++', 'clang++'],
      '`isda setup` compiles with it',
    ),
    { name: 'engine', state: 'note', value: 'not checked: the program cannot be loaded' },
  ];
}

const marks = { good: 'ok', note: '-', bad: 'MISSING' };

function table(findings) {
  const width = Math.max(...findings.map(({ name }) => name.length));
  return findings
    .map(({ name, state, value, advice }) => {
      const line = `${marks[state].padEnd(7)}  ${name.padEnd(width)}  ${value}`;
      return advice === undefined ? line : `${line}\n${' '.repeat(width + 11)}→ ${advice}`;
    })
    .join('\n');
}

/** Returns the advice for bad findings; `npm start` does all of it. */
function hintFor(bad) {
  const steps = bad.map(({ advice }) => advice);
  if (!steps.some((step) => step.includes('npm'))) return [...new Set(steps)].join('; ');
  const only = [...new Set(steps)].map((step) => step.replace(` in ${root}`, '')).join(', then ');
  const place = process.cwd() === root ? '' : ` in ${root}`;
  return `${only}${place}; or \`npm start\`, which does all of this and shows a demonstration`;
}

/**
 * Answers a command line where loading the program failed with `error`: `doctor` with its findings, every other command
 * with an error in words. Gives the exit code.
 */
function answerWithoutProgram(error, args, { stdout, stderr }) {
  const findings = examine(error);
  const bad = findings.filter(({ state }) => state === 'bad');
  if (args.find((word) => !word.startsWith('-')) === 'doctor') {
    const text = args.includes('--json') ? JSON.stringify({ ok: false, findings }, undefined, 2) : table(findings);
    stdout.write(`${text}\n`);
    stderr.write(`error: essential parts are missing: ${bad.map(({ name }) => name).join(', ')}\n`);
  } else {
    const reasons = bad.map(({ name, value }) => (name === 'open files' ? `open files: ${value}` : `${name} ${value}`));
    stderr.write(`error: cannot start: ${reasons.join('; ')}\n  hint: ${hintFor(bad)}\n`);
  }
  if (args.includes('--debug')) stderr.write(`${error.stack ?? error}\n`);
  return 1;
}

module.exports = { answerWithoutProgram, missingPackages };
