"""CIFAR ResNeXts."""

import torch.nn.functional as F
from torch import nn

from .layers import conv, initialize, pooled, projection, stage


class GroupedBottleneck(nn.Module):
    def __init__(self, channels_in, channels, stride, inner, groups):
        super().__init__()
        self.conv_reduce = conv(channels_in, inner, 1)
        self.bn_reduce = nn.BatchNorm2d(inner)
        self.conv_conv = conv(inner, inner, 3, stride, groups)
        self.bn = nn.BatchNorm2d(inner)
        self.conv_expand = conv(inner, channels, 1)
        self.bn_expand = nn.BatchNorm2d(channels)
        self.downsample = projection(channels_in, channels, stride)

    def forward(self, x):
        out = F.relu(self.bn_reduce(self.conv_reduce(x)), inplace=True)
        out = F.relu(self.bn(self.conv_conv(out)), inplace=True)
        out = self.bn_expand(self.conv_expand(out))
        out += x if self.downsample is None else self.downsample(x)
        return F.relu(out, inplace=True)


class CifarResNeXt(nn.Module):
    def __init__(self, depth, cardinality, width, classes):
        super().__init__()
        blocks = (depth - 2) // 9

        def grouped(channels_in, channels, index):
            inner = cardinality * width * 2**index
            block = lambda *shape: GroupedBottleneck(*shape, inner, cardinality)
            return stage(block, channels_in, channels, blocks, 1 if index == 0 else 2)

        self.conv_1_3x3 = conv(3, 64, 3)
        self.bn_1 = nn.BatchNorm2d(64)
        self.stage_1 = grouped(64, 256, 0)
        self.stage_2 = grouped(256, 512, 1)
        self.stage_3 = grouped(512, 1024, 2)
        self.fc = nn.Linear(1024, classes)
        initialize(self)

    def forward(self, x):
        x = F.relu(self.bn_1(self.conv_1_3x3(x)), inplace=True)
        return pooled(self.stage_3(self.stage_2(self.stage_1(x))))
