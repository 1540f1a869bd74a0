"""Runs PyTorch's training step under its profiler, for budget.mjs. Takes the options of pytorch_step.py.

Prints a line `step [["aten::relu", 12.5], ...]` after each counted step: microseconds that a call of an operation took
itself, in order. With ONEDNN_VERBOSE=profile_exec in the environment oneDNN prints its primitives before it.
"""

import json

import torch
from torch.profiler import ProfilerActivity, profile

from pytorch_step import parse_options, prepare


def main():
    options = parse_options()
    if options.threads > 0:
        torch.set_num_threads(options.threads)
    _, run = prepare(options)
    for index in range(options.warmup + options.steps):
        with profile(activities=[ProfilerActivity.CPU]) as recorded:
            run(index)
        times = [(event.name, event.self_cpu_time_total) for event in recorded.events()]
        print("step" if index >= options.warmup else "warmup", json.dumps(times), flush=True)


if __name__ == "__main__":
    main()
