"""DenseNets with bottlenecks and compression."""

import torch
import torch.nn.functional as F
from torch import nn

from .layers import conv, initialize, pooled


class DenseLayer(nn.Module):
    def __init__(self, channels_in, growth):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels_in)
        self.conv1 = conv(channels_in, 4 * growth, 1)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = conv(4 * growth, growth, 3)

    def forward(self, x):
        out = self.conv1(F.relu(self.norm1(x), inplace=True))
        return torch.cat([x, self.conv2(F.relu(self.norm2(out), inplace=True))], 1)


class Transition(nn.Module):
    def __init__(self, channels_in, channels):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels_in)
        self.conv = conv(channels_in, channels, 1)

    def forward(self, x):
        return F.avg_pool2d(self.conv(F.relu(self.norm(x), inplace=True)), 2)


class DenseNet(nn.Module):
    """DenseNet-BC-L-k."""

    def __init__(self, depth, growth, classes):
        super().__init__()
        layers, channels = (depth - 4) // 6, 2 * growth
        self.features = nn.Sequential()
        self.features.add_module("conv0", conv(3, channels, 3))
        for index in (1, 2, 3):
            block = nn.Sequential()
            for layer in range(1, layers + 1):
                block.add_module(f"denselayer{layer}", DenseLayer(channels, growth))
                channels += growth
            self.features.add_module(f"denseblock{index}", block)
            if index < 3:
                self.features.add_module(f"transition{index}", Transition(channels, channels // 2))
                channels //= 2
        self.features.add_module("norm_final", nn.BatchNorm2d(channels))
        self.fc = nn.Linear(channels, classes)
        initialize(self)

    def forward(self, x):
        return pooled(F.relu(self.features(x), inplace=True))
