// The text of a plan on terminals of several widths.
import { expect, it } from 'vitest';
import { planText, planTotals, type PlanRow } from '../../../src/cli/grids/plan-rows.js';
import { widthOf } from '../../../src/cli/terminal/fold.js';

it('prints the numbers of a plan after their titles on a narrow terminal', () => {
  const row: PlanRow = {
    ...{ row: 'resnet32-cifar10-isda', runs: 5, done: 1, epochs: 160, epochsLeft: [160, 160, 160, 160] },
    ...{ secondsPerEpoch: 1234, secondsPerRun: 160 * 1234, memoryBytes: 2 ** 30, diskBytes: 2 ** 20 },
    step: { training: 3000, evaluation: 1000, spread: 1, scaled: true },
    images: { train: 50_000, evaluation: 10_000, counted: true },
    tooLarge: true,
  };
  const text = (width: number): string => planText([row], planTotals([row], 2), { width, device: 'cpu', steps: 3 });
  for (const width of [40, 60, 80]) expect(widthOf(text(width))).toBeLessThanOrEqual(width);
  expect(text(40)).toContain(
    [
      'resnet32-cifar10-isda',
      '  runs 4/5, images 50000, step ~3000 ms,',
      '  epoch 20 min 34 s, a run 2 d 07 h,',
      '  memory 1.00 GiB, disk 5.00 MiB',
      '  a run needs more memory than is free',
      '  now',
    ].join('\n'),
  );
  expect(text(Infinity).split('\n')[2]).toMatch(/^resnet32-cifar10-isda +4\/5 +50000 +~3000 ms /);
  expect(text(Infinity)).not.toContain('busy');
  const busy = [{ ...row, step: { ...row.step!, spread: 4.12 } }];
  expect(planText(busy, planTotals(busy, 1), { width: Infinity, steps: 3 })).toContain(
    '\nThe slowest measured step took 4.1 times as long as the fastest: the machine is busy',
  );
});

it('does not give runs that cannot be estimated a time of zero', () => {
  const unknown = { row: 'a', runs: 2, done: 0, epochs: 4, epochsLeft: [4, 4], reason: 'no step can be made' };
  const known = {
    ...unknown,
    row: 'b',
    reason: undefined,
    secondsPerEpoch: 60,
    memoryBytes: 2 ** 20,
    diskBytes: 2 ** 20,
  };
  const text = (...rows: readonly PlanRow[]): string =>
    planText(rows, planTotals(rows, 1), { width: Infinity, steps: 3 }).replaceAll('\n', ' ');
  expect(text(unknown)).toContain(' 2 runs: time unknown memory: ');
  expect(text(unknown, known)).toContain(
    ' 4 runs: 8 min 00 s one after the other, without 2 runs whose time is unknown; at most 2.00 MiB of disk; ',
  );
});
