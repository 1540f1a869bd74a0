// What the net keeps of the files that commands write: one text or one binary for each, under a name that lasts.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { normalizeCsv, normalizeJson, normalizeText } from './text.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** The tensors of a safetensors file, a line each: name, type, shape, hash of its bytes. Metadata does not count. */
function describeTensors(bytes) {
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength));
  const line = ([
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ]) =>
    `${name} ${dtype} [${shape.join(', ')}] ${sha256(bytes.subarray(8 + headerLength + from, 8 + headerLength + to))}\n`;
  const tensors = Object.entries(header).filter(([name]) => name !== '__metadata__');
  return tensors
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(line)
    .join('');
}

function readVarint(bytes, start) {
  let value = 0n;
  for (let at = start, shift = 0n; ; at++, shift += 7n) {
    value |= BigInt(bytes[at] & 0x7f) << shift;
    if (bytes[at] < 0x80) return [value, at + 1];
  }
}

/** The fields of a protocol buffer: [number, wire type, value]. */
function* fields(bytes) {
  for (let at = 0; at < bytes.length;) {
    const [tag, next] = readVarint(bytes, at);
    const wire = Number(tag & 7n);
    let end = next + { 1: 8, 5: 4 }[wire];
    let value = wire === 1 ? () => bytes.readDoubleLE(next) : () => bytes.readFloatLE(next);
    if (wire === 0) {
      const [read, after] = readVarint(bytes, next);
      [value, end] = [() => read, after];
    } else if (wire === 2) {
      const [length, after] = readVarint(bytes, next);
      end = after + Number(length);
      value = () => bytes.subarray(after, end);
    }
    yield [Number(tag >> 3n), wire, value()];
    at = end;
  }
}

function describeMessage(bytes, indent) {
  return [...fields(bytes)]
    .map(([number, wire, value]) => {
      if (wire !== 2) return `${indent}${number}: ${value}\n`;
      const text = value.toString('utf8');
      if (/^[\x20-\x7e]*$/.test(text)) return `${indent}${number}: ${text}\n`;
      return `${indent}${number}:\n${describeMessage(value, `${indent}  `)}`;
    })
    .join('');
}

/** A TensorBoard file without its wall times. */
function describeEvents(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    const event = describeMessage(bytes.subarray(at + 12, at + 12 + length), '  ');
    text += `event\n${event.replace(/^ {2}1: .*\n/, '  1: <time>\n')}`;
    at += length + 16;
  }
  return text.replace(/(: (?:.*seconds.*|.*images_per_second.*)\n\s+2: ).*/g, '$1<time>');
}

const texts = new Set(['.txt', '.log', '.yaml', '.yml', '.md', '.html', '.svg', '.csv', '.json', '.jsonl']);

function describe(path, bytes) {
  const ending = extname(path);
  if (path.includes('.tfevents.')) return describeEvents(bytes);
  if (ending === '.safetensors') return describeTensors(bytes);
  if (ending === '.bin') return `${bytes.length} bytes ${sha256(bytes)}\n`;
  if (ending === '.csv') return normalizeCsv(bytes.toString('utf8'));
  if (ending === '.json') return `${JSON.stringify(normalizeJson(JSON.parse(bytes.toString('utf8'))), null, 2)}\n`;
  return texts.has(ending) ? normalizeText(bytes.toString('utf8')) : bytes;
}

function nameOf(path) {
  if (path.includes('.tfevents.')) return join(dirname(path), 'events.tfevents.txt');
  return ['.safetensors', '.bin'].includes(extname(path)) ? `${path}.txt` : path;
}

/** Of a folder of checkpoints: the names, and the tensors of the newest and of the best, whatever they are called. */
function* checkpoints(folder) {
  const names = readdirSync(folder).sort();
  yield ['names.txt', names.map((name) => `${name}\n`).join('')];
  const files = names.filter((name) => name.endsWith('.safetensors'));
  for (const kind of ['newest', 'best']) {
    const last = files.filter((name) => name.startsWith('best') === (kind === 'best')).at(-1);
    if (last) yield [`${kind}.tensors.txt`, describeTensors(readFileSync(join(folder, last)))];
  }
}

/** What is kept of a folder's files: [path from `root`, text or bytes]. */
export function* harvest(folder, root = folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && basename(path) === 'checkpoints') {
      for (const [name, content] of checkpoints(path)) yield [join(relative(root, path), name), content];
    } else if (entry.isDirectory()) yield* harvest(path, root);
    else if (entry.isFile()) yield [nameOf(relative(root, path)), describe(path, readFileSync(path))];
  }
}
