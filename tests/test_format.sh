#!/bin/sh
# Every source is formatted as .clang-format says. Only clang-format 14 judges: others differ.
. "$SOURCE_DIR/tests/frame.sh"
cd "$SOURCE_DIR" || exit 2
tool=
for each in clang-format-14 clang-format; do
    if [ -z "$tool" ] && $each --version 2>/dev/null | grep -q 'version 14\.'; then
        tool=$each
    fi
done
[ -n "$tool" ] || skip "clang-format 14 is not installed"

it "every source is formatted ($tool -i FILE puts it right)"
# shellcheck disable=SC2046 # our file names have no spaces
run "$tool" --dry-run -Werror $(find sim models plots tests -name '*.[ch]' | sort)
status_is 0
finish
