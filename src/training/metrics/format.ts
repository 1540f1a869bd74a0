// Numbers of metrics in lines for people.

export const formatLoss = (value: number): string => value.toFixed(Math.abs(value) < 10 ? 3 : 1);

export const formatPercent = (value: number): string => `${value.toFixed(2)}%`;
