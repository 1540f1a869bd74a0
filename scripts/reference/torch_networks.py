"""The networks of the tables in PyTorch over a plain dictionary of weights, one function a family: functional, so that
rounding can be put into every operation. Each gives (features, logits)."""
import torch
import torch.nn.functional as F


class Layers:
    """Convolutions and the like that look their weights up by name. `rounding` is applied to what each of them gives."""

    def __init__(self, weights, training, rounding=lambda x: x):
        self.w, self.training, self.rounding = weights, training, rounding

    def has(self, name):
        return name + '.weight' in self.w

    def conv(self, x, name, stride=1):
        weight = self.w[name + '.weight']
        groups = x.shape[1] // weight.shape[1]
        return self.rounding(F.conv2d(x, weight, padding=weight.shape[-1] // 2, stride=stride, groups=groups))

    def bn(self, x, name):
        mean, variance, weight, bias = (self.w[f'{name}.{part}'] for part in ('running_mean', 'running_var', 'weight', 'bias'))
        return self.rounding(F.batch_norm(x, mean, variance, weight, bias, self.training, 0.1, 1e-5))

    def linear(self, x, name):
        y = x @ self.w[name + '.weight'].T
        return self.rounding(y + self.w[name + '.bias'] if name + '.bias' in self.w else y)

    def count(self, pattern, first=0):
        """How many blocks there are: pattern has {} where their number stands."""
        number = first
        while self.has(pattern.format(number)):
            number += 1
        return number - first

    def head(self, x):
        features = x.mean((2, 3))
        return features, self.linear(features, 'fc')


def resnet(n, x):
    """ResNet of depth 6n + 2, and SE-ResNet where its weights have squeeze-excitation."""
    x = F.relu(n.bn(n.conv(x, 'conv1'), 'bn1'))
    for stage in (1, 2, 3):
        for block in range(n.count(f'layer{stage}.{{}}.conv1')):
            name, stride = f'layer{stage}.{block}', 2 if stage > 1 and block == 0 else 1
            y = F.relu(n.bn(n.conv(x, name + '.conv1', stride), name + '.bn1'))
            y = n.bn(n.conv(y, name + '.conv2'), name + '.bn2')
            if n.has(name + '.se.fc.0'):
                gate = F.relu(n.linear(y.mean((2, 3)), name + '.se.fc.0'))
                y = y * torch.sigmoid(n.linear(gate, name + '.se.fc.2'))[:, :, None, None]
            if n.has(name + '.downsample.0'):
                x = n.bn(n.conv(x, name + '.downsample.0', stride), name + '.downsample.1')
            x = F.relu(x + y)
    return n.head(x)


def wrn(n, x):
    x = n.conv(x, 'conv1')
    for stage in (1, 2, 3):
        for block in range(n.count(f'block{stage}.layer.{{}}.conv1')):
            name, stride = f'block{stage}.layer.{block}', 2 if stage > 1 and block == 0 else 1
            active = F.relu(n.bn(x, name + '.bn1'))
            y = n.conv(F.relu(n.bn(n.conv(active, name + '.conv1', stride), name + '.bn2')), name + '.conv2')
            x = y + (n.conv(active, name + '.convShortcut', stride) if n.has(name + '.convShortcut') else x)
    return n.head(F.relu(n.bn(x, 'bn1')))


def resnext(n, x):
    x = F.relu(n.bn(n.conv(x, 'conv_1_3x3'), 'bn_1'))
    for stage in (1, 2, 3):
        for block in range(n.count(f'stage_{stage}.{{}}.conv_reduce')):
            name, stride = f'stage_{stage}.{block}', 2 if stage > 1 and block == 0 else 1
            y = F.relu(n.bn(n.conv(x, name + '.conv_reduce'), name + '.bn_reduce'))
            y = F.relu(n.bn(n.conv(y, name + '.conv_conv', stride), name + '.bn'))
            y = n.bn(n.conv(y, name + '.conv_expand'), name + '.bn_expand')
            if n.has(name + '.downsample.0'):
                x = n.bn(n.conv(x, name + '.downsample.0', stride), name + '.downsample.1')
            x = F.relu(x + y)
    return n.head(x)


def densenet(n, x):
    x = n.conv(x, 'features.conv0')
    for stage in (1, 2, 3):
        for layer in range(1, 1 + n.count(f'features.denseblock{stage}.denselayer{{}}.conv1', first=1)):
            name = f'features.denseblock{stage}.denselayer{layer}'
            y = n.conv(F.relu(n.bn(x, name + '.norm1')), name + '.conv1')
            x = torch.cat([x, n.conv(F.relu(n.bn(y, name + '.norm2')), name + '.conv2')], 1)
        name = f'features.transition{stage}'
        if n.has(name + '.conv'):
            x = F.avg_pool2d(n.conv(F.relu(n.bn(x, name + '.norm')), name + '.conv'), 2)
    return n.head(F.relu(n.bn(x, 'features.norm_final')))


FAMILIES = {'resnet-': resnet, 'se-resnet-': resnet, 'wrn-': wrn, 'resnext-29-': resnext, 'densenet-bc-': densenet}


def forward_of(name):
    """The function of the family that a network's name begins with; the longest that fits."""
    fitting = [prefix for prefix in FAMILIES if name.startswith(prefix)]
    if not fitting:
        raise SystemExit(f'cannot run {name}: known are {", ".join(FAMILIES)}')
    return FAMILIES[max(fitting, key=len)]
