"""Clipping of gradients, averages of the weights and accumulation, recorded from PyTorch: test/fixtures/training-aids.json.

A linear layer of three inputs and two outputs on 12 rows, mean squared error; 20 steps of SGD with momentum and of AdamW, with
torch.nn.utils.clip_grad_norm_ and torch.optim.swa_utils.get_ema_multi_avg_fn (timm's ModelEmaV2 does the same); the averages begin
with the first weights. In float64. `accumulated`: gradients of 3 batches of 5, 5 and 2 rows, each the mean over its rows,
weighted by their rows, make one step.

Run: python scripts/reference/training_aids.py   (needs torch)
"""
import copy, json, math
from pathlib import Path
import torch
from torch.nn.utils import clip_grad_norm_
from torch.optim.swa_utils import get_ema_multi_avg_fn

FIXTURE = Path(__file__).parents[2] / 'test/fixtures/training-aids.json'
STEPS, ROWS = 20, 12
torch.set_default_dtype(torch.float64)
CASES = [
    {'optimizer': {'name': 'sgd', 'learningRate': 0.05, 'weightDecay': 0.01}, 'maxNorm': 0.7, 'decay': 0.9},
    {'optimizer': {'name': 'sgd', 'learningRate': 0.05, 'weightDecay': 0.01}, 'maxNorm': 0.7, 'decay': 0.9, 'accumulated': True},
    {'optimizer': {'name': 'sgd', 'learningRate': 0.05, 'weightDecay': 0.01}, 'decay': 0.9, 'warmup': True},
    {'optimizer': {'name': 'adamw', 'learningRate': 0.05, 'weightDecay': 0.1}, 'maxNorm': 0.2, 'decay': 0.99},
    {'optimizer': {'name': 'adamw', 'learningRate': 0.05, 'weightDecay': 0.1}, 'maxNorm': 0.2, 'decay': 0.99, 'accumulated': True},
]


def rows(step):
    x = torch.tensor([[math.sin(7 * step + 3 * i + j) for j in range(3)] for i in range(ROWS)])
    y = torch.tensor([[math.cos(5 * step + 2 * i + 4 * j) for j in range(2)] for i in range(ROWS)])
    return x, 2 * y


def train(case):
    layer = torch.nn.Linear(3, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[0.5, -1.0, 2.0], [0.25, 1.5, -0.75]]))
        layer.bias.copy_(torch.tensor([0.1, -0.2]))
    options = case['optimizer']
    lr, wd = options['learningRate'], options['weightDecay']
    optimizer = (
        torch.optim.SGD(layer.parameters(), lr=lr, momentum=0.9, nesterov=True, weight_decay=wd)
        if options['name'] == 'sgd'
        else torch.optim.AdamW(layer.parameters(), lr=lr, weight_decay=wd)
    )
    ema = copy.deepcopy(layer)
    steps, norms = [], []
    for step in range(STEPS):
        x, y = rows(step)
        optimizer.zero_grad()
        for first, last in ((0, 5), (5, 10), (10, 12)) if case.get('accumulated') else ((0, ROWS),):
            loss = torch.nn.functional.mse_loss(layer(x[first:last]), y[first:last])
            (loss * (last - first) / ROWS).backward()
        if 'maxNorm' in case:
            norms.append(clip_grad_norm_(layer.parameters(), case['maxNorm']).item())
        optimizer.step()
        t = step + 1
        decay = min(case['decay'], (1 + t) / (10 + t)) if case.get('warmup') else case['decay']
        with torch.no_grad():
            get_ema_multi_avg_fn(decay)(list(ema.parameters()), list(layer.parameters()), t)
        flat = lambda module: torch.cat([p.flatten() for p in module.parameters()]).tolist()
        steps.append({'weights': flat(layer), 'averages': flat(ema)})
    return {**case, 'steps': steps, 'norms': norms}


def main():
    fixture = {'about': 'Made by scripts/reference/training_aids.py with PyTorch ' + torch.__version__.split('+')[0]}
    fixture.update(rows=ROWS, weight=[[0.5, -1.0, 2.0], [0.25, 1.5, -0.75]], bias=[0.1, -0.2], cases=[train(case) for case in CASES])
    FIXTURE.write_text(json.dumps(fixture) + '\n')


if __name__ == '__main__':
    main()
