// Signals that request a process to end.

/**
 * The signals that end a process by default, sent by users, closed terminals, timers, containers and clusters. Not
 * those of faults (SIGSEGV, SIGABRT, …), SIGKILL, SIGPIPE, and SIGPROF, which profilers use.
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
