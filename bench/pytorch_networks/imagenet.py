"""ResNets and ResNeXts for ImageNet."""

import torch.nn.functional as F
from torch import nn

from .layers import conv, initialize, pooled, projection, stage


class Bottleneck(nn.Module):
    """Of ImageNet's networks: the stride is in the 3x3 convolution."""

    def __init__(self, channels_in, channels, stride, inner, groups):
        super().__init__()
        self.conv1 = conv(channels_in, inner, 1)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = conv(inner, inner, 3, stride, groups)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = conv(inner, channels, 1)
        self.bn3 = nn.BatchNorm2d(channels)
        self.downsample = projection(channels_in, channels, stride)

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)), inplace=True)
        out = F.relu(self.bn2(self.conv2(out)), inplace=True)
        out = self.bn3(self.conv3(out))
        out += x if self.downsample is None else self.downsample(x)
        return F.relu(out, inplace=True)


class ImagenetResNet(nn.Module):
    def __init__(self, blocks, classes, groups=1, group_width=64):
        super().__init__()

        def bottlenecks(channels_in, width, count, stride):
            inner = width // 64 * group_width * groups
            block = lambda *shape: Bottleneck(*shape, inner, groups)
            return stage(block, channels_in, 4 * width, count, stride)

        self.conv1 = conv(3, 64, 7, 2)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = bottlenecks(64, 64, blocks[0], 1)
        self.layer2 = bottlenecks(256, 128, blocks[1], 2)
        self.layer3 = bottlenecks(512, 256, blocks[2], 2)
        self.layer4 = bottlenecks(1024, 512, blocks[3], 2)
        self.fc = nn.Linear(2048, classes)
        initialize(self)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x)), inplace=True), 3, 2, 1)
        return pooled(self.layer4(self.layer3(self.layer2(self.layer1(x)))))
