"""Times one training step in PyTorch: the same networks, optimizer and losses as isda, for comparison.

Prints one line of JSON. See README.md in this folder.
"""

import argparse
import json
import platform
import resource
import statistics
import time

import torch
import torch.nn.functional as F

from pytorch_networks import NETWORKS, make_network

CIFAR_MEAN = (125.3 / 255, 123.0 / 255, 113.9 / 255)
CIFAR_STD = (63.0 / 255, 62.1 / 255, 66.7 / 255)


class Isda:
    """ISDA with one full covariance matrix a class (paper, equation 4 and supplement A)."""

    def __init__(self, classes, features, device, dtype=torch.float32):
        self.count = torch.zeros(classes, device=device, dtype=dtype)
        self.mean = torch.zeros(classes, features, device=device, dtype=dtype)
        self.covariance = torch.zeros(classes, features, features, device=device, dtype=dtype)

    @torch.no_grad()
    def update(self, features, present, members):
        """Merges one batch into the running statistics of its classes `present`; `members` is K x N, one-hot."""
        count = members.sum(1)
        mean = members @ features / count[:, None]
        centred = features - members.T @ mean
        outer = centred[:, :, None] * centred[:, None, :]
        batch = (members @ outer.flatten(1)).view(len(present), *outer.shape[1:]) / count[:, None, None]
        weight = count / (self.count[present] + count)
        apart = self.mean[present] - mean
        w = weight[:, None, None]
        between = apart[:, :, None] * apart[:, None, :]
        self.covariance[present] = (1 - w) * self.covariance[present] + w * batch + w * (1 - w) * between
        self.mean[present] = torch.lerp(self.mean[present], mean, weight[:, None])
        self.count[present] += count

    def augmented_logits(self, fc, features, labels, strength):
        """Updates the covariance with this batch and gives z + (lambda / 2) (w_j - w_y)^T Sigma_y (w_j - w_y)."""
        logits = fc(features)
        present, inverse = torch.unique(labels, return_inverse=True)
        members = F.one_hot(inverse, len(present)).T.to(features.dtype)
        self.update(features.detach(), present, members)
        projected = fc.weight @ self.covariance[present]
        own = (projected * fc.weight).sum(2)
        cross = (projected @ fc.weight[present][:, :, None]).squeeze(2)
        target = own.gather(1, present[:, None])
        return logits + 0.5 * strength * (own - 2 * cross + target)[inverse]


DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def make_optimizer(model, rate=0.1):
    return torch.optim.SGD(model.parameters(), rate, momentum=0.9, nesterov=True, weight_decay=1e-4)


def make_step(model, optimizer, isda, dtype, channels_last):
    """A function of (uint8 images N x 3 x H x W, labels, lambda) that trains one step and returns the loss."""
    device = next(model.parameters()).device
    mean = torch.tensor(CIFAR_MEAN, device=device).view(1, 3, 1, 1) * 255
    scale = 1 / (torch.tensor(CIFAR_STD, device=device).view(1, 3, 1, 1) * 255)
    layout = torch.channels_last if channels_last else torch.contiguous_format

    def step(images, labels, strength):
        x = ((images.float() - mean) * scale).contiguous(memory_format=layout)
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            features = model(x)
        features = features.float()
        logits = model.fc(features) if isda is None else isda.augmented_logits(model.fc, features, labels, strength)
        loss = F.cross_entropy(logits, labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss

    return step


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--network", choices=list(NETWORKS), default="resnet-32")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--classes", type=int, default=100)
    parser.add_argument("--size", type=int, default=32, help="height and width of the images")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0, help="0: PyTorch's own choice")
    parser.add_argument("--memory-format", choices=["nchw", "channels_last"], default="nchw")
    parser.add_argument("--loss", choices=["cross-entropy", "isda"], default="cross-entropy")
    parser.add_argument("--precision", choices=list(DTYPES), default="float32")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--compile", action="store_true", help="through torch.compile; it compiles in the warm-up")
    options = parser.parse_args()
    if min(options.steps, options.batch, options.classes, options.size) < 1:
        parser.error("--steps, --batch, --classes and --size must be at least 1")
    return options


def prepare(options):
    """The network of the command line, and a function that trains one step of a given number and returns the loss."""
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = True
    # TF32 for matrix products as for convolutions, as isda has it by default.
    torch.backends.cuda.matmul.allow_tf32 = True
    channels_last = options.memory_format == "channels_last"
    layout = torch.channels_last if channels_last else torch.contiguous_format
    model = make_network(options.network, options.classes).to(options.device).to(memory_format=layout).train()
    isda = Isda(options.classes, model.fc.in_features, options.device) if options.loss == "isda" else None
    optimizer = make_optimizer(model)
    if options.compile:
        # In place: the model keeps its classifier, of which ISDA reads the weight.
        model.compile()
    step = make_step(model, optimizer, isda, DTYPES[options.precision], channels_last)

    images = torch.randint(0, 256, (options.batch, options.size, options.size, 3), dtype=torch.uint8).permute(0, 3, 1, 2)
    labels = torch.randint(0, options.classes, (options.batch,))
    if not channels_last:
        images = images.contiguous()
    # Copying the batch to the device and fetching the loss belong to a step.
    def run(index):
        return step(images.to(options.device), labels.to(options.device), 0.5 * index / 1000).item()

    return model, run


def main():
    options = parse_options()
    if options.device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("error: this PyTorch sees no CUDA device")
    if options.threads > 0:
        torch.set_num_threads(options.threads)
    model, run = prepare(options)
    times = []
    for index in range(options.warmup + options.steps):
        begin = time.perf_counter()
        loss = run(index)
        if index >= options.warmup:
            times.append((time.perf_counter() - begin) * 1000)
    median = statistics.median(times)
    result = {
        "median_ms": median,
        "min_ms": min(times),
        "images_per_second": options.batch * 1000 / median,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if platform.system() == "Darwin" else 1024),
        "last_loss": loss,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "torch_version": torch.__version__,
        **vars(options),
        "threads": torch.get_num_threads(),
    }
    if options.device == "cuda":
        result["peak_device_mb"] = torch.cuda.max_memory_allocated() / 2**20
        free, total = torch.cuda.mem_get_info()
        result["gpu_memory_mib"] = (total - free) / 2**20
        result["device_name"] = torch.cuda.get_device_name()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
