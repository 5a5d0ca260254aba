#!/bin/sh
# The order of the floors is kept, and the test that keeps it can tell.
. "$SOURCE_DIR/tests/frame.sh"
cd "$SOURCE_DIR" || exit 2

it "every include leads downwards, and no folder includes what is forbidden there"
# shellcheck disable=SC2046 # our file names have no spaces
run awk -f tests/floors.awk tests/floors.txt $(find sim models plots -name '*.[ch]')
status_is 0
out_is_empty

it "an upward include, a relative include and a forbidden header are noticed"
mkdir -p "$work/sim/kernel" "$work/models/servers"
printf '#include "models/server.h"\n#include "evq.h"\n#include <pthread.h>\n' >"$work/sim/kernel/bad.c"
printf '#include "sim/kernel/evq.h"\n#include <stdint.h>\n' >"$work/models/servers/good.c"
cd "$work" || exit 2
run awk -f "$SOURCE_DIR/tests/floors.awk" "$SOURCE_DIR/tests/floors.txt" sim/kernel/bad.c models/servers/good.c
status_is 1
out_has 'sim/kernel/bad.c:1: upward include'
out_has 'sim/kernel/bad.c:2: "evq.h"'
out_has 'sim/kernel/bad.c:3: <pthread.h> is forbidden'
out_lacks 'good.c'

finish
