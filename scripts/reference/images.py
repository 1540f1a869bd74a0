"""Small image files of every kind, what Pillow makes of them, and torchvision's crop boxes: test/fixtures/images/.

Needs Python 3 with Pillow 12.3.0, numpy, torch 2.11.0 and torchvision 0.26.0:
  python scripts/reference/images.py

`reference.json` lists, for each case, the file, what is done to it, and where in `reference.bin` its RGB bytes are.
`crop-boxes.json` has images' sizes, the numbers that torchvision's RandomResizedCrop.get_params was made to draw, and
the box that came out.
"""

import io
import json
import os

import numpy as np
import torch
from PIL import Image, __version__ as pillow_version
from torchvision.transforms import CenterCrop, RandomResizedCrop, Resize
from torchvision.transforms import functional as F

assert pillow_version == "12.3.0", f"Pillow 12.3.0 is needed, this is {pillow_version}"
folder = os.path.join(os.path.dirname(__file__), "../../test/fixtures/images")
os.makedirs(folder, exist_ok=True)
random = np.random.default_rng(20190914)


def picture(width, height):
    """Smooth colours with some edges and noise."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [
        120 + 90 * np.sin(x / 7) * np.cos(y / 11),
        130 + 80 * np.cos((x + y) / 9),
        (x * 255 / width + y * 60 / height) % 256,
    ]
    image = np.stack(planes, -1) + random.normal(0, 6, (height, width, 3))
    image[height // 3 : height // 2, width // 4 : width // 2] = (250, 20, 60)
    return Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))


def saved(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


base = picture(90, 66)
alpha = Image.fromarray(np.tile(np.arange(90, dtype=np.uint8) * 2, (66, 1)))
exif = Image.Exif()
exif[0x0112] = 6  # to be turned by 90 degrees, which torchvision does not do
cmyk = Image.fromarray(random.integers(0, 256, (9, 12, 4), dtype=np.uint8), "CMYK").resize((90, 66), Image.BICUBIC)
cmyk_jpeg = saved(cmyk, "JPEG", quality=90)
adobe = cmyk_jpeg.index(b"\xff\xee")
length = int.from_bytes(cmyk_jpeg[adobe + 2 : adobe + 4], "big")
whole = saved(base, "JPEG", quality=90)
rgba = base.copy()
rgba.putalpha(alpha)
grey_alpha = base.convert("L")
grey_alpha.putalpha(alpha)

readable = {
    "rgb.jpg": whole,
    "full-colour.jpg": saved(base, "JPEG", quality=95, subsampling=0),
    "progressive.jpeg": saved(base, "JPEG", quality=85, progressive=True),
    "grey.JPEG": saved(base.convert("L"), "JPEG", quality=90),
    "cmyk.JPEG": cmyk_jpeg,
    "cmyk-without-marker.JPEG": cmyk_jpeg[:adobe] + cmyk_jpeg[adobe + 2 + length :],
    "turned.jpg": saved(base, "JPEG", quality=90, exif=exif),
    "trailing-bytes.jpg": whole + b"more bytes" * 20,
    "restart-markers.jpg": saved(base, "JPEG", quality=90, restart_marker_blocks=2),
    "rgb.png": saved(base, "PNG"),
    "alpha.png": saved(rgba, "PNG"),
    "palette.png": saved(base.quantize(17), "PNG", transparency=3),
    "grey-alpha.PNG": saved(grey_alpha, "PNG"),
    "black-white.png": saved(base.convert("1"), "PNG"),
    "png-inside.JPEG": saved(base, "PNG"),
    "one-pixel.png": saved(base.crop((3, 4, 4, 5)), "PNG"),
    "wide.jpg": saved(picture(200, 20), "JPEG", quality=90),
}
broken = {
    "cut-off.jpg": whole[: len(whole) * 6 // 10],
    "cut-off-in-header.jpg": whole[:40],
    "cut-off.png": readable["rgb.png"][: len(readable["rgb.png"]) * 6 // 10],
    "damaged.png": readable["rgb.png"][:200] + b"\x00" * 40 + readable["rgb.png"][240:],
    "text.jpg": b"This is no image.\n",
    "empty.jpg": b"",
}
for name, content in {**readable, **broken}.items():
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content)
for name, content in broken.items():
    try:
        Image.open(io.BytesIO(content)).convert("RGB")
        raise SystemExit(f"Pillow reads {name}")
    except (OSError, SyntaxError):
        pass

cases, pixels = [], b""


def add(file, image, **what):
    global pixels
    image = np.asarray(image)
    cases.append({"file": file, **what, "height": image.shape[0], "width": image.shape[1], "offset": len(pixels)})
    pixels += image.tobytes()


for name, content in readable.items():
    image = Image.open(io.BytesIO(content)).convert("RGB")
    add(name, image)
    if name in ("one-pixel.png", "rgb.png", "black-white.png", "full-colour.jpg"):
        continue
    add(name, CenterCrop(28)(Resize(32)(image)), resize=32, centre=28)
for name, boxes in {
    "rgb.jpg": [(0, 0, 66, 90), (7, 11, 33, 44), (10, 5, 56, 31), (65, 89, 1, 1), (3, 50, 20, 26), (0, 0, 28, 28)],
    "grey.JPEG": [(5, 9, 51, 67), (40, 40, 13, 10)],
    "cmyk.JPEG": [(5, 9, 51, 67)],
    "alpha.png": [(5, 9, 51, 67)],
    "grey-alpha.PNG": [(5, 9, 51, 67)],
    "one-pixel.png": [(0, 0, 1, 1)],
}.items():
    image = Image.open(io.BytesIO(readable[name])).convert("RGB")
    for top, left, height, width in boxes:
        box = {"top": top, "left": left, "height": height, "width": width}
        add(name, F.resized_crop(image, top, left, height, width, [28, 28]), box=box)

with open(os.path.join(folder, "reference.bin"), "wb") as file:
    file.write(pixels)
with open(os.path.join(folder, "reference.json"), "w") as file:
    json.dump({"cases": cases, "broken": sorted(broken)}, file)

# Boxes: torchvision's own code, in double precision and with the draws written down.
torch.set_default_dtype(torch.float64)
drawn = []


def uniform(tensor, low, high):
    share = int(random.integers(0, 2**32)) / 2**32
    drawn.append(share)
    return tensor.fill_(float(low) + (float(high) - float(low)) * share)


def integer(low, high, size):
    value = int(random.integers(low, high))
    drawn.append(value)
    return torch.tensor([value])


torch.Tensor.uniform_ = uniform
torch.randint = integer
boxes = []
for height, width in [(375, 500), (500, 375), (224, 224), (64, 64), (20, 200), (2000, 90), (1, 1), (3, 7), (40, 30)]:
    for scale, ratio in [((0.08, 1.0), (3 / 4, 4 / 3)), ((0.9, 1.0), (1.0, 1.0)), ((0.01, 0.2), (0.5, 3.0))]:
        for _ in range(4):
            drawn.clear()
            top, left, h, w = RandomResizedCrop.get_params(torch.zeros(1, height, width), list(scale), list(ratio))
            case = {"height": height, "width": width, "scale": scale, "ratio": ratio, "drawn": list(drawn)}
            boxes.append({**case, "box": {"top": top, "left": left, "height": h, "width": w}})
with open(os.path.join(folder, "crop-boxes.json"), "w") as file:
    json.dump(boxes, file)
print(f"{len(readable)} images, {len(broken)} broken ones, {len(cases)} pictures, {len(boxes)} boxes")
