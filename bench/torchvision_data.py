"""How many training images a second torchvision's transforms give through a DataLoader; see README.md in this folder.

Prints a JSON array with one object for each augmentation.
"""

import argparse
import json
import os
import time

import numpy as np
import PIL
import torch
import torchvision
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

CIFAR_MEAN = [125.3 / 255, 123.0 / 255, 113.9 / 255]
CIFAR_STD = [63.0 / 255, 62.1 / 255, 66.7 / 255]
IMAGENET_MEAN = [0.485, 0.456, 0.406]
IMAGENET_STD = [0.229, 0.224, 0.225]


class Cifar10(Dataset):
    """torchvision.datasets.CIFAR10, but for reading the binary version of the files."""

    def __init__(self, folder, transform):
        names = [os.path.join(folder, f"data_batch_{i}.bin") for i in range(1, 6)]
        records = np.concatenate([np.fromfile(name, np.uint8) for name in names]).reshape(-1, 3073)
        self.targets = records[:, 0].astype(int).tolist()
        self.data = np.ascontiguousarray(records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
        self.transform = transform

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.data[index])), self.targets[index]


class Cutout:
    """A hole of zeros in a normalized image, as in uoguelph-mlrg/Cutout."""

    def __init__(self, length):
        self.length = length

    def __call__(self, image):
        height, width = image.shape[1:]
        mask = np.ones((height, width), np.float32)
        y = np.random.randint(height)
        x = np.random.randint(width)
        top, bottom = np.clip([y - self.length // 2, y + self.length // 2], 0, height)
        left, right = np.clip([x - self.length // 2, x + self.length // 2], 0, width)
        mask[top:bottom, left:right] = 0.0
        return image * torch.from_numpy(mask).expand_as(image)


def cifar_transform(augmentation, padding):
    mode = {"reflect": "reflect", "zero": "constant"}[padding]
    steps = [transforms.RandomCrop(32, padding=4, padding_mode=mode), transforms.RandomHorizontalFlip()]
    if augmentation == "autoaugment":
        steps.append(transforms.AutoAugment(transforms.AutoAugmentPolicy.CIFAR10))
    steps += [transforms.ToTensor(), transforms.Normalize(CIFAR_MEAN, CIFAR_STD)]
    if augmentation == "cutout":
        steps.append(Cutout(16))
    return transforms.Compose(steps)


def folder_transform():
    return transforms.Compose(
        [
            transforms.RandomResizedCrop(224),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize(IMAGENET_MEAN, IMAGENET_STD),
        ]
    )


def measure(dataset, options):
    loader = DataLoader(
        dataset,
        batch_size=options.batch,
        shuffle=True,
        num_workers=options.workers,
        persistent_workers=options.workers > 0,
    )

    def endless():
        while True:
            yield from loader

    batches = endless()
    # What was made ahead while the workers started does not count.
    for _ in range(2 * options.workers + 2):
        next(batches)
    images = 0
    started = time.perf_counter()
    while time.perf_counter() - started < options.seconds:
        images += len(next(batches)[1])
    seconds = time.perf_counter() - started
    return {"images": images, "seconds": seconds, "imagesPerSecond": images / seconds}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--cifar10", help="folder of CIFAR-10's binary files")
    where.add_argument("--folder", help="folder of classes with images, for ImageNet's training crops")
    parser.add_argument("--augmentation", nargs="+", choices=["standard", "cutout", "autoaugment"], default=["standard"])
    parser.add_argument("--padding", choices=["reflect", "zero"], default="reflect")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    # As in the processes of the DataLoader; more threads for one image at a time are slower.
    torch.set_num_threads(1)
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__, "pillow": PIL.__version__}
    results = []
    for augmentation in options.augmentation:
        if options.cifar10:
            dataset = Cifar10(options.cifar10, cifar_transform(augmentation, options.padding))
        else:
            dataset = torchvision.datasets.ImageFolder(options.folder, folder_transform())
        about = {"augmentation": augmentation, "workers": options.workers, "batchSize": options.batch}
        results.append({**about, **measure(dataset, options), **versions})
    print(json.dumps(results))


if __name__ == "__main__":
    main()
