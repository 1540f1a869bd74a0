// Tells pipes, sockets and devices from files: reading one may never end.

/** What `fs.Stats` and `fs.Dirent` both tell. */
interface Kind {
  isFIFO(): boolean;
  isSocket(): boolean;
  isCharacterDevice(): boolean;
  isBlockDevice(): boolean;
}

/** `a named pipe`, `a socket` or `a device`; undefined of everything else. */
export function specialKind(entry: Kind): string | undefined {
  if (entry.isFIFO()) return 'a named pipe';
  if (entry.isSocket()) return 'a socket';
  return entry.isCharacterDevice() || entry.isBlockDevice() ? 'a device' : undefined;
}
