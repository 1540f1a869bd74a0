#!/bin/bash
# Runs steps 1 to 5 of protocol.md, or goes on with them: two runs at a time, at the lowest priority.
#   ISDA_DATA=DATA results/tenth/run.sh STORE
set -u
store=$(realpath -m "${1:?usage: run.sh STORE}")
here=$(cd "$(dirname "$0")" && pwd)
export TF_NUM_INTRAOP_THREADS=1
# Linux groups processes by session (autogroup), and nice counts within a group only: the group gets it too.
echo 19 > /proc/self/autogroup 2>/dev/null
isda() { nice -n 19 node "$here/../../bin/isda.js" "$@"; }

# Runs that were committed and are not in the store. Others stay as they are.
for run in "$here"/store/*/*/; do
  [ -f "$run/summary.json" ] || continue
  to=$store/$(basename "$(dirname "$run")")/$(basename "$run")
  [ -e "$to" ] || { mkdir -p "$(dirname "$to")" && cp -r "$run" "$to"; }
done

# A signal to this script is one to what its lanes run, which write their checkpoints first.
trap 'for lane in $(jobs -p); do pkill -TERM -P "$lane"; done; wait; exit 75' TERM INT
# Ends the script where a lane does not end well: the next call goes on.
both() {
  local failed=0
  for lane in "$@"; do $lane & done
  for lane in $(jobs -p); do wait "$lane" || failed=1; done
  [ $failed = 0 ] || exit 1
}

for data in cifar10 cifar100; do
  compare() { isda study "$here/$data.yaml" --out "$store/$data"; }
  search() { isda study "$here/$data-lambda0.yaml" --out "$store/$data-lambda0"; }
  # Two commands on one store divide the runs between them.
  search_then_compare() { search && compare; }
  both compare search_then_compare
  # The value with the lowest mean of the last ten epochs, of equal ones the first.
  chosen=$(awk -F, 'NR > 1 && (best == "" || $2 < best) { best = $2; row = $1 } END { sub("lambda0-", "", row); print row }' "$store/$data-lambda0/outcomes.csv")
  echo "$data: lambda0 $chosen"
  searched() { isda study "$here/$data-searched.yaml" --set "loss.lambda0=$chosen" --out "$store/$data"; }
  [ "$chosen" = 0.5 ] || both searched searched
done
float32() { isda study "$here/cifar10.yaml" --set training.precision=float32 --seeds 1 --out "$store/cifar10-float32"; }
both float32 float32
