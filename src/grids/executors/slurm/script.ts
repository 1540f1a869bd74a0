// The batch script of a job array; each task trains one run.

interface ScriptOptions {
  /** The store, absolute. */
  readonly root: string;
  /** The submission's folder, absolute. */
  readonly folder: string;
  /** The program and its first words: `node bin/isda.js`. */
  readonly command: readonly string[];
  /** Lines of shell to run first. */
  readonly before: readonly string[];
}

/** A word that bash reads as exactly this text. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * The script. A task trains the run of its line in cells.txt and leaves its exit code in task-N.exit. Before its time
 * limit Slurm signals USR1: the run writes a checkpoint, and the task asks to be queued again instead of ending. SIGTERM, of scancel or a
 * preemption, is handed on in the same way; whether the task comes back then is Slurm's to say.
 */
export function scriptText({ root, folder, command, before }: ScriptOptions): string {
  return `#!/bin/bash
# Trains the run that line SLURM_ARRAY_TASK_ID of cells.txt names, counted from 0.
# Signals count from the first moment on.
child= caught= asked= limit=
hand_on() {
  caught=1 asked=1
  [[ -n $child ]] && kill -TERM "$child" 2>/dev/null
}
trap hand_on TERM
trap 'limit=1; hand_on' USR1
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
if [[ -n \${SLURM_CPUS_PER_TASK:-} ]]; then
  export TF_NUM_INTRAOP_THREADS="\${TF_NUM_INTRAOP_THREADS:-$SLURM_CPUS_PER_TASK}"
  export TF_NUM_INTEROP_THREADS="\${TF_NUM_INTEROP_THREADS:-$SLURM_CPUS_PER_TASK}"
fi
${before.map((line) => `${line}\n`).join('')}
${command.map(quote).join(' ')} train --config "$run/config.yaml" --out "$run" </dev/null >/dev/null 2>"$run/errors.txt" &
child=$!
[[ -n $asked ]] && kill -TERM "$child"
# A signal ends a wait early, and what was waited for already is unknown (127) to the next.
code=127
while :; do
  caught=
  wait "$child"
  status=$?
  [[ $status == 127 && $code != 127 ]] && break
  code=$status
  [[ -n $caught ]] || break
done
if [[ -n $limit && ($code == 75 || $code == 143) ]]; then
  echo "the time limit is near: to be queued again"
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$task" && exit "$code"
fi
echo "$code" >"$here/.task-$task.exit" && mv "$here/.task-$task.exit" "$here/task-$task.exit"
exit "$code"
`;
}
