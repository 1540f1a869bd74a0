"""How far rounding alone moves the reference values of networks, written to test/fixtures/conditioning-NETWORK.json.

The float64 reference is run again with relative noise of 1e-7, the rounding of float32, on every weight and on what every
convolution, normalization and linear layer gives. Where a ReLU's input is that near to zero its gradient jumps, and training
steps amplify the jump: no float32 program can come closer than this. For every value: the largest relative deviation over
the draws. Networks that the reference does not train get their gradient norms alone.

Run: python scripts/reference/conditioning.py [--draws 24] NETWORK...   (needs torch, numpy; reads test/fixtures/models-NETWORK.json)
"""
import argparse, json
from pathlib import Path
import numpy as np
import torch
import torch.nn.functional as F
from torch_networks import Layers, forward_of

FIXTURES = Path(__file__).parents[2] / 'test' / 'fixtures'
NOISE = 1e-7
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


def values(name, reference, noise, draw):
    generator, forward = torch.Generator().manual_seed(draw), forward_of(name)

    def rounding(x):
        return x * (1 + noise * torch.randn(x.shape, generator=generator)) if noise else x

    images = 1.7 * (2 * uniform(1000000, np.arange(int(np.prod(reference['input'])), dtype=np.uint64)) - 1)
    x, labels = torch.tensor(images.reshape(reference['input'])), torch.tensor(reference['labels'])
    first = {tensor: rounding(fill(t, tensor, shape)) for t, (tensor, shape) in enumerate(reference['tensors'])}
    found = {}
    for kind in ('crossEntropy', 'isda'):
        trained = kind in reference
        if not trained and kind == 'isda':
            continue
        w = {tensor: v.clone().requires_grad_('running' not in tensor) for tensor, v in first.items()}
        parameters = [v for v in w.values() if v.requires_grad]
        optimizer = torch.optim.SGD(parameters, lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)
        isda, losses = Isda(reference['classes'], reference['featureDim']), []
        for step in range(4 if trained else 1):
            features, logits = forward(Layers(w, True, rounding), x)
            loss = F.cross_entropy(logits, labels) if kind == 'crossEntropy' else isda(features, logits, labels, w['fc.weight'])
            optimizer.zero_grad()
            loss.backward()
            if step == 0 and kind == 'crossEntropy':
                found['trainLoss'] = [loss.item()]
                found['gradNorms'] = [w[tensor].grad.norm().item() for tensor in reference['gradNorms']]
            optimizer.step()
            losses.append(loss.item())
        if trained:
            found[kind + '.losses'] = losses
            with torch.no_grad():
                logits = forward(Layers(w, False, rounding), x)[1]
            found[kind + '.evalLogitsAfter'] = logits[:, :8].flatten().tolist()
    return found


def measure(name, draws):
    reference = json.loads((FIXTURES / f'models-{name}.json').read_text())['networks'][name]
    base, worst = values(name, reference, 0, 0), {}
    assert np.allclose(base['trainLoss'], reference['trainLoss'], rtol=1e-9), 'this is not the reference'
    assert np.allclose(base['gradNorms'], list(reference['gradNorms'].values()), rtol=1e-6), 'this is not the reference'
    for key in ('crossEntropy', 'isda'):
        assert key not in reference or np.allclose(base[key + '.losses'], reference[key]['losses'], rtol=1e-6), 'this is not the reference'
    for draw in range(draws):
        for key, found in values(name, reference, NOISE, draw).items():
            expected = np.array(base[key])
            scale = np.abs(expected).max() if 'After' in key else np.abs(expected)
            deviation = np.abs(np.array(found) - expected) / scale
            worst[key] = np.maximum(worst.get(key, 0), [deviation.max()] if 'After' in key else deviation)
    result = {'about': f'Largest relative deviation of the float64 reference over {draws} draws of relative noise {NOISE}. Made by scripts/reference/conditioning.py.'}
    result.update({key: [float(f'{v:.2g}') for v in found] for key, found in worst.items()})
    result['gradNorms'] = dict(zip(reference['gradNorms'], result['gradNorms']))
    (FIXTURES / f'conditioning-{name}.json').write_text(json.dumps(result, indent=1) + '\n')


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('networks', nargs='+', metavar='NETWORK')
    parser.add_argument('--draws', type=int, default=24)
    arguments = parser.parse_args()
    for network in arguments.networks:
        measure(network, arguments.draws)
