// Detects pipes, sockets and devices, because reading one may never end.

/** The common methods of `fs.Stats` and `fs.Dirent`. */
interface Kind {
  isFIFO(): boolean;
  isSocket(): boolean;
  isCharacterDevice(): boolean;
  isBlockDevice(): boolean;
}

/** Returns `a named pipe`, `a socket` or `a device`; undefined for everything else. */
export function specialKind(entry: Kind): string | undefined {
  if (entry.isFIFO()) return 'a named pipe';
  if (entry.isSocket()) return 'a socket';
  return entry.isCharacterDevice() || entry.isBlockDevice() ? 'a device' : undefined;
}
