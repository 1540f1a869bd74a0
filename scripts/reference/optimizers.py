"""What PyTorch's optimizers make of three weights in 20 steps, in float64: test/fixtures/optimizers.json.

The gradient of step t (from 0) is f w + sin(t + i) with factors f, so that it depends on the weights.

Run: python scripts/reference/optimizers.py   (needs torch)
"""
import json
import math
from pathlib import Path
import torch

FIXTURE = Path(__file__).parents[2] / 'test/fixtures/optimizers.json'
STEPS, START, FACTORS = 20, [0.5, -1.0, 2.0], [1.0, -0.2, 0.5]

SGD, ADAM, ADAMW, RMSPROP = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop
# Settings as a config has them, the class, and PyTorch's names for those that it calls otherwise.
CASES = [
    (SGD, {'name': 'sgd', 'learningRate': 0.05, 'momentum': 0.9, 'nesterov': True, 'weightDecay': 0.01}),
    (SGD, {'name': 'sgd', 'learningRate': 0.05, 'momentum': 0.9, 'nesterov': False, 'weightDecay': 0.01}),
    (SGD, {'name': 'sgd', 'learningRate': 0.05, 'momentum': 0, 'nesterov': False, 'weightDecay': 0}),
    (ADAM, {'name': 'adam', 'learningRate': 0.05}),
    (ADAM, {'name': 'adam', 'learningRate': 0.05, 'beta1': 0.5, 'beta2': 0.99, 'epsilon': 1e-3, 'weightDecay': 0.1}),
    (ADAMW, {'name': 'adamw', 'learningRate': 0.05}),
    (ADAMW, {'name': 'adamw', 'learningRate': 0.05, 'beta1': 0.8, 'epsilon': 1e-3, 'weightDecay': 0.5}),
    (RMSPROP, {'name': 'rmsprop', 'learningRate': 0.05}),
    (RMSPROP, {'name': 'rmsprop', 'learningRate': 0.02, 'alpha': 0.9, 'epsilon': 1e-3, 'momentum': 0.5, 'weightDecay': 0.1}),
    (RMSPROP, {'name': 'rmsprop', 'learningRate': 0.02, 'alpha': 0.9, 'epsilon': 1e-2, 'centered': True}),
]
NAMES = {'learningRate': 'lr', 'epsilon': 'eps', 'weightDecay': 'weight_decay'}


def arguments(options):
    found = {NAMES.get(key, key): value for key, value in options.items() if key not in ('name', 'beta1', 'beta2')}
    if options['name'].startswith('adam'):
        found['betas'] = (options.get('beta1', 0.9), options.get('beta2', 0.999))
    return found


def train(make, options):
    weights = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    factors = torch.tensor(FACTORS, dtype=torch.float64)
    optimizer = make([weights], **arguments(options))
    after = []
    for step in range(STEPS):
        slopes = torch.tensor([math.sin(step + i) for i in range(3)], dtype=torch.float64)
        weights.grad = factors * weights.detach() + slopes
        optimizer.step()
        after.append(weights.tolist())
    return after


def main():
    cases = [{'options': options, 'weights': train(make, options)} for make, options in CASES]
    fixture = {'torch': torch.__version__.split('+')[0], 'start': START, 'factors': FACTORS, 'cases': cases}
    FIXTURE.write_text(json.dumps(fixture) + '\n')


if __name__ == '__main__':
    main()
