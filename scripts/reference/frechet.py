"""Writes test/fixtures/frechet.json: Fréchet distances and principal directions of small feature sets, by SciPy.

Run with SciPy 1.15.3: python scripts/reference/frechet.py
"""
import json
import pathlib

import numpy as np
import scipy
from scipy import linalg


def distance(a, b):
    mean = a.mean(0) - b.mean(0)
    left, right = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = linalg.sqrtm(left @ right)
    return float(mean @ mean + np.trace(left + right - 2 * np.real(root)))


generator = np.random.default_rng(1)
cases = []
for size, first, second in [(2, 9, 7), (5, 40, 30), (16, 60, 80)]:
    mix = generator.normal(size=(size, size))
    a = (generator.normal(size=(first, size)) @ mix).astype(np.float32)
    b = (generator.normal(size=(second, size)) + generator.normal(size=size)).astype(np.float32)
    covariance = np.cov(a.astype(np.float64), rowvar=False, bias=True)
    cases.append({
        'size': size,
        'a': [float(x) for x in a.ravel()],
        'b': [float(x) for x in b.ravel()],
        'distance': distance(a.astype(np.float64), b.astype(np.float64)),
        'biasedCovariance': [float(x) for x in covariance.ravel()],
        'eigenvalues': [float(x) for x in linalg.eigvalsh(covariance)[::-1]],
    })

path = pathlib.Path(__file__).resolve().parents[2] / 'test/fixtures/frechet.json'
path.write_text(json.dumps({'scipy': scipy.__version__, 'cases': cases}) + '\n')
