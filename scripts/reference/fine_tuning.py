"""Fine-tuning of a ResNet-18 in torchvision's layout, recorded from PyTorch in float64: test/fixtures/fine-tuning.json.

The network is torchvision.models.resnet18, written out here so that torchvision is not needed: same modules, names and order of
the state dictionary. Its weights are conditioning.py's integer hash, so a test makes the same file without having it.
Recorded: logits in evaluation of 8 images of 32 x 32, from the weights as float32 and as bfloat16 (cut off, not rounded); then
4 steps of SGD with the stem and the first two stages frozen (their batch normalizations in evaluation mode) and ten times the
learning rate for fc: the losses, and the logits afterwards.

Run: python scripts/reference/fine_tuning.py   (needs torch, numpy)
"""
import json
from pathlib import Path
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from conditioning import fill, uniform

FIXTURE = Path(__file__).parents[2] / 'test' / 'fixtures' / 'fine-tuning.json'
torch.set_default_dtype(torch.float64)
CLASSES, SHAPE, MEAN, STD = 10, (8, 32, 32, 3), [120.0, 110.0, 100.0], [60.0, 62.0, 64.0]
FROZEN = ['conv1', 'bn1', 'layer1', 'layer2']
SGD = dict(lr=0.0003, momentum=0.9, nesterov=True, weight_decay=1e-3)
HEAD_FACTOR, STEPS = 10, 4


class BasicBlock(nn.Module):
    def __init__(self, inputs, planes, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = None
        if stride != 1 or inputs != planes:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, planes, 1, stride, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x):
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))


class ResNet18(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = 64
        for stage, planes in enumerate([64, 128, 256, 512], start=1):
            blocks = [BasicBlock(inputs, planes, 1 if stage == 1 else 2), BasicBlock(planes, planes, 1)]
            setattr(self, f'layer{stage}', nn.Sequential(*blocks))
            inputs = planes
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512, classes)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))


def network(cut_off=False):
    model = ResNet18(CLASSES)
    names = [name for name in model.state_dict() if not name.endswith('num_batches_tracked')]
    state = {name: fill(t, name, tuple(model.state_dict()[name].shape)).float() for t, name in enumerate(names)}
    if cut_off:
        state = {name: (value.view(torch.int32) & ~0xFFFF).view(torch.float32) for name, value in state.items()}
    model.load_state_dict(state, strict=False)
    return model, names


def main():
    pixels = np.floor(256 * uniform(1_000_000, np.arange(int(np.prod(SHAPE)), dtype=np.uint64)))
    images = torch.tensor((pixels.reshape(SHAPE) - MEAN) / STD).permute(0, 3, 1, 2)
    labels = torch.tensor([3, 0, 9, 9, 1, 4, 7, 2])

    def evaluated(model):
        model.eval()
        with torch.no_grad():
            return model(images).tolist()

    model, names = network()
    result = {
        'about': 'Made by scripts/reference/fine_tuning.py with PyTorch ' + torch.__version__.split('+')[0],
        'classes': CLASSES, 'shape': SHAPE, 'mean': MEAN, 'std': STD, 'labels': labels.tolist(),
        'freeze': FROZEN, 'headLearningRateFactor': HEAD_FACTOR,
        'sgd': {'learningRate': SGD['lr'], 'momentum': SGD['momentum'], 'weightDecay': SGD['weight_decay']},
        'tensors': [[name, list(model.state_dict()[name].shape)] for name in names],
        'logits': evaluated(model), 'logitsBfloat16': evaluated(network(cut_off=True)[0]),
    }
    frozen = [getattr(model, name) for name in FROZEN]
    for module in frozen:
        module.requires_grad_(False)
    body = [p for name, p in model.named_parameters() if p.requires_grad and not name.startswith('fc.')]
    head = list(model.fc.parameters())
    optimizer = torch.optim.SGD([{'params': body}, {'params': head, 'lr': HEAD_FACTOR * SGD['lr']}], **SGD)
    losses = []
    for _ in range(STEPS):
        model.train()
        for module in frozen:
            module.eval()
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    result['losses'] = losses
    result['logitsAfter'] = evaluated(model)
    FIXTURE.write_text(json.dumps(result) + '\n')


if __name__ == '__main__':
    main()
