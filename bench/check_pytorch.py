"""Holds pytorch_step.py and pytorch_networks to the reference values of isda's own tests (test/fixtures).

ISDA's numbers; every network's names, shapes, parameters, logits and first loss; four training steps of ResNet-32.
Usage: python check_pytorch.py [NETWORK ...], without names all of them.
"""

import json
import math
import pathlib
import sys

import torch
import torch.nn.functional as F
from torch import nn

from pytorch_networks import NETWORKS, make_network
from pytorch_step import Isda, make_optimizer

torch.set_default_dtype(torch.float64)
FIXTURES = pathlib.Path(__file__).parent.parent / "test" / "fixtures"
FINALIZER = ((16, 0x85EBCA6B), (13, 0xC2B2AE35))


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def compare(name, actual, expected, limit=1e-8):
    apart = (actual - tensor(expected)).abs().max().item() / max(1.0, tensor(expected).abs().max().item())
    if not apart <= limit:
        sys.exit(f"error: {name} is off by a relative {apart:g}")


def check_losses(path):
    reference = json.loads(path.read_text())
    classes, features = len(reference["weight"]), len(reference["weight"][0])
    isda = Isda(classes, features, "cpu", torch.float64)
    for batch, expected in zip(reference["batches"], reference["isda"]["full"]):
        labels = torch.tensor(batch["labels"])
        before = [statistic.clone() for statistic in (isda.count, isda.mean, isda.covariance)]
        for strength, values in expected["lambda"].items():
            isda.count, isda.mean, isda.covariance = (statistic.clone() for statistic in before)
            fc = nn.Linear(features, classes)
            fc.weight.data, fc.bias.data = tensor(reference["weight"]), tensor(reference["bias"])
            x = tensor(batch["features"]).requires_grad_()
            logits = isda.augmented_logits(fc, x, labels, float(strength))
            loss = F.cross_entropy(logits, labels)
            loss.backward()
            compare("covariance", isda.covariance, expected["covariance"])
            compare("mean", isda.mean, expected["mean"])
            compare("count", isda.count, expected["count"])
            compare("augmented logits", logits, values["augmentedLogits"])
            compare("loss", loss, values["loss"])
            compare("gradient of the features", x.grad, values["dFeatures"])
            compare("gradient of the weight", fc.weight.grad, values["dWeight"])
            compare("gradient of the bias", fc.bias.grad, values["dBias"])


def uniform(stream, count, salt):
    h = (torch.arange(count, dtype=torch.int64) * 0x9E3779B1 + stream * 0x85EBCA6B + salt) & 0xFFFFFFFF
    for shift, factor in FINALIZER:
        h = ((h ^ (h >> shift)) * factor) & 0xFFFFFFFF
    return 2 * ((h ^ (h >> 16)).double() / 2**32) - 1


def fill(model, tensors, salt):
    state = model.state_dict()
    for index, (name, shape) in enumerate(tensors):
        u = uniform(index, math.prod(shape), salt).view(shape)
        if len(shape) >= 2:
            state[name] = u * math.sqrt(6 / math.prod(shape[1:]))
        elif name.endswith("running_var"):
            state[name] = 1 + 0.3 * u
        elif name.endswith("weight"):
            state[name] = 1 + 0.2 * u
        else:
            state[name] = 0.1 * u
    model.load_state_dict(state)


def read_network(name):
    reference = json.loads((FIXTURES / f"models-{name}.json").read_text())
    return reference["networks"][name], reference["salt"]


def open_network(name):
    """The network with the reference's weights, and the reference."""
    network, salt = read_network(name)
    model = make_network(name, network["classes"])
    own = [[key, list(value.shape)] for key, value in model.state_dict().items() if not key.endswith("tracked")]
    if own != network["tensors"]:
        sys.exit(f"error: {name} has other tensors than the reference")
    if sum(parameter.numel() for parameter in model.parameters()) != network["parameters"]:
        sys.exit(f"error: {name} has another number of parameters than the reference")
    fill(model, network["tensors"], salt)
    images = 1.7 * uniform(1_000_000, math.prod(network["input"]), salt).view(network["input"])
    return model, network, images


def check_network(name):
    model, network, images = open_network(name)
    with torch.no_grad():
        logits = model.fc(model.eval()(images))
        compare(f"{name}: logits", logits[:, : len(network["evalLogits"][0])], network["evalLogits"])
        # With Shake-Shake's shares the reference is at their mean, and this network is not.
        if "trainLoss" in network and "shake" not in name:
            loss = F.cross_entropy(model.fc(model.train()(images)), torch.tensor(network["labels"]))
            compare(f"{name}: loss", loss, network["trainLoss"])


def check_training(name):
    for loss_name in ("crossEntropy", "isda"):
        model, network, images = open_network(name)
        labels = torch.tensor(network["labels"])
        isda = Isda(network["classes"], network["featureDim"], "cpu", torch.float64)
        optimizer = make_optimizer(model.train(), 0.01)
        losses = []
        for _ in network[loss_name]["losses"]:
            features = model(images)
            augmented = loss_name == "isda"
            logits = isda.augmented_logits(model.fc, features, labels, 0.5) if augmented else model.fc(features)
            loss = F.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        compare(f"{loss_name}: losses of the steps", tensor(losses), network[loss_name]["losses"], 1e-6)
        with torch.no_grad():
            after = model.fc(model.eval()(images))[:, :8]
        compare(f"{loss_name}: logits after the steps", after, network[loss_name]["evalLogitsAfter"], 1e-5)


names = sys.argv[1:] or list(NETWORKS)
check_losses(FIXTURES / "losses.json")
check_training("resnet-32")
for name in names:
    check_network(name)
    print(f"{name} agrees with the reference values", flush=True)
