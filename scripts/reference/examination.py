"""Errors by class, confusion, calibration, temperature scaling, Wilson's intervals and McNemar's test, written to test/fixtures/examination.json.

Run: python scripts/reference/examination.py   (needs numpy, scipy, scikit-learn, statsmodels)
"""
import json
from pathlib import Path
import numpy as np
import scipy
import sklearn
import statsmodels
from scipy.optimize import minimize_scalar
from sklearn.metrics import confusion_matrix, log_loss, recall_score
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

rng = np.random.default_rng(21)
count, classes, bins = 90, 5, 15

# Logits of two networks, one surer of itself; one class is rare and one pair of classes hard to tell apart.
labels = rng.choice(classes, count, p=[0.3, 0.3, 0.2, 0.16, 0.04])
target = np.eye(classes)[labels]
blurred = target.copy()
blurred[labels == 1, 2] = 0.9
logits = np.float32(np.round(2.2 * blurred + rng.normal(0, 1.1, (count, classes)), 3))
other = np.float32(np.round(3.5 * target + rng.normal(0, 1.6, (count, classes)), 3))


def softmax(values):
    power = np.exp(values.astype(np.float64) - values.max(1, keepdims=True))
    return power / power.sum(1, keepdims=True)


def calibration(probabilities):
    confidence, predicted = probabilities.max(1), probabilities.argmax(1)
    edges = np.linspace(0, 1, bins + 1)
    gaps, shares = [], []
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            gaps.append(abs((predicted[inside] == labels[inside]).mean() - confidence[inside].mean()))
            shares.append(inside.mean())
    return float(np.dot(gaps, shares)), float(max(gaps))


def scaling(values):
    values = values.astype(np.float64)
    half = np.arange(count) % 2
    temperatures = []
    for part in (0, 1):
        inside = half == part
        cost = lambda log_t: log_loss(labels[inside], softmax(values[inside] / np.exp(log_t)), labels=range(classes))
        temperatures.append(float(np.exp(minimize_scalar(cost, bounds=(-4, 4), method='bounded', options={'xatol': 1e-10}).x)))
    probabilities = softmax(values / np.where(half == 0, temperatures[1], temperatures[0])[:, None])
    return {
        'temperatures': temperatures,
        'logLoss': float(log_loss(labels, probabilities, labels=range(classes))),
        'expectedCalibrationError': calibration(probabilities)[0],
    }


networks = []
for values in (logits, other):
    probabilities = softmax(values)
    predicted = probabilities.argmax(1)
    recall = recall_score(labels, predicted, average=None, labels=range(classes))
    expected, largest = calibration(probabilities)
    networks.append({
        'logits': [[round(float(value), 3) for value in row] for row in values],
        'predicted': predicted.tolist(),
        'confusion': confusion_matrix(labels, predicted, labels=range(classes)).tolist(),
        'errorByClass': [float(1 - value) for value in recall],
        'logLoss': float(log_loss(labels, probabilities, labels=range(classes))),
        'expectedCalibrationError': expected,
        'maxCalibrationError': largest,
        'temperatureScaling': scaling(values),
    })

wilson = []
for successes, trials in [(0, 1), (1, 1), (0, 20), (3, 20), (20, 20), (1, 1000), (499, 1000), (9632, 10000)]:
    low, high = proportion_confint(successes, trials, method='wilson')
    wilson.append({'successes': successes, 'trials': trials, 'low': float(low), 'high': float(high)})

pairs = [(0, 0), (1, 0), (0, 5), (5, 5), (5, 6), (3, 11), (12, 13), (20, 41), (130, 95), (900, 1010), (2600, 2400), (9, 260)]
mcnemars = [{'onlyFirst': a, 'onlySecond': b, 'p': float(mcnemar([[7, a], [b, 3]], exact=True).pvalue)} for a, b in pairs if a + b > 0]

about = f'scikit-learn {sklearn.__version__} (confusion_matrix, recall_score, log_loss), NumPy {np.__version__} (calibration), SciPy {scipy.__version__} (minimize_scalar), statsmodels {statsmodels.__version__} (proportion_confint, mcnemar)'
result = {'about': about, 'classes': classes, 'labels': labels.tolist(), 'networks': networks, 'wilson': wilson, 'mcnemar': mcnemars}
path = Path(__file__).parents[2] / 'test' / 'fixtures' / 'examination.json'
path.write_text(json.dumps(result) + '\n')
