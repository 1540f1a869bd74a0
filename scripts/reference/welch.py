"""Welch's t-test and Student's distribution by SciPy, for test/fixtures/welch.json.

    python scripts/reference/welch.py > test/fixtures/welch.json
"""
import json
import sys

import numpy
import scipy
from scipy import stats

random = numpy.random.default_rng(1)


def test(first, second):
    result = stats.ttest_ind(first, second, equal_var=False)
    return {'first': list(map(float, first)), 'second': list(map(float, second)), 't': float(result.statistic),
            'degrees': float(result.df), 'p': float(result.pvalue)}


samples = [
    test([7.3, 7.41, 7.46], [7.01, 7.05, 7.21]),
    test([31.2, 30.8, 31.61], [30.27, 29.95, 30.6]),
    test([5.0, 5.0, 5.0], [4.9, 5.0, 5.1]),
    test([1.0, 2.0], [101.0, 103.0]),
]
for sizes in [(2, 2), (3, 3), (3, 5), (10, 2), (30, 40)]:
    for shift in [0, 0.3, 3, 30]:
        samples.append(test(random.normal(6, 0.2, sizes[0]).round(2), random.normal(6 + shift, 0.5, sizes[1]).round(2)))
tails = [{'t': t, 'degrees': n, 'p': float(2 * stats.t.sf(t, n))}
         for t in [0, 1e-9, 0.01, 0.5, 1, 2.1, 4, 12.7, 60, 1e4] for n in [1, 1.03, 2, 3.7, 4, 10, 68.4, 1000, 1e6]]
json.dump({'scipy': scipy.__version__, 'samples': samples, 'tails': tails}, sys.stdout, indent=1)
print()
