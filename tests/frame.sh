# frame.sh - the frame of a shell suite. A suite sources it, says `it "does something"`, runs a command
# with `run`, states what must be true of its status, standard output and standard error, and ends with
# `finish`. Status 77 means: skipped.
set -u

: "${SOURCE_DIR:?set by ctest}" "${BUILD_DIR:?set by ctest}"
work=$(mktemp -d "${TMPDIR:-/tmp}/herdsim-test.XXXXXX") || exit 2
trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cases=0
failures=0
statement=
status=0

it() {
    statement=$1
    cases=$((cases + 1))
}

# Runs a command with no input; keeps its status and what it said.
run() {
    command_line=$*
    "$@" </dev/null >"$work/out" 2>"$work/err"
    status=$?
}

fail() {
    failures=$((failures + 1))
    printf 'FAILED: %s\n  %s\n  command: %s\n  status: %s\n' "$statement" "$1" "${command_line-}" "$status"
    sed 's/^/  out: /' "$work/out" 2>/dev/null | head -n 20
    sed 's/^/  err: /' "$work/err" 2>/dev/null | head -n 20
}

status_is() { [ "$status" -eq "$1" ] || fail "the status should be $1"; }
out_has() { grep -qF -- "$1" "$work/out" || fail "standard output should have: $1"; }
err_has() { grep -qF -- "$1" "$work/err" || fail "standard error should have: $1"; }
out_lacks() { ! grep -qF -- "$1" "$work/out" || fail "standard output should not have: $1"; }
err_lacks() { ! grep -qF -- "$1" "$work/err" || fail "standard error should not have: $1"; }
out_is_empty() { [ ! -s "$work/out" ] || fail "standard output should be empty"; }
err_is_empty() { [ ! -s "$work/err" ] || fail "standard error should be empty"; }
exists() { [ -e "$1" ] || fail "$1 should exist"; }
is_absent() { [ ! -e "$1" ] || fail "$1 should not exist"; }
same() { cmp -s "$1" "$2" || fail "$1 and $2 should be the same"; }

# MUST_RUN: where a suite is expected to run, skipping is a failure.
skip() {
    printf 'skipped: %s\n' "$1"
    [ -z "${MUST_RUN-}" ] || exit 1
    exit 77
}

finish() {
    printf '%s: %d statements, %d failures\n' "$(basename "$0")" "$cases" "$failures"
    [ "$failures" -eq 0 ]
    exit
}
