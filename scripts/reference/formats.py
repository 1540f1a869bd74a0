"""Small images of the formats that are decoded as a whole, of every EXIF orientation and of deep PNGs, with Pillow's values.

Writes test/fixtures/formats/: the files, and reference.json with the RGB bytes (base64) that Pillow's
`Image.open(file).convert('RGB')` gives of the first frame, and `ImageOps.exif_transpose` before it for `turned`. AVIFs are 4:4:4: libavif and libheif scale chroma up each in its own way.

Run: python scripts/reference/formats.py   (needs Pillow with WebP and AVIF, numpy)
"""
import base64, json
from pathlib import Path
import numpy as np
from PIL import Image, ImageOps, __version__

FOLDER = Path(__file__).parents[2] / 'test/fixtures/formats'
FOLDER.mkdir(parents=True, exist_ok=True)
WIDTH, HEIGHT = 24, 18


def picture(shift=0):
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    planes = [120 + 90 * np.sin((x + shift) / 5) * np.cos(y / 7), 130 + 80 * np.cos((x + y) / 6), (x * 10 + y * 4 + shift) % 256]
    return np.clip(np.stack(planes, -1), 0, 255)


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


rgb = Image.fromarray(picture().astype(np.uint8))
second = Image.fromarray(picture(40).astype(np.uint8))
alpha = rgb.copy()
alpha.putalpha(Image.fromarray(np.tile(np.arange(WIDTH, dtype=np.uint8) * 10, (HEIGHT, 1))))
palette = rgb.quantize(16)
grey = rgb.convert('L')

rgb.save(FOLDER / 'lossless.webp', lossless=True)
rgb.save(FOLDER / 'lossy.webp', quality=90)
alpha.save(FOLDER / 'alpha.webp', lossless=True, exact=True)
rgb.save(FOLDER / 'animated.webp', save_all=True, append_images=[second], lossless=True)
rgb.save(FOLDER / 'plain.avif', quality=95, subsampling='4:4:4')
alpha.save(FOLDER / 'alpha.avif', quality=95, subsampling='4:4:4')
rgb.save(FOLDER / 'plain.tiff')
rgb.save(FOLDER / 'lzw.tif', compression='tiff_lzw')
grey.save(FOLDER / 'grey.tiff')
palette.save(FOLDER / 'palette.tiff')
alpha.save(FOLDER / 'alpha.tiff')
rgb.save(FOLDER / 'two-pages.tiff', save_all=True, append_images=[second])
palette.save(FOLDER / 'palette.gif')
palette.save(FOLDER / 'animated.gif', save_all=True, append_images=[second.quantize(16)], duration=50)
grey.save(FOLDER / 'grey.gif')
palette.save(FOLDER / 'palette.png')
palette.save(FOLDER / 'palette-transparent.png', transparency=bytes(range(0, 160, 10)))
alpha.save(FOLDER / 'alpha.png')
rgb.save(FOLDER / 'no-image-of-its-name.jpg', 'WEBP', lossless=True)
for orientation in range(1, 9):
    rgb.save(FOLDER / f'turned-{orientation}.jpg', quality=95, exif=exif(orientation))
rgb.save(FOLDER / 'turned-6.png', exif=exif(6))
rgb.save(FOLDER / 'turned-6.webp', lossless=True, exif=exif(6))
rgb.convert('CMYK').save(FOLDER / 'cmyk.tiff')
rgb.save(FOLDER / 'big.tiff', big_tiff=True)
rgb.save(FOLDER / 'turned-8.tiff', exif=exif(8))
rgb.save(FOLDER / 'turned-6.avif', quality=95, subsampling='4:4:4', exif=exif(6))
# 16 bits: Pillow writes them of grey alone, and reads them without scaling; the reference is the high byte.
deep = (picture()[..., 0] * 257).astype(np.uint16)
Image.fromarray(deep).save(FOLDER / 'deep-grey.png')

files = {}
for path in sorted(FOLDER.iterdir()):
    if path.suffix == '.json':
        continue
    image = Image.open(path)
    if path.name == 'deep-grey.png':
        values = np.repeat((np.asarray(image) >> 8).astype(np.uint8)[..., None], 3, -1)
        files[path.name] = {'width': WIDTH, 'height': HEIGHT, 'rgb': base64.b64encode(values.tobytes()).decode()}
        continue
    plain = image.convert('RGB')
    entry = {'width': plain.width, 'height': plain.height, 'rgb': base64.b64encode(plain.tobytes()).decode()}
    if 'turned' in path.name:
        turned = ImageOps.exif_transpose(Image.open(path)).convert('RGB')
        entry['turned'] = {'width': turned.width, 'height': turned.height, 'rgb': base64.b64encode(turned.tobytes()).decode()}
    files[path.name] = entry
reference = {'about': f'Made by scripts/reference/formats.py with Pillow {__version__}', 'files': files}
(FOLDER / 'reference.json').write_text(json.dumps(reference, indent=0) + '\n')
