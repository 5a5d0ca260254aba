# Pictures of what runs bring with them: events, causes of CPU time.
. "${SOURCE_DIR:?}/tests/frame.sh"
cd "$work" || exit 2

cat >cut.yaml <<'YAML'
herdsim: 1
name: cut
run: {duration: 20 s, warmup: 2 s, seed: 2}
servers: {s: {model: thread_per_connection, handler: [cpu: 20 us]}}
links: {wifi: {latency: 5 ms}}
fleets: {f: {collars: 20, report: {poisson: 1 s}, server: s, link: wifi}}
variants:
  cut: {events: [{at: 3 s, for: 4 s, outage: wifi}, {at: 10 s, for: 1 s, load: f}]}
  calm: {}
YAML

it "events stand in summary.json beside the points in which they happen"
run "$HERDSIM" run cut.yaml -q -j 1
status_is 0
n=$(grep -c '"occurrences"' cut/summary.json results/cut/summary.json 2>/dev/null | awk -F: '{ s += $NF } END { print s }')
[ "$n" = 1 ] || fail "one of two points has events, not $n"

it "the figure over time marks them, from the end of the warm-up on"
gp=$(ls cut/plots/time.gp results/cut/plots/time.gp 2>/dev/null)
grep -q "rectangle from 5, graph 0 to 9, graph 1" "$gp" || fail "an outage from 5 s to 9 s should be a band"
grep -q "rectangle from 12, graph 0 to 13, graph 1" "$gp" || fail "a surge from 12 s to 13 s should be a band"
[ "$(grep -c "'outage wifi'" "$gp")" = 1 ] || fail "the outage should be named once"
[ "$(grep -c "'load f'" "$gp")" = 1 ] || fail "the surge should be named once"

finish
