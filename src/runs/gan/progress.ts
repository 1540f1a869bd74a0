// Interface of the progress reports of a generator's training.

/** The size of a run. */
export interface GanLength {
  readonly iterations: number;
  /** Iterations done by an earlier process. */
  readonly before: number;
  /** Keeps a line that is printed. */
  readonly log: (line: string) => void;
}

export interface GanProgress {
  /** After each iteration. */
  iteration(done: number, losses: Readonly<Record<string, number>>): void;
  /** Prints a line of how far the run is. */
  line(): void;
  /** Prints a line without tearing the bar. */
  print(line: string): void;
  /** Gives the terminal back; call it however the run ends. */
  stop(): void;
}
