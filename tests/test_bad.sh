#!/bin/sh
# Every scenario in tests/bad is refused for exactly the reasons that its first lines give:
#     # expect LINE:COLUMN text that the message has
. "$SOURCE_DIR/tests/frame.sh"
cd "$SOURCE_DIR/tests/bad" || exit 2

for file in *.yaml; do
    it "$file is refused, with every mistake at its place and nothing else"
    run "$HERDSIM" check "$file"
    status_is 2
    out_is_empty
    sed -n '/^# expect /!q; s/^# expect //p' "$file" >"$work/expected"
    [ -s "$work/expected" ] || fail "$file should begin with '# expect LINE:COLUMN text'"
    while read -r place text; do
        grep -F -- "$file:$place: error: " "$work/err" | grep -qF -- "$text" || fail "expected $place $text"
    done <"$work/expected"
    errors=$(grep -c ': error: ' "$work/err")
    [ "$errors" -eq "$(wc -l <"$work/expected")" ] || fail "there should be $(wc -l <"$work/expected") errors"
done
finish
