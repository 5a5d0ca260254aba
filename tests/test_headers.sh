#!/bin/sh
# Every header compiles alone, and twice.
. "$SOURCE_DIR/tests/frame.sh"
cd "$SOURCE_DIR" || exit 2
# shellcheck disable=SC2046 # words
set -- -std=c11 -D_GNU_SOURCE '-DHERDSIM_VERSION="0"' -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -I. \
    $(pkg-config --cflags gsl yaml-0.1 jansson sqlite3 cunit)

for header in $(find sim models plots -name '*.h' | sort); do
    it "$header compiles alone"
    printf '#include "%s"\n#include "%s"\nextern int needs_a_declaration;\n' "$header" "$header" >"$work/alone.c"
    run "${CC:-cc}" "$@" -fsyntax-only "$work/alone.c"
    status_is 0
done
finish
