// Formats metrics for display.
import { twoDecimals } from '../../common/format.js';

export const formatLoss = (value: number): string => value.toFixed(Math.abs(value) < 10 ? 3 : 1);

export const formatPercent = (value: number): string => `${twoDecimals(value)}%`;
