// Runs the net's command lines with one checkout and writes what they print and write, normalized.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StepError, stepLogger } from '../bootstrap.mjs';
import { commands as smoke, writeInputs } from '../smoke.mjs';
import { chains, preparation, studyFile } from './commands.mjs';
import { harvest } from './files.mjs';
import { normalizeJson, normalizeText } from './text.mjs';

/** Everything runs here, so that no path differs between two recordings. */
const work = join(tmpdir(), 'isda-net');
const places = { smoke: join(work, 'smoke'), runs: join(work, 'runs') };
const workers = 2;

function alive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A copy of the checkout without its packages, which are linked, and a cache folder with the engine alone. */
function openWorkspace(repo) {
  const holder = join(work, 'pid');
  if (existsSync(holder) && alive(Number(readFileSync(holder, 'utf8')))) {
    throw new StepError(`cannot record: process ${readFileSync(holder, 'utf8')} is recording in ${work}`);
  }
  rmSync(work, { recursive: true, force: true });
  for (const folder of ['repo', 'home', 'smoke', 'runs']) mkdirSync(join(work, folder), { recursive: true });
  writeFileSync(holder, String(process.pid));
  const left = new Set(['node_modules', '.git', 'coverage', 'runs', 'data', 'results', 'test']);
  for (const name of readdirSync(repo).filter((name) => !left.has(name))) {
    cpSync(join(repo, name), join(work, 'repo', name), { recursive: true });
  }
  symlinkSync(join(repo, 'node_modules'), join(work, 'repo', 'node_modules'));
  const cache = process.env.ISDA_HOME || join(homedir(), '.cache', 'isda');
  symlinkSync(join(cache, 'engine'), join(work, 'home', 'engine'));
}

function isda(line, { folder, environment = {} }) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:ISDA_|NET_|COLUMNS$|FORCE_COLOR$)/.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    ISDA_HOME: join(work, 'home'),
    NO_COLOR: '1',
    ISDA_PROGRAM: 'isda',
    ...environment,
  };
  const args = line.split(' ').map((word) => word.replaceAll('{tmp}', folder));
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ['bin/isda.js', ...args], {
      cwd: join(work, 'repo'),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (chunk) => (output[name] += chunk));
    }
    child.on('error', fail);
    child.on('close', (code, signal) => done({ ...output, end: signal ?? `exit code ${code}` }));
  });
}

function tidy(text, line) {
  if (!/^[[{]/.test(text)) return normalizeText(text, line);
  try {
    return normalizeText(`${JSON.stringify(normalizeJson(JSON.parse(text)), null, 2)}\n`, line);
  } catch {
    return normalizeText(text, line);
  }
}

/** A file name for a command line: its command and what it writes, and a hash of the whole line. */
function nameOf(line, taken) {
  const hash = createHash('sha256').update(line).digest('hex').slice(0, 8);
  const target = /--(?:out|to) \{tmp\}\/(\S+)/.exec(line)?.[1];
  const words = target === undefined ? line.replaceAll('{tmp}/', '') : `${/^[\w ]+/.exec(line)?.[0].trim()} ${target}`;
  const stem = `${words.replace(/[^A-Za-z0-9.=-]+/g, '_').slice(0, 90)}-${hash}`;
  const count = (taken.get(stem) ?? 0) + 1;
  taken.set(stem, count);
  return count === 1 ? `${stem}.txt` : `${stem}-${count}.txt`;
}

/** Runs `--help` of every command and subcommand, found by the lists in the help texts. */
async function helpTexts(run, words = '') {
  const { stdout } = await run(`${words} --help`.trimStart());
  const list = stdout.split(/^Commands:$/m)[1]?.split(/\n\S/)[0] ?? '';
  const names = [...list.matchAll(/^ {2}([a-z0-9][\w-]*)/gm)].map(([, name]) => name);
  for (const name of names) if (name !== 'help') await helpTexts(run, `${words} ${name}`.trimStart());
}

function configFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => relative(join(work, 'repo'), join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

/** Records what the isda of `repo` does into `out`, an empty or new folder. */
export async function record(out, repo) {
  if (existsSync(out) && readdirSync(out).length > 0) throw new StepError(`cannot record: ${out} is not empty`);
  const log = stepLogger();
  openWorkspace(repo);
  const write = (path, content) => {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), content);
  };
  const runner = (kind, folder) => {
    const taken = new Map();
    return async (line, environment) => {
      const name = nameOf(line, taken);
      const outcome = await isda(line, { folder, environment });
      const { stdout, stderr, end } = outcome;
      write(
        join(kind, name),
        `$ isda ${line}\n${end}\n--- stdout\n${tidy(stdout, line)}--- stderr\n${tidy(stderr, line)}`,
      );
      return outcome;
    };
  };
  const run = runner('commands', places.runs);
  const smokeRun = runner('smoke', places.smoke);
  const follow = async (chain) => {
    for (const step of chain) await run(step.line ?? step, step.environment);
  };

  await writeInputs(places.smoke);
  await writeInputs(places.runs);
  writeFileSync(join(places.runs, 'study.yaml'), studyFile);
  cpSync(join(dirname(fileURLToPath(import.meta.url)), 'parts'), join(places.runs, 'parts'), { recursive: true });
  const { end, stderr } = await isda('setup', { folder: places.runs });
  if (end !== 'exit code 0') throw new StepError(`cannot record: isda setup of ${repo}: ${end}\n${stderr}`);
  await follow(preparation);
  const configs = configFiles(join(work, 'repo', 'configs'));
  const jobs = [
    async () => {
      for (const [, line] of smoke) await smokeRun(line);
      log(`${smoke.length} smoke command lines`);
    },
    ...chains.map((chain) => () => follow(chain)),
    () => helpTexts(runner('help', places.runs)),
    () => run('--version'),
    ...configs.map((config) => () => runner('configs', places.runs)(`config print ${config}`)),
  ];
  const worker = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      await job();
      if (jobs.length % 20 === 0) log(`${jobs.length} jobs waiting`);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  for (const [place, folder] of Object.entries(places)) {
    for (const [path, content] of harvest(folder)) write(join('files', place, path), content);
  }
  rmSync(work, { recursive: true, force: true });
  log(`recorded in ${out}`);
}
