// Interface of the progress reports of a generator's training.

/** The size of a run. */
export interface GanLength {
  readonly iterations: number;
  /** Iterations done by an earlier process. */
  readonly before: number;
  /** Logs a printed line. */
  readonly log: (line: string) => void;
}

export interface GanProgress {
  /** Called after each iteration. */
  iteration(done: number, losses: Readonly<Record<string, number>>): void;
  /** Prints the progress as a line. */
  line(): void;
  /** Prints a line without breaking the progress bar. */
  print(line: string): void;
  /** Restores the terminal; call it in any case. */
  stop(): void;
}
