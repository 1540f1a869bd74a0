#!/bin/sh
# Starts isda from its own folder, wherever that lies: its Node.js, its engine. Nothing else has to be set.
root=$(dirname "$(readlink -f "$0")")
unset ISDA_LIBTENSORFLOW
ISDA_PROGRAM=$0 ISDA_HOME=$root ISDA_BUILD=@build@ exec "$root/node/bin/node" "$root/app/bin/isda.js" "$@"
