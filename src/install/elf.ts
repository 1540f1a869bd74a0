// Reads the dynamic section of ELF files: needed libraries, search paths and symbol versions.
import { closeSync, openSync, readSync } from 'node:fs';

interface ElfFile {
  /** Number of the processor type: 62 for x86-64, 183 for 64-bit ARM. */
  readonly machine: number;
  /** Names of the libraries that the file requires, such as `libm.so.6`. */
  readonly needed: readonly string[];
  /** Folders that are searched first for them; `$ORIGIN` is the file's own folder. */
  readonly runpath: readonly string[];
  /** Versions of symbols that other libraries must provide, such as `GLIBC_2.28`. */
  readonly versions: readonly string[];
}

const loadSegment = 1;
const dynamicSegment = 2;
const tags = { needed: 1n, strings: 5n, stringBytes: 10n, rpath: 15n, runpath: 29n, versions: 0x6ffffffen };
const versionCount = 0x6fffffffn;

/** Reads the dynamic section of a 64-bit little-endian ELF file; undefined for other files. Reads a few KB. */
export function readElf(path: string): ElfFile | undefined {
  const file = openSync(path, 'r');
  const read = (offset: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    readSync(file, bytes, 0, length, offset);
    return bytes;
  };
  try {
    const header = read(0, 64);
    if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) return undefined;
    return readDynamic(header, read);
  } finally {
    closeSync(file);
  }
}

function readDynamic(header: Buffer, read: (offset: number, length: number) => Buffer): ElfFile {
  const number = (bytes: Buffer, offset: number): number => Number(bytes.readBigUInt64LE(offset));
  const table = read(number(header, 32), 56 * header.readUInt16LE(56));
  const segments = Array.from({ length: table.length / 56 }, (_, index) => {
    const entry = table.subarray(56 * index);
    return {
      type: entry.readUInt32LE(0),
      offset: number(entry, 8),
      address: number(entry, 16),
      bytes: number(entry, 32),
    };
  });
  const dynamic = segments.find(({ type }) => type === dynamicSegment);
  const section = dynamic === undefined ? Buffer.alloc(0) : read(dynamic.offset, dynamic.bytes);
  const entries = Array.from({ length: section.length >> 4 }, (_, index) => ({
    tag: section.readBigUInt64LE(16 * index),
    value: number(section, 16 * index + 8),
  }));
  const values = (tag: bigint): number[] => entries.filter((entry) => entry.tag === tag).map(({ value }) => value);
  const offsetOf = (address: number): number => {
    const holder = segments.find(
      ({ type, address: start, bytes }) => type === loadSegment && address >= start && address < start + bytes,
    );
    return holder === undefined ? address : address - holder.address + holder.offset;
  };
  const [stringsAt] = values(tags.strings);
  const strings =
    stringsAt === undefined ? Buffer.alloc(0) : read(offsetOf(stringsAt), values(tags.stringBytes)[0] ?? 0);
  const text = (offset: number): string => strings.toString('latin1', offset, strings.indexOf(0, offset));
  const paths = values(tags.runpath).length > 0 ? values(tags.runpath) : values(tags.rpath);
  return {
    machine: header.readUInt16LE(18),
    needed: values(tags.needed).map(text),
    runpath: paths.flatMap((offset) => text(offset).split(':')).filter(Boolean),
    versions: values(tags.versions).flatMap((address) =>
      neededVersions(offsetOf(address), values(versionCount)[0] ?? 0, read).map(text),
    ),
  };
}

/** Returns the offsets of the names of all needed versions: a list of libraries, each with a list of versions. */
function neededVersions(start: number, libraries: number, read: (offset: number, length: number) => Buffer): number[] {
  const names: number[] = [];
  let library = start;
  for (let i = 0; i < libraries; i++) {
    const head = read(library, 16);
    let version = library + head.readUInt32LE(8);
    for (let j = 0; j < head.readUInt16LE(2); j++) {
      const entry = read(version, 16);
      names.push(entry.readUInt32LE(8));
      version += entry.readUInt32LE(12);
    }
    library += head.readUInt32LE(12);
  }
  return names;
}
