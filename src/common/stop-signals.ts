// The signals that ask a process to end.

/**
 * Those that end a process unless it listens, but for errors of its own (SIGSEGV, SIGABRT, …), SIGKILL, SIGPIPE and
 * SIGPROF, which profilers use. People, closed terminals, timers, containers and clusters send them.
 */
export const stopSignals: readonly NodeJS.Signals[] = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGXCPU',
  'SIGALRM',
  'SIGVTALRM',
  'SIGIO',
  'SIGPWR',
];
