"""How far rounding alone moves the reference values of Shake-Shake, the ImageNet ResNets and PyramidNet.

As conditioning.py, for one network of test/fixtures/models-NETWORK.json at a time: the float64 reference is run again with
relative noise of 1e-7, the rounding of float32, on every weight and on what every convolution, normalization and linear layer
gives; for every value the largest relative deviation over the draws is kept. Before that the reference is checked against the
file, so that the deviations are of the network that the file describes.

Run: python scripts/reference/conditioning_shake_imagenet_pyramid.py NETWORK [DRAWS]   (needs torch, numpy)
Writes test/fixtures/conditioning-NETWORK.json.
"""
import json, sys
from pathlib import Path
import numpy as np
import torch
import torch.nn.functional as F
from conditioning import Isda, NOISE, fill, uniform

FIXTURES = Path(__file__).parents[2] / 'test' / 'fixtures'
torch.set_default_dtype(torch.float64)


class Layers:
    """Convolutions and the like that look their weights up by name. `rounding` is applied to what each of them gives."""

    def __init__(self, weights, training, rounding=lambda x: x):
        self.w, self.training, self.rounding = weights, training, rounding

    def has(self, name):
        return name + '.weight' in self.w

    def conv(self, x, name, stride=1):
        weight = self.w[name + '.weight']
        groups = x.shape[1] // weight.shape[1]
        return self.rounding(F.conv2d(x, weight, self.w.get(name + '.bias'), stride, weight.shape[-1] // 2, groups=groups))

    def bn(self, x, name):
        mean, variance, weight, bias = (self.w[f'{name}.{part}'] for part in ('running_mean', 'running_var', 'weight', 'bias'))
        return self.rounding(F.batch_norm(x, mean, variance, weight, bias, self.training, 0.1, 1e-5))

    def count(self, pattern):
        """How many blocks there are: pattern has {} where their number stands."""
        number = 0
        while self.has(pattern.format(number)):
            number += 1
        return number

    def head(self, x):
        features = x.mean((2, 3))
        return features, self.rounding(features @ self.w['fc.weight'].T + self.w['fc.bias'])


def shake_shake(n, x):
    """With both branches weighted alike, as the reference trains it."""

    def branch(x, name, stride):
        x = F.relu(n.bn(n.conv(F.relu(x), name + '.1', stride), name + '.2'))
        return n.bn(n.conv(x, name + '.4'), name + '.5')

    def shortcut(x, name, stride):
        x = F.relu(x)
        shifted = F.pad(x[:, :, 1:, 1:], (0, 1, 0, 1))
        return n.bn(torch.cat([n.conv(x, name + '.conv1', stride), n.conv(shifted, name + '.conv2', stride)], 1), name + '.bn')

    x = n.bn(n.conv(x, 'conv_1'), 'bn_1')
    for stage in (1, 2, 3):
        for block in range(n.count(f'stage_{stage}.{{}}.branch1.1')):
            name, stride = f'stage_{stage}.{block}', 2 if stage > 1 and block == 0 else 1
            y = 0.5 * branch(x, name + '.branch1', stride) + 0.5 * branch(x, name + '.branch2', stride)
            x = y + (x if x.shape == y.shape else shortcut(x, name + '.shortcut', stride))
    return n.head(F.relu(x))


def imagenet_resnet(n, x):
    x = F.max_pool2d(F.relu(n.bn(n.conv(x, 'conv1', 2), 'bn1')), 3, 2, 1)
    for stage in (1, 2, 3, 4):
        for block in range(n.count(f'layer{stage}.{{}}.conv1')):
            name, stride = f'layer{stage}.{block}', 2 if stage > 1 and block == 0 else 1
            y = F.relu(n.bn(n.conv(x, name + '.conv1'), name + '.bn1'))
            y = F.relu(n.bn(n.conv(y, name + '.conv2', stride), name + '.bn2'))
            y = n.bn(n.conv(y, name + '.conv3'), name + '.bn3')
            if n.has(name + '.downsample.0'):
                x = n.bn(n.conv(x, name + '.downsample.0', stride), name + '.downsample.1')
            x = F.relu(x + y)
    return n.head(x)


def pyramidnet(n, x):
    """In evaluation: in training, ShakeDrop is random."""
    x = n.bn(n.conv(x, 'conv1'), 'bn1')
    total, done = sum(n.count(f'layer{stage}.{{}}.conv1') for stage in (1, 2, 3)), 0
    for stage in (1, 2, 3):
        for block in range(n.count(f'layer{stage}.{{}}.conv1')):
            name, stride, done = f'layer{stage}.{block}', 2 if stage > 1 and block == 0 else 1, done + 1
            y = n.bn(n.conv(n.bn(x, name + '.bn1'), name + '.conv1'), name + '.bn2')
            y = n.bn(n.conv(F.relu(y), name + '.conv2', stride), name + '.bn3')
            y = n.bn(n.conv(F.relu(y), name + '.conv3'), name + '.bn4') * (1 - 0.5 * done / total)
            x = F.avg_pool2d(x, 2) if stride == 2 else x
            x = y + F.pad(x, (0, 0, 0, 0, 0, y.shape[1] - x.shape[1]))
    return n.head(F.relu(n.bn(x, 'bn_final')))


NETWORKS = {
    'shake-shake-26-2x32d': shake_shake,
    'shake-shake-26-2x112d': shake_shake,
    'resnet-50': imagenet_resnet,
    'resnet-152': imagenet_resnet,
    'resnext-50-32x4d': imagenet_resnet,
    'pyramidnet-110-84': pyramidnet,
    'pyramidnet-272-200': pyramidnet,
}


def values(forward, reference, noise, draw):
    generator = torch.Generator().manual_seed(draw)

    def rounding(x):
        return x * (1 + noise * torch.randn(x.shape, generator=generator)) if noise else x

    images = 1.7 * (2 * uniform(1000000, np.arange(int(np.prod(reference['input'])), dtype=np.uint64)) - 1)
    x, labels = torch.tensor(images.reshape(reference['input'])), torch.tensor(reference['labels'])
    first = {name: rounding(fill(t, name, shape)) for t, (name, shape) in enumerate(reference['tensors'])}
    found = {}
    with torch.no_grad():
        features, logits = forward(Layers(first, False, rounding), x)
    found['evalFeatures'] = features[:, : len(reference['evalFeatures'][0])].flatten().tolist()
    found['evalLogits'] = logits[:, : len(reference['evalLogits'][0])].flatten().tolist()
    for kind in ('crossEntropy', 'isda'):
        steps = 4 if kind in reference else 1 if kind == 'crossEntropy' and 'trainLoss' in reference else 0
        w = {name: v.clone().requires_grad_('running' not in name) for name, v in first.items()}
        parameters = [v for v in w.values() if v.requires_grad]
        optimizer = torch.optim.SGD(parameters, lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)
        isda, losses = Isda(reference['classes'], reference['featureDim']) if kind == 'isda' and steps else None, []
        for step in range(steps):
            features, logits = forward(Layers(w, True, rounding), x)
            loss = F.cross_entropy(logits, labels) if isda is None else isda(features, logits, labels, w['fc.weight'])
            optimizer.zero_grad()
            loss.backward()
            if step == 0 and isda is None:
                found['trainLoss'] = [loss.item()]
                found['gradNorms'] = [w[name].grad.norm().item() for name in reference['gradNorms']]
            optimizer.step()
            losses.append(loss.item())
        if kind in reference:
            found[kind + '.losses'] = losses
            with torch.no_grad():
                after = forward(Layers(w, False, rounding), x)[1]
            found[kind + '.evalLogitsAfter'] = after[:, : len(reference[kind]['evalLogitsAfter'][0])].flatten().tolist()
    return found


def expected(reference):
    flat = {key: np.ravel(reference[key]) for key in ('evalFeatures', 'evalLogits')}
    if 'trainLoss' in reference:
        flat |= {'gradNorms': list(reference['gradNorms'].values()), 'trainLoss': [reference['trainLoss']]}
    for kind in ('crossEntropy', 'isda'):
        if kind in reference:
            flat |= {f'{kind}.{key}': np.ravel(reference[kind][key]) for key in ('losses', 'evalLogitsAfter')}
    return flat


def deviation(key, found, base):
    """Of rows: the largest, relative to the largest value."""
    found, base = np.array(found), np.array(base)
    difference = np.abs(found - base)
    return [(difference / np.abs(base).max()).max()] if 'eval' in key else difference / np.abs(base)


def main(name, draws):
    reference = json.loads((FIXTURES / f'models-{name}.json').read_text())['networks'][name]
    forward, worst = NETWORKS[name], {}
    base = values(forward, reference, 0, 0)
    for key, value in expected(reference).items():
        off = np.max(deviation(key, base[key], value))
        assert off < 1e-6, f'{key} is off by {off}: this is not the reference'
    for draw in range(draws):
        for key, found in values(forward, reference, NOISE, draw).items():
            worst[key] = np.maximum(worst.get(key, 0), deviation(key, found, base[key]))
    about = f'Largest relative deviation of the float64 reference over {draws} draws of relative noise {NOISE}. Made by scripts/reference/{Path(__file__).name}.'
    result = {'about': about, **{key: [float(f'{v:.2g}') for v in found] for key, found in worst.items()}}
    if 'gradNorms' in result:
        result['gradNorms'] = dict(zip(reference['gradNorms'], result['gradNorms']))
    (FIXTURES / f'conditioning-{name}.json').write_text(json.dumps(result, indent=1) + '\n')


if __name__ == '__main__':
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in NETWORKS:
        sys.exit(__doc__ + '\nNetworks: ' + ', '.join(NETWORKS))
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 24)
