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
# Names begin with isda_ where lines of slurm.before, or what they source, could have their own.
# Signals count from the first moment on. Their traps take a note and no more: of two signals that interrupt bash's wait,
# one can be lost, and the next wait can end at once.
isda_asked= isda_limit=
trap isda_asked=1 TERM
trap 'isda_asked=1 isda_limit=1' USR1
# The log has the lines of all starts.
if ((\${SLURM_RESTART_COUNT:-0} > 0)); then echo "restart $SLURM_RESTART_COUNT"; fi
isda_store=${quote(root)}
isda_here=${quote(folder)}
isda_task=$SLURM_ARRAY_TASK_ID
mapfile -t isda_cells <"$isda_here/cells.txt"
isda_run="$isda_store/\${isda_cells[$isda_task]}"
if [[ -z \${isda_cells[$isda_task]:-} || ! -d $isda_run ]]; then
  echo "error: $(hostname) does not see the store $isda_store"
  exit 1
fi
rm -f "$isda_here/task-$isda_task.exit"
isda_checkpoints() { ls "$isda_run/checkpoints" 2>/dev/null; }
isda_known=$(isda_checkpoints)
if [[ -n \${SLURM_CPUS_PER_TASK:-} ]]; then
  export TF_NUM_INTRAOP_THREADS="\${TF_NUM_INTRAOP_THREADS:-$SLURM_CPUS_PER_TASK}"
  export TF_NUM_INTEROP_THREADS="\${TF_NUM_INTEROP_THREADS:-$SLURM_CPUS_PER_TASK}"
fi
${before.map((line) => `${line}\n`).join('')}
# A line before may have switched these on; the code of the run would then end the script before it is recorded.
set +eu
${command.map(quote).join(' ')} train --config "$isda_run/config.yaml" --out "$isda_run" </dev/null >/dev/null 2>"$isda_run/errors.txt" &
child=$!
while kill -0 "$child" 2>/dev/null; do
  if [[ -n $isda_asked ]]; then
    isda_asked=
    kill -TERM "$child" 2>/dev/null
  fi
  sleep 0.5
done
trap '' TERM USR1
wait "$child"
code=$?
if [[ -n $isda_limit && ($code == 75 || $code == 143) ]]; then
  # Where the start of a run takes longer than its time limit, it would be repeated forever.
  if [[ $(isda_checkpoints) != "$isda_known" ]]; then rm -f "$isda_here/task-$isda_task.idle"; else echo >>"$isda_here/task-$isda_task.idle"; fi
  idle=$(cat "$isda_here/task-$isda_task.idle" 2>/dev/null | wc -l)
  if ((idle >= ${maxIdleStarts})); then
    rm -f "$isda_here/task-$isda_task.idle"
    echo "error: the time limit was reached ${maxIdleStarts} times without progress; slurm.time sets it" | tee -a "$isda_run/errors.txt"
    code=1 isda_limit=
  fi
fi
if [[ -n $isda_limit && ($code == 75 || $code == 143) ]]; then
  echo "the time limit is near: to be queued again"
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$isda_task" && exit "$code"
fi
echo "$code" >"$isda_here/.task-$isda_task.exit" && mv "$isda_here/.task-$isda_task.exit" "$isda_here/task-$isda_task.exit"
exit "$code"
`;
}
