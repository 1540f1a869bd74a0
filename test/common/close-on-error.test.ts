// Closing an open resource when a later step fails.
import { expect, it, vi } from 'vitest';
import { closeOnError } from '../../src/common/close-on-error.js';

it('leaves open what a step that succeeds goes on with', async () => {
  const close = vi.fn<() => void>();
  await expect(closeOnError(close, () => Promise.resolve('result'))).resolves.toBe('result');
  expect(close).not.toHaveBeenCalled();
});

it('closes, and waits for it, before the error of the step arrives', async () => {
  const order: string[] = [];
  const close = async (): Promise<void> => {
    await Promise.resolve();
    order.push('closed');
  };
  const failed = closeOnError(close, () => Promise.reject(new Error('no space'))).catch((error: unknown) => {
    order.push('failed');
    return error;
  });
  await expect(failed).resolves.toEqual(new Error('no space'));
  expect(order).toEqual(['closed', 'failed']);
});

it('closes where a step throws at once', async () => {
  const close = vi.fn<() => void>();
  const failing = (): never => {
    throw new Error('at once');
  };
  await expect(closeOnError(close, failing)).rejects.toThrow('at once');
  expect(close).toHaveBeenCalledOnce();
});
