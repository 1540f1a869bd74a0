"""What PyTorch computes for narrow generators, discriminators, their losses and optimizers: test/fixtures/generators.json.

Weights are the integer hash of scripts/reference/conditioning.py, in the order of the names below; real images that of
test/support/reference-network.ts; noise, labels and codes are in the file. All in float64, all in training mode.

Run: python scripts/reference/generators.py   (needs torch, numpy)
"""
import json
import numpy as np
import torch
import torch.nn.functional as F
from conditioning import FIXTURES, fill, uniform

BATCH, NOISE, CLASSES, CODES, WIDTH = 4, 5, 3, 2, 2
LABELS, REAL_LABELS = [2, 0, 1, 2], [1, 1, 0, 2]
torch.set_default_dtype(torch.float64)


def stream(number, *shape):
    u = uniform(number, np.arange(int(np.prod(shape)), dtype=np.uint64))
    return torch.tensor((2 * u - 1).reshape(shape))


class Network:
    """Tensors that are made when first used, in that order; PyTorch's functions around them."""

    def __init__(self, prefix):
        self.prefix, self.values = prefix, {}

    def get(self, name, shape):
        full = f'{self.prefix}.{name}'
        if full not in self.values:
            trained = not full.rsplit('.', 1)[1].startswith('running')
            self.values[full] = fill(len(self.values), full, shape).requires_grad_(trained)
        return self.values[full]

    def conv(self, number, x, outputs, kernel, stride, padding):
        weight = self.get(f'conv{number}.weight', (outputs, x.shape[1], kernel, kernel))
        return F.conv2d(x, weight, stride=stride, padding=padding)

    def deconv(self, number, x, outputs, kernel=4, stride=2, padding=1):
        weight = self.get(f'deconv{number}.weight', (x.shape[1], outputs, kernel, kernel))
        return F.conv_transpose2d(x, weight, stride=stride, padding=padding)

    def norm(self, number, x):
        parts = [self.get(f'bn{number}.{part}', (x.shape[1],)) for part in ('weight', 'bias', 'running_mean', 'running_var')]
        weight, bias, mean, var = parts
        return F.batch_norm(x, mean, var, weight, bias, training=True, momentum=0.1, eps=1e-5)

    def linear(self, name, x, outputs):
        return F.linear(x, self.get(f'{name}.weight', (outputs, x.shape[1])), self.get(f'{name}.bias', (outputs,)))

    def up(self, number, x, outputs, **options):
        return F.relu(self.norm(number, self.deconv(number, x, outputs, **options)))

    def parameters(self):
        return {name: value for name, value in self.values.items() if value.requires_grad}


PROJECT = dict(kernel=4, stride=1, padding=0)


def one_hot(labels):
    return F.one_hot(torch.tensor(labels), CLASSES).to(torch.float64)


def pixel(x):
    return x[:, :, None, None]


def wgan_generator(g, noise, labels, codes):
    x = g.up(1, pixel(noise), 4 * WIDTH, **PROJECT)
    x = g.up(3, g.up(2, x, 2 * WIDTH), WIDTH)
    return torch.tanh(g.deconv(4, x, 3))


def wgan_critic(d, x, labels):
    x = F.leaky_relu(d.conv(1, x, WIDTH, 4, 2, 1), 0.2)
    x = F.leaky_relu(d.norm(2, d.conv(2, x, 2 * WIDTH, 4, 2, 1)), 0.2)
    x = F.leaky_relu(d.norm(3, d.conv(3, x, 4 * WIDTH, 4, 2, 1)), 0.2)
    return {'score': d.conv(4, x, 1, 4, 1, 0).flatten()}


def cgan_generator(g, noise, labels, codes):
    x = g.up('1_noise', pixel(noise), 2 * WIDTH, **PROJECT)
    y = g.up('1_label', pixel(one_hot(labels)), 2 * WIDTH, **PROJECT)
    x = g.up(3, g.up(2, torch.cat([x, y], 1), 2 * WIDTH), WIDTH)
    return torch.tanh(g.deconv(4, x, 3))


