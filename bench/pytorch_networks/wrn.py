"""Wide ResNets."""

import torch.nn.functional as F
from torch import nn

from .layers import conv, initialize, pooled, stage


class WideBlock(nn.Module):
    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(channels_in)
        self.conv1 = conv(channels_in, channels, 3, stride)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = conv(channels, channels, 3)
        self.convShortcut = conv(channels_in, channels, 1, stride) if channels_in != channels else None

    def forward(self, x):
        active = F.relu(self.bn1(x), inplace=True)
        out = self.conv2(F.relu(self.bn2(self.conv1(active)), inplace=True))
        out += x if self.convShortcut is None else self.convShortcut(active)
        return out


class Layered(nn.Module):
    """Blocks under the name `layer`."""

    def __init__(self, layers):
        super().__init__()
        self.layer = layers

    def forward(self, x):
        return self.layer(x)


class WideResNet(nn.Module):
    def __init__(self, depth, width, classes):
        super().__init__()
        blocks, widths = (depth - 4) // 6, [16, 16 * width, 32 * width, 64 * width]
        self.conv1 = conv(3, 16, 3)
        self.block1, self.block2, self.block3 = (
            Layered(stage(WideBlock, widths[i], widths[i + 1], blocks, 1 if i == 0 else 2)) for i in range(3)
        )
        self.bn1 = nn.BatchNorm2d(widths[3])
        self.fc = nn.Linear(widths[3], classes)
        initialize(self)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        return pooled(F.relu(self.bn1(x), inplace=True))
