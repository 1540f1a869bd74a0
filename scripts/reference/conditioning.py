"""How far rounding alone moves the reference values of test/fixtures/models.json.

The float64 reference of a CIFAR ResNet is run again with its weights changed by relative noise of 1e-7, the rounding of
float32. Where a ReLU's input is that near to zero its gradient jumps, and training steps amplify the jump: no float32
program can come closer than this. For every value: the largest relative deviation over the seeds.

Run: python scripts/reference/conditioning.py test/fixtures/models.json > test/fixtures/conditioning.json   (needs torch, numpy)
"""
import json, sys
import numpy as np
import torch
import torch.nn.functional as F

SEEDS, NOISE = 24, 1e-7
torch.set_default_dtype(torch.float64)


def uniform(tensor, k):
    h = (k.astype(np.uint64) * 0x9E3779B1 + tensor * 0x85EBCA6B) & 0xFFFFFFFF
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        h ^= h >> np.uint64(shift)
        h = (h * factor) & 0xFFFFFFFF
    return h / 2**32


def fill(number, name, shape):
    u = 2 * uniform(number, np.arange(int(np.prod(shape)), dtype=np.uint64)) - 1
    if len(shape) > 1:
        values = u * np.sqrt(6 / np.prod(shape[1:]))
    elif name.endswith('running_var'):
        values = 1 + 0.3 * u
    elif name.endswith('.weight'):
        values = 1 + 0.2 * u
    else:
        values = 0.1 * u
    return torch.tensor(values.reshape(shape))


def forward(w, x, training):
    def bn(x, name):
        stats = w[name + '.running_mean'], w[name + '.running_var']
        return F.batch_norm(x, *stats, w[name + '.weight'], w[name + '.bias'], training, 0.1, 1e-5)

    def conv(x, name, stride=1):
        weight = w[name + '.weight']
        return F.conv2d(x, weight, padding=weight.shape[-1] // 2, stride=stride)

    x = F.relu(bn(conv(x, 'conv1'), 'bn1'))
    for stage in (1, 2, 3):
        block = 0
        while f'layer{stage}.{block}.conv1.weight' in w:
            name, stride = f'layer{stage}.{block}', 2 if stage > 1 and block == 0 else 1
            y = F.relu(bn(conv(x, name + '.conv1', stride), name + '.bn1'))
            y = bn(conv(y, name + '.conv2'), name + '.bn2')
            if name + '.downsample.0.weight' in w:
                x = bn(conv(x, name + '.downsample.0', stride), name + '.downsample.1')
            x = F.relu(x + y)
            block += 1
    features = x.mean((2, 3))
    return features, features @ w['fc.weight'].T + w['fc.bias']


class Isda:
    def __init__(self, classes, size):
        self.n, self.mu = torch.zeros(classes), torch.zeros(classes, size)
        self.sigma = torch.zeros(classes, size, size)

    def __call__(self, features, logits, labels, weight):
        detached = features.detach()
        for c in labels.unique().tolist():
            chosen = detached[labels == c]
            mean, m = chosen.mean(0), len(chosen)
            spread = (chosen - mean).T @ (chosen - mean) / m
            share = m / (self.n[c].item() + m)
            shift = self.mu[c] - mean
            self.sigma[c] = (1 - share) * self.sigma[c] + share * spread + share * (1 - share) * torch.outer(shift, shift)
            self.mu[c] = (1 - share) * self.mu[c] + share * mean
            self.n[c] += m
        differences = weight[None] - weight[labels][:, None]
        term = torch.einsum('nja,nab,njb->nj', differences, self.sigma[labels], differences)
        return F.cross_entropy(logits + 0.25 * term, labels)


def values(reference, noise, seed):
    generator = torch.Generator().manual_seed(seed)
    images = 1.7 * (2 * uniform(1000000, np.arange(int(np.prod(reference['input'])), dtype=np.uint64)) - 1)
    x, labels = torch.tensor(images.reshape(reference['input'])), torch.tensor(reference['labels'])
    first = {name: fill(t, name, shape) for t, (name, shape) in enumerate(reference['tensors'])}
    first = {name: v * (1 + noise * torch.randn(v.shape, generator=generator)) for name, v in first.items()}
    found = {}
    for kind in ('crossEntropy', 'isda'):
        w = {name: v.clone().requires_grad_('running' not in name) for name, v in first.items()}
        optimizer = torch.optim.SGD([v for v in w.values() if v.requires_grad], lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)
        isda, losses = Isda(reference['classes'], reference['featureDim']), []
        for step in range(4):
            features, logits = forward(w, x, True)
            loss = F.cross_entropy(logits, labels) if kind == 'crossEntropy' else isda(features, logits, labels, w['fc.weight'])
            optimizer.zero_grad()
            loss.backward()
            if step == 0 and kind == 'crossEntropy':
                found['gradNorms'] = [w[name].grad.norm().item() for name in reference['gradNorms']]
            optimizer.step()
            losses.append(loss.item())
        found[kind + '.losses'] = losses
        found[kind + '.evalLogitsAfter'] = forward(w, x, False)[1][:, :8].detach().flatten().tolist()
    return found


def main(path):
    result = {'about': f'Largest relative deviation of the float64 reference over {SEEDS} draws of relative weight noise {NOISE}. Made by scripts/reference/conditioning.py.'}
    for name, reference in json.load(open(path))['networks'].items():
        base, worst = values(reference, 0, 0), {}
        for key, kind in (('crossEntropy', 'crossEntropy'), ('isda', 'isda')):
            assert np.allclose(base[key + '.losses'], reference[kind]['losses'], rtol=1e-9), 'this is not the reference'
        for seed in range(SEEDS):
            for key, found in values(reference, NOISE, seed).items():
                expected = np.array(base[key])
                scale = np.abs(expected).max() if key.endswith('Logits') or 'After' in key else np.abs(expected)
                deviation = np.abs(np.array(found) - expected) / scale
                deviation = [deviation.max()] if 'After' in key else deviation
                worst[key] = np.maximum(worst.get(key, 0), deviation)
        result[name] = {key: [float(f'{v:.2g}') for v in found] for key, found in worst.items()}
        result[name]['gradNorms'] = dict(zip(reference['gradNorms'], result[name]['gradNorms']))
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
