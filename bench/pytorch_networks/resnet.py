"""CIFAR ResNets, and SE-ResNets, which have a gate in every block."""

import torch.nn.functional as F
from torch import nn

from .layers import conv, initialize, pooled, projection, stage


class Gate(nn.Module):
    """Squeeze-excitation with reduction 16."""

    def __init__(self, channels):
        super().__init__()
        self.fc = nn.Sequential(
            nn.Linear(channels, channels // 16, bias=False),
            nn.ReLU(inplace=True),
            nn.Linear(channels // 16, channels, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return x * self.fc(pooled(x))[:, :, None, None]


class BasicBlock(nn.Module):
    def __init__(self, channels_in, channels, stride, gated=False):
        super().__init__()
        self.conv1 = conv(channels_in, channels, 3, stride)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = conv(channels, channels, 3)
        self.bn2 = nn.BatchNorm2d(channels)
        self.se = Gate(channels) if gated else None
        self.downsample = projection(channels_in, channels, stride)

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)), inplace=True)
        out = self.bn2(self.conv2(out))
        if self.se is not None:
            out = self.se(out)
        out += x if self.downsample is None else self.downsample(x)
        return F.relu(out, inplace=True)


class CifarResNet(nn.Module):
    """ResNet of depth 6n + 2 for 32x32 images; with squeeze-excitation where it is gated."""

    def __init__(self, depth, classes, gated=False):
        super().__init__()
        blocks = (depth - 2) // 6
        block = lambda *shape: BasicBlock(*shape, gated)
        self.conv1 = conv(3, 16, 3)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = stage(block, 16, 16, blocks, 1)
        self.layer2 = stage(block, 16, 32, blocks, 2)
        self.layer3 = stage(block, 32, 64, blocks, 2)
        self.fc = nn.Linear(64, classes)
        initialize(self)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return pooled(self.layer3(self.layer2(self.layer1(x))))
