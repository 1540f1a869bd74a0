"""Student's critical values, 95 % intervals, paired differences and Holm's correction, written to test/fixtures/intervals.json.

Run: python scripts/reference/intervals.py   (needs scipy, statsmodels)
"""
import json
from pathlib import Path
import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(7)
rounded = lambda values: [round(float(value), 2) for value in values]

critical = [
    {'p': p, 'degrees': degrees, 't': float(stats.t.isf(p / 2, degrees))}
    for degrees in [1, 2, 3, 4, 9, 29, 1000, 2.5]
    for p in [0.001, 0.01, 0.05, 0.32, 0.9]
]

samples = [[23.69, 22.46, 21.74], [22.38, 22.34], [7.3, 7.41, 7.46], [5, 5.5], [99.9, 0.1, 50, 50.2]]
samples += [rounded(rng.normal(20, 1, n)) for n in (2, 3, 5, 10)]
means = []
for values in samples:
    low, high = stats.t.interval(0.95, len(values) - 1, loc=np.mean(values), scale=stats.sem(values))
    means.append({'values': values, 'low': float(low), 'high': float(high)})

pairs = []
for n in (2, 3, 5, 8):
    first, second = rounded(rng.normal(20, 1, n)), rounded(rng.normal(20.4, 1, n))
    interval = stats.ttest_rel(first, second).confidence_interval(0.95)
    mean = float(np.mean(np.array(first) - np.array(second)))
    pairs.append({'first': first, 'second': second, 'mean': mean, 'low': float(interval.low), 'high': float(interval.high)})

families = [[0.01, 0.04, 0.03, 0.005], [0.5], [0.02, 0.02, 0.02], [0.9, 0.001, 0.3, 0.04, 0.04]]
families += [rounded(rng.uniform(0, 1, 12)), [1.0, 0.6, 0.2]]
holm = [{'p': p, 'corrected': [float(value) for value in multipletests(p, method='holm')[1]]} for p in families]

about = f'SciPy {scipy.__version__} (t.isf, t.interval, ttest_rel), statsmodels {statsmodels.__version__} (multipletests)'
path = Path(__file__).parents[2] / 'test' / 'fixtures' / 'intervals.json'
path.write_text(json.dumps({'about': about, 'critical': critical, 'means': means, 'pairs': pairs, 'holm': holm}, indent=1) + '\n')
