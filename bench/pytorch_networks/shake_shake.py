"""Shake-Shake networks."""

import torch
import torch.nn.functional as F
from torch import nn

from .layers import conv, initialize, pooled, stage


class Shake(torch.autograd.Function):
    """One share an image forward, another backward, uniform in (0, 1)."""

    @staticmethod
    def forward(ctx, a, b):
        share = torch.rand(len(a), 1, 1, 1, dtype=a.dtype, device=a.device)
        return share * a + (1 - share) * b

    @staticmethod
    def backward(ctx, gradient):
        share = torch.rand(len(gradient), 1, 1, 1, dtype=gradient.dtype, device=gradient.device)
        first = share * gradient
        return first, gradient - first


class ShakeShortcut(nn.Module):
    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.conv1 = conv(channels_in, channels // 2, 1, stride)
        self.conv2 = conv(channels_in, channels // 2, 1, stride)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        shifted = F.pad(x[:, :, 1:, 1:], (0, 1, 0, 1))
        return self.bn(torch.cat([self.conv1(x), self.conv2(shifted)], 1))


class ShakeBlock(nn.Module):
    """The first ReLU, number 0 of a branch, is shared by both and the shortcut."""

    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.changes = channels_in != channels
        # The reference has the shortcut in every block, also where the input is added unchanged.
        self.shortcut = ShakeShortcut(channels_in, channels, stride)
        self.branch1, self.branch2 = (
            nn.Sequential(
                nn.Identity(),
                conv(channels_in, channels, 3, stride),
                nn.BatchNorm2d(channels),
                nn.ReLU(inplace=True),
                conv(channels, channels, 3),
                nn.BatchNorm2d(channels),
            )
            for _ in range(2)
        )

    def forward(self, x):
        active = F.relu(x)
        a, b = self.branch1(active), self.branch2(active)
        mixed = Shake.apply(a, b) if self.training else 0.5 * (a + b)
        return mixed + (self.shortcut(active) if self.changes else x)


class ShakeShake(nn.Module):
    def __init__(self, depth, width, classes):
        super().__init__()
        blocks, widths = (depth - 2) // 6, [16, width, 2 * width, 4 * width]
        self.conv_1 = conv(3, 16, 3, bias=True)
        self.bn_1 = nn.BatchNorm2d(16)
        self.stage_1, self.stage_2, self.stage_3 = (
            stage(ShakeBlock, widths[i], widths[i + 1], blocks, 1 if i == 0 else 2) for i in range(3)
        )
        self.fc = nn.Linear(widths[3], classes)
        initialize(self, "fan_in")

    def forward(self, x):
        x = self.stage_3(self.stage_2(self.stage_1(self.bn_1(self.conv_1(x)))))
        return pooled(F.relu(x, inplace=True))
