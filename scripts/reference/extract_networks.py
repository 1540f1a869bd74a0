"""Copies the reference values of networks into one file each, test/fixtures/models-NETWORK.json.

Run: python scripts/reference/extract_networks.py ../shared/fixtures/models.json NETWORK...
"""
import json, sys
from pathlib import Path

FIXTURES = Path(__file__).parents[2] / 'test' / 'fixtures'


def main(source, names):
    models = json.loads(Path(source).read_text())
    for name in names:
        if name not in models['networks']:
            sys.exit(f'cannot copy {name}: {source} has only {", ".join(models["networks"])}')
        one = {**models, 'networks': {name: models['networks'][name]}}
        (FIXTURES / f'models-{name}.json').write_text(json.dumps(one))


if __name__ == '__main__':
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
