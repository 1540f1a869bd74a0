// The batch script of a job array; each task trains one run.

interface ScriptOptions {
  /** The store, absolute. */
  readonly root: string;
  /** The submission's folder, absolute. */
  readonly folder: string;
  /** The program and its first arguments: `node bin/isda.js`. */
  readonly command: readonly string[];
  /** Shell lines to run first. */
  readonly before: readonly string[];
}

/** Number of starts in a row without a new checkpoint after which a task is not requeued again. */
const maxIdleStarts = 5;

/** The line with which each further start of a task begins in its log. */
export const restartLine = /^restart \d+$/;

/** Quotes a text as one word for bash. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Returns the script. A task trains the run in its line of cells.txt and writes the exit code into task-N.exit. Before
 * the time limit Slurm sends USR1: the run writes a checkpoint, and the task requests to be requeued instead of
 * ending, unless its last starts made no progress. SIGTERM, of scancel or a preemption, is forwarded in the same way;
 * Slurm then decides whether the task is requeued.
 */
export function scriptText({ root, folder, command, before }: ScriptOptions): string {
  return `#!/bin/bash
# Trains the run that line SLURM_ARRAY_TASK_ID of cells.txt names, counted from 0.
# Signals count from the first moment on. Their traps take a note and no more: of two signals that interrupt bash's wait,
# one can be lost, and the next wait can end at once.
asked= limit=
trap asked=1 TERM
trap 'asked=1 limit=1' USR1
# The log has the lines of all starts.
if ((\${SLURM_RESTART_COUNT:-0} > 0)); then echo "restart $SLURM_RESTART_COUNT"; fi
store=${quote(root)}
here=${quote(folder)}
task=$SLURM_ARRAY_TASK_ID
mapfile -t cells <"$here/cells.txt"
run="$store/\${cells[$task]}"
if [[ -z \${cells[$task]:-} || ! -d $run ]]; then
  echo "error: $(hostname) does not see the store $store"
  exit 1
fi
rm -f "$here/task-$task.exit"
checkpoints() { ls "$run/checkpoints" 2>/dev/null; }
known=$(checkpoints)
if [[ -n \${SLURM_CPUS_PER_TASK:-} ]]; then
  export TF_NUM_INTRAOP_THREADS="\${TF_NUM_INTRAOP_THREADS:-$SLURM_CPUS_PER_TASK}"
  export TF_NUM_INTEROP_THREADS="\${TF_NUM_INTEROP_THREADS:-$SLURM_CPUS_PER_TASK}"
fi
${before.map((line) => `${line}\n`).join('')}
# A line before may have switched these on; the code of the run would then end the script before it is recorded.
set +eu
${command.map(quote).join(' ')} train --config "$run/config.yaml" --out "$run" </dev/null >/dev/null 2>"$run/errors.txt" &
child=$!
while kill -0 "$child" 2>/dev/null; do
  if [[ -n $asked ]]; then
    asked=
    kill -TERM "$child" 2>/dev/null
  fi
  sleep 0.5
done
trap '' TERM USR1
wait "$child"
code=$?
if [[ -n $limit && ($code == 75 || $code == 143) ]]; then
  # Where the start of a run takes longer than its time limit, it would be repeated forever.
  if [[ $(checkpoints) != "$known" ]]; then rm -f "$here/task-$task.idle"; else echo >>"$here/task-$task.idle"; fi
  idle=$(cat "$here/task-$task.idle" 2>/dev/null | wc -l)
  if ((idle >= ${maxIdleStarts})); then
    rm -f "$here/task-$task.idle"
    echo "error: the time limit was reached ${maxIdleStarts} times without progress; slurm.time sets it" | tee -a "$run/errors.txt"
    code=1 limit=
  fi
fi
if [[ -n $limit && ($code == 75 || $code == 143) ]]; then
  echo "the time limit is near: to be queued again"
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$task" && exit "$code"
fi
echo "$code" >"$here/.task-$task.exit" && mv "$here/.task-$task.exit" "$here/task-$task.exit"
exit "$code"
`;
}
