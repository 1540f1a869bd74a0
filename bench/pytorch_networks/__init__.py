"""The networks of the paper's tables as PyTorch modules, with the names of isda's exports: a yardstick for step times.

`forward` gives the features before the classifier, which is called `fc`.
"""

from .densenet import DenseNet
from .imagenet import ImagenetResNet
from .resnet import CifarResNet
from .resnext import CifarResNeXt
from .shake_shake import ShakeShake
from .wrn import WideResNet

# By the names that `isda models` prints: a function of the number of classes.
NETWORKS = {
    "resnet-32": lambda classes: CifarResNet(32, classes),
    "resnet-110": lambda classes: CifarResNet(110, classes),
    "se-resnet-110": lambda classes: CifarResNet(110, classes, gated=True),
    "wrn-16-8": lambda classes: WideResNet(16, 8, classes),
    "wrn-28-10": lambda classes: WideResNet(28, 10, classes),
    "resnext-29-8x64d": lambda classes: CifarResNeXt(29, 8, 64, classes),
    "densenet-bc-100-12": lambda classes: DenseNet(100, 12, classes),
    "densenet-bc-190-40": lambda classes: DenseNet(190, 40, classes),
    "shake-shake-26-2x32d": lambda classes: ShakeShake(26, 32, classes),
    "shake-shake-26-2x112d": lambda classes: ShakeShake(26, 112, classes),
    "resnet-50": lambda classes: ImagenetResNet((3, 4, 6, 3), classes),
    "resnet-152": lambda classes: ImagenetResNet((3, 8, 36, 3), classes),
    "resnext-50-32x4d": lambda classes: ImagenetResNet((3, 4, 6, 3), classes, groups=32, group_width=4),
}


def make_network(name, classes):
    if name not in NETWORKS:
        raise SystemExit(f"error: there is no network {name}; known are {', '.join(NETWORKS)}")
    return NETWORKS[name](classes)
