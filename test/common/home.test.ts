// The cache folder, also if the system has no entry for the user.
import { describe, expect, it, vi } from 'vitest';

vi.mock('node:os', () => ({
  homedir: () => {
    throw Object.assign(new Error('A system error occurred: uv_os_homedir returned ENOENT'), {
      code: 'ERR_SYSTEM_ERROR',
    });
  },
}));
const { cacheHome } = await import('../../src/common/home.js');

describe('cacheHome', () => {
  it('is the folder that a variable names', () => {
    expect(cacheHome({ ISDA_HOME: '/a' })).toBe('/a');
    expect(cacheHome({ HOME: '/home/me' })).toBe('/home/me/.cache/isda');
  });

  it('says what is missing where neither HOME nor the system names one', () => {
    expect(() => cacheHome({})).toThrow('HOME is not set, and the system has no home folder for this user');
  });
});