def cgan_discriminator(d, x, labels):
    planes = pixel(one_hot(labels)).expand(-1, -1, 32, 32)
    x = torch.cat([d.conv('1_image', x, WIDTH // 2, 4, 2, 1), d.conv('1_label', planes, WIDTH // 2, 4, 2, 1)], 1)
    x = F.leaky_relu(x, 0.2)
    x = F.leaky_relu(d.norm(2, d.conv(2, x, 2 * WIDTH, 4, 2, 1)), 0.2)
    x = F.leaky_relu(d.norm(3, d.conv(3, x, 4 * WIDTH, 4, 2, 1)), 0.2)
    return {'score': d.conv(4, x, 1, 4, 1, 0).flatten()}


def acgan_generator(g, noise, labels, codes):
    x = F.relu(g.linear('fc1', torch.cat([noise, one_hot(labels)], 1), 8 * WIDTH))
    x = g.up(2, pixel(x), 4 * WIDTH, **PROJECT)
    x = g.up(4, g.up(3, x, 2 * WIDTH), WIDTH)
    return torch.tanh(g.deconv(5, x, 3))


def acgan_discriminator(d, x, labels):
    for number in range(1, 7):
        x = d.conv(number, x, WIDTH * 2 ** (number - 1), 3, 2 if number % 2 else 1, 1)
        x = F.leaky_relu(x if number == 1 else d.norm(number, x), 0.2)
    x = x.permute(0, 2, 3, 1).flatten(1)
    return {'score': d.linear('fc_real', x, 1).flatten(), 'classLogits': d.linear('fc_class', x, CLASSES)}


def infogan_generator(g, noise, labels, codes):
    x = pixel(torch.cat([noise, one_hot(labels), codes], 1))
    x = g.up(2, g.up(1, x, 7 * WIDTH, kernel=2, stride=1, padding=0), 4 * WIDTH)
    x = F.relu(g.deconv(4, F.relu(g.deconv(3, x, 2 * WIDTH)), WIDTH))
    return torch.tanh(g.deconv(5, x, 3))


def infogan_discriminator(d, x, labels):
    x = F.leaky_relu(d.conv(1, x, WIDTH, 4, 2, 1), 0.1)
    x = F.leaky_relu(d.norm(2, d.conv(2, x, 2 * WIDTH, 4, 2, 1)), 0.1)
    x = F.leaky_relu(d.norm(3, d.conv(3, x, 4 * WIDTH, 4, 2, 1)), 0.1)
    score = d.conv(4, x, 1, 4, 1, 0).flatten()
    units = F.leaky_relu(d.norm('_q', d.conv('_q', x, 2 * WIDTH, 4, 1, 0)), 0.1).flatten(1)
    return {'score': score, 'classLogits': d.linear('fc_class', units, CLASSES), 'codes': d.linear('fc_codes', units, CODES)}


def binary(score, target):
    return F.binary_cross_entropy_with_logits(score, torch.full_like(score, target))


def named(judged, labels):
    return F.cross_entropy(judged['classLogits'], torch.tensor(labels))


def information(made, codes):
    """Cross entropy of the label; negative log-likelihood of the codes with variance 1, less its constant."""
    normal = torch.distributions.Normal(made['codes'], 1)
    constant = CODES * 0.5 * np.log(2 * np.pi)
    return named(made, LABELS) + 0.1 * ((-normal.log_prob(codes)).sum(1).mean() - constant)


def losses(kind, real, made, codes):
    if kind == 'wgan':
        return made['score'].mean() - real['score'].mean(), -made['score'].mean()
    discriminator = binary(real['score'], 1.0) + binary(made['score'], 0.0)
    generator = binary(made['score'], 1.0)
    if kind == 'acgan':
        discriminator = discriminator + named(real, REAL_LABELS) + named(made, LABELS)
        generator = generator + named(made, LABELS)
    if kind == 'infogan':
        discriminator = discriminator + named(real, REAL_LABELS) + information(made, codes)
        generator = generator + information(made, codes)
    return discriminator, generator


KINDS = {
    'wgan': (wgan_generator, wgan_critic),
    'cgan': (cgan_generator, cgan_discriminator),
    'acgan': (acgan_generator, acgan_discriminator),
    'infogan': (infogan_generator, infogan_discriminator),
}


def plain(value):
    return value.detach().numpy().round(12).tolist()


def norms(loss, network):
    parameters = network.parameters()
    slopes = torch.autograd.grad(loss, list(parameters.values()), retain_graph=True)
    return {name: slope.norm().item() for name, slope in zip(parameters, slopes)}


def reference(kind):
    make, judge = KINDS[kind]
    noise, codes = 2 * stream(1_000_001, BATCH, NOISE), stream(1_000_002, BATCH, CODES)
    photos = 1.7 * stream(1_000_000, BATCH, 3, 32, 32)
    g, d = Network('generator'), Network('discriminator')
    images = make(g, noise, LABELS, codes)
    real = judge(d, photos, REAL_LABELS)
    made = judge(d, images, LABELS)
    discriminator, generator = losses(kind, real, made, codes)
    return {
        'tensors': {
            'generator': [[name, list(value.shape)] for name, value in g.values.items()],
            'discriminator': [[name, list(value.shape)] for name, value in d.values.items()],
        },
        'image': plain(images[1, :, 13, 14:18]),
        'real': {name: plain(value) for name, value in real.items()},
        'generated': {name: plain(value) for name, value in made.items()},
        'discriminatorLoss': discriminator.item(),
        'generatorLoss': generator.item(),
        'discriminatorGradients': norms(discriminator, d),
        'generatorGradients': norms(generator, g),
    }


def optimized(make):
    """A parameter after each of four steps with given gradients."""
    parameter = torch.tensor([0.5, -1.0, 2.0], requires_grad=True)
    optimizer = make([parameter])
    values = []
    for step in range(4):
        parameter.grad = torch.tensor([0.3 - 0.2 * step, 1e-9, -4.0 * (step + 1)])
        optimizer.step()
        values.append(plain(parameter))
    return values


def main():
    codes, noise = stream(1_000_002, BATCH, CODES), 2 * stream(1_000_001, BATCH, NOISE)
    fixture = {
        'inputs': {'noise': plain(noise), 'labels': LABELS, 'codes': plain(codes), 'realLabels': REAL_LABELS},
        'generators': {kind: reference(kind) for kind in KINDS},
        'optimizers': {
            'rmsprop': optimized(lambda parameters: torch.optim.RMSprop(parameters, lr=0.01)),
            'adam': optimized(lambda parameters: torch.optim.Adam(parameters, lr=0.01, betas=(0.5, 0.999))),
        },
    }
    (FIXTURES / 'generators.json').write_text(json.dumps(fixture, indent=1) + '\n')


if __name__ == '__main__':
    main()
