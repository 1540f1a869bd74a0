#!/bin/sh
# Starts isda from its own folder, wherever that lies: its Node.js, its engine. Nothing else has to be set.
root=$(dirname "$(readlink -f "$0")")
unset ISDA_LIBTENSORFLOW
# For commands in messages, to be pasted into a shell.
case $0 in
*[!A-Za-z0-9_./@:+-]*) name=\'$(printf '%s' "$0" | sed "s/'/'\\\\''/g")\' ;;
*) name=$0 ;;
esac
ISDA_PROGRAM=$name ISDA_HOME=$root ISDA_BUILD=@build@ exec "$root/node/bin/node" "$root/app/bin/isda.js" "$@"
