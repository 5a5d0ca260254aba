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

cat >dear.yaml <<'YAML'
herdsim: 1
name: dear
run: {duration: 5 s, warmup: 1 s, seed: 2}
machine: {profile: linux-x86_64}
servers: {s: {handler: [cpu: 20 us]}}
fleets: {f: {collars: 200, report: {poisson: 50 ms}, server: s}}
variants:
  threads: {servers.s.model: thread_per_connection}
  loop: {servers.s.model: event_loop}
  requests: {servers.s.model: thread_per_request}
  one: {servers.s.model: iterative}
YAML

it "a figure stacks what a reply costs the cores"
run "$HERDSIM" run dear.yaml -q -j 1
status_is 0
gp=$(ls dear/plots/cpu.gp results/dear/plots/cpu.gp 2>/dev/null)
for part in "work of handlers" "waking, switching" "system calls"; do
    grep -q "'$part'" "$gp" || fail "'$part' should be in the key"
done
out_has "CPU time per reply"
out_has "threads made and ended"

it "of many bars, parts that are next to nothing share a colour"
gp=$(ls dear/plots/why.gp results/dear/plots/why.gp 2>/dev/null)
grep -q "'others'" "$gp" || fail "small parts of memory should be 'others'"
grep -q "'buffers'" "$gp" && fail "buffers of a few bytes should have no colour of their own"

it "whatever fits into 80 columns: no series is left out of the block"
run env COLUMNS=80 "$HERDSIM" run dear.yaml -q -j 1 --no-plots
status_is 0
[ "$(grep -c "^of the busy time" "$work/out")" -ge 1 ] || fail "there should be a block"
for name in threads loop requests one; do
    grep "^of the busy time" "$work/out" | grep -q "$name" || fail "$name should have a column"
done

cat >long.yaml <<'YAML'
herdsim: 1
name: long
run: {duration: 5 s, warmup: 1 s, seed: 2}
machine: {profile: linux-x86_64, cores: 4}
servers: {s: {handler: [cpu: 5 us]}}
fleets: {f: {collars: 50, report: {poisson: 500 ms}, server: s}}
variants:
  threads: {servers.s.model: thread_per_connection}
  loop: {servers.s.model: event_loop}
sweep:
  servers.s.handler: [[cpu: 100 us, wait: 1 ms, cpu: 100 us], [cpu: 5 us]]
YAML

it "long values of a key are letters, and stand below the table once"
run "$HERDSIM" run long.yaml -q -j 1 --no-plots
status_is 0
out_has "  A  [cpu: 100 us, wait: 1 ms, cpu: 100 us]"
out_has "  B  [cpu: 5 us]"
out_has "threads, B"
[ "$(grep -c "wait: 1 ms" "$work/out")" = 1 ] || fail "a long value should stand there once"

it "where memory goes is told for the last value, and for others only if it differs there"
[ "$(grep -c "^a connection takes" "$work/out")" = 1 ] || fail "there should be one block"
sed -n '/^a connection takes/p' "$work/out" | grep -q "threads, B" || fail "it should be that of the last value"
out_has "At 1 other value of servers.s.handler it is nearly the same."
run "$HERDSIM" run long.yaml -q -j 1 --no-plots -o far -v 'servers.s.handler=[[cpu: 1 us], [cpu: 900 ms]]'
status_is 0
sed -n '/^a connection takes/p' "$work/out" | grep -q "threads, \[cpu: 1 us\]" || fail "what differs should be told"

it "where all is work there is no such figure"
run "$HERDSIM" run dear.yaml -q -j 1 -s machine.profile=ideal -o ideal
status_is 0
[ ! -e ideal/plots/cpu.gp ] || fail "a machine without costs has no overhead to draw"

# What a picture says: the texts of its labels, whichever gnuplot drew it.
words() { sed -n 's/.*<text[^>]*>\(.*\)<\/text>.*/\1/p' "$1" | sed 's/<[^>]*>//g' | sort; }

it "the README's picture is what its first command draws"
if command -v gnuplot >/dev/null; then
    run "$HERDSIM" run "$SOURCE_DIR/scenarios/c10k.yaml" -q -o c10k
    status_is 0
    words "$SOURCE_DIR/docs/why.svg" >shown
    words c10k/plots/why.svg >drawn
    [ -s shown ] || fail "docs/why.svg says nothing"
    cmp -s shown drawn || fail "renew it: ./herdsim run scenarios/c10k.yaml && cp results/c10k/plots/why.svg docs/"
fi

finish
