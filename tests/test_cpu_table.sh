# What the cores were busy with, below the table of a run.
. "${SOURCE_DIR:?}/tests/frame.sh"
cd "$work" || exit 2

cat >busy.yaml <<'YAML'
herdsim: 1
name: busy
run: {duration: 5 s, warmup: 1 s, seed: 2}
machine: {profile: linux-x86_64}
servers: {s: {model: thread_per_connection, handler: [cpu: 20 us]}}
fleets: {f: {collars: 200, report: {poisson: 50 ms}, server: s}}
variants:
  threads: {servers.s.model: thread_per_connection}
  loop: {servers.s.model: event_loop}
YAML
title="Where the CPU time goes"

# The shares of a column (2 or 3, counted from the end: names have spaces) of the block, one a line.
shares() {
    sed -n "/^$title/,/^CPU time per/p" "$work/out" | grep -v "^CPU time per" | sed 's/ %/%/g' |
        awk -v back="$1" 'NR > 3 && NF > 2 { x = $(NF - back); sub("%", "", x); if (x != "-") print x }'
}
sum() { shares "$1" | awk '{ s += $1 } END { printf "%d", s * 10 + 0.5 }'; }

it "work, switching and system calls add up to all that the cores did"
run "$HERDSIM" run busy.yaml -q --no-plots -j 1
status_is 0
out_has "$title"
out_has "work of handlers"
out_has "waking, switching"
out_has "system calls"
for back in 0 1; do
    all=$(sum "$back")
    [ "$all" -ge 998 ] && [ "$all" -le 1002 ] || fail "the shares should add up to 100 %, not $all thousandths"
done

it "threads switch more than a loop does"
[ "$(shares 1 | sed -n 2p | cut -d. -f1)" -gt "$(shares 0 | sed -n 2p | cut -d. -f1)" ] ||
    fail "switching should take more of the threads' time"

it "where nothing but the handlers takes time there is nothing to tell"
run "$HERDSIM" run busy.yaml -q --no-plots -j 1 -s machine.profile=ideal -o ideal
status_is 0
out_lacks "$title"

finish
