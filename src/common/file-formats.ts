// Recognizes files of other formats in place of images and networks.

/** A format with its signature and the offset of the signature. */
const signatures: readonly (readonly [at: number, text: string, name: string])[] = [
  [0, 'GIF8', 'a GIF image'],
  [8, 'WEBP', 'a WebP image'],
  [0, 'II*\0', 'a TIFF image'],
  [0, 'MM\0*', 'a TIFF image'],
  [4, 'ftypavi', 'an AVIF image'],
  [4, 'ftyphe', 'a HEIF image'],
  [4, 'ftypmif1', 'a HEIF image'],
  [4, 'ftypmsf1', 'a HEIF image'],
  [0, '\xff\n', 'a JPEG XL image'],
  [4, 'JXL ', 'a JPEG XL image'],
  [4, 'jP\x20\x20', 'a JPEG 2000 image'],
  [4, 'TFL3', 'a TensorFlow Lite model'],
  [0, '\x7fELF', 'a program or library'],
  [0, '8BPS', 'a Photoshop file'],
  [0, '%PDF-', 'a PDF file'],
  [0, '\x89HDF\r\n', 'an HDF5 file'],
  [0, '\x93NUMPY', 'a NumPy array'],
  [0, 'PK\x03\x04', 'a zip archive'],
  [0, '\x1f\x8b', 'a gzip archive'],
  [0, 'version https://git-lfs', 'a Git LFS pointer instead of the file (`git lfs pull` downloads it)'],
];

/** Text formats with how they start, in lower case, after optional white space. */
const beginnings: readonly (readonly [start: string, name: string])[] = [
  ['<!doctype html', 'a web page'],
  ['<html', 'a web page'],
  ['<svg', 'an SVG or XML file'],
  ['<?xml', 'an SVG or XML file'],
];

/** BMP: two letters, the size of the file, two reserved numbers of 0. */
const isBitmap = (bytes: Buffer): boolean =>
  bytes.toString('latin1', 0, 2) === 'BM' && bytes.length > 25 && bytes.readUInt32LE(6) === 0;

/** Zip archives whose first entry is `NAME/data.pkl`, and before PyTorch 1.6 a pickle of protocol 2. */
const isTorch = (bytes: Buffer): boolean => {
  const start = bytes.toString('latin1', 0, 300);
  return (
    (start.startsWith('PK\x03\x04') && start.includes('/data.pkl')) || start.startsWith('\x80\x02\x8a\nl\xfc\x9cF')
  );
};

/** A pickle of protocol 2 to 5. */
const isPickle = (bytes: Buffer): boolean => bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5;

/**
 * Protocol buffers: in ONNX the version is followed by the name of the program that wrote the file, in a SavedModel by
 * a message.
 */
function protocolBuffer(bytes: Buffer): string | undefined {
  if (bytes.length < 8 || bytes[0] !== 0x08 || bytes[1] === 0 || bytes[1] > 0x20 || bytes[2] !== 0x12) return undefined;
  if (/^[\x20-\x7e]+$/.test(bytes.toString('latin1', 4, Math.min(4 + bytes[3], bytes.length)))) return 'an ONNX model';
  return bytes[1] === 1 && bytes.subarray(4, 8).includes(0x0a) ? 'a SavedModel of TensorFlow' : undefined;
}

/** Text without a signature: JSON, or an error page such as `404: Not Found`. */
function plainText(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8', 0, 512).replace(/\ufffd$/, '');
  // eslint-disable-next-line no-control-regex
  if (text.trim() === '' || /[\u0000-\u0008\u000e-\u001f\u007f\ufffd]/.test(text)) return undefined;
  const [first] = text.trim().split('\n');
  const shown = first.length > 60 ? `${first.slice(0, 60)}…` : first;
  if (text.includes('"weight_map"')) return 'the index of a network in several files';
  return `${/^[[{]/.test(first) ? 'JSON' : 'plain text'} that starts with "${shown}"`;
}

/** The kind of a file that is neither a JPEG nor a PNG, where its first bytes tell it: `a GIF image`. */
export function otherFormat(bytes: Buffer): string | undefined {
  if (isTorch(bytes)) return 'a file of torch.save';
  const signature = signatures.find(([at, text]) => bytes.toString('latin1', at, at + text.length) === text);
  if (signature !== undefined) return signature[2];
  if (isBitmap(bytes)) return 'a BMP image';
  if (isPickle(bytes)) return 'a Python pickle';
  const text = bytes.toString('utf8', 0, 64).trimStart().toLowerCase();
  const page = beginnings.find(([start]) => text.startsWith(start))?.[1];
  return page ?? protocolBuffer(bytes) ?? plainText(bytes);
}
