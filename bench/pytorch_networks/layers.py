"""What the networks are made of."""

from torch import nn


def conv(channels_in, channels, kernel, stride=1, groups=1, bias=False):
    return nn.Conv2d(channels_in, channels, kernel, stride, kernel // 2, groups=groups, bias=bias)


def projection(channels_in, channels, stride):
    """The shortcut where the shape changes, else None."""
    if stride == 1 and channels_in == channels:
        return None
    return nn.Sequential(conv(channels_in, channels, 1, stride), nn.BatchNorm2d(channels))


def stage(block, channels_in, channels, blocks, stride):
    """Blocks one after the other, of which the first changes the shape."""
    return nn.Sequential(
        block(channels_in, channels, stride), *(block(channels, channels, 1) for _ in range(blocks - 1))
    )


def pooled(x):
    return x.mean((2, 3))


def initialize(network, mode="fan_out"):
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode=mode, nonlinearity="relu")
