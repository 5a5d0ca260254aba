#!/bin/sh
# herdsim compare from outside: what it takes, what it says, and when it fails.
. "$SOURCE_DIR/tests/frame.sh"
cd "$work" || exit 2

cat >small.yaml <<END
herdsim: 1
run: {duration: 20 s, warmup: 5 s, replications: 5, seed: 7}
machine: {profile: linux-x86_64, cores: 1, memory: 1 GiB}
servers:
  cloud:
    model: event_loop
    handler: [cpu: 120 us, wait: {exponential: 20 ms}]
fleets:
  amboseli: {collars: 10, report: {every: 5 s}, server: cloud}
variants:
  threads: {servers.cloud.model: thread_per_connection}
  event loop: {servers.cloud.model: event_loop}
  'odd: name': {servers.cloud.model: event_loop, machine.cores: 2}
sweep:
  fleets.amboseli.collars: [10, 20]
END

simulate() {
    folder=$1
    shift
    "$HERDSIM" run small.yaml -q --no-plots -o "$folder" "$@" >/dev/null 2>"$work/err" || fail "run $folder"
}
simulate one
simulate other --seed 8

# A wrong command line: status 2, nothing on standard output, a sentence that says what is meant.
refuses() {
    sentence=$1
    shift
    run "$HERDSIM" compare "$@"
    status_is 2
    out_is_empty
    err_has "$sentence"
}

# ---- operands ----------------------------------------------------------------------------------------

it "a result against itself is identical, and nothing fails"
run "$HERDSIM" compare one one --threshold '0 %'
status_is 0
out_has "paired by replication"
out_has "0 differ"
out_has "0 unclear"
out_has "0 beyond"
err_is_empty

it "two variants of a folder, of a scenario, and of a scenario in three words say the same"
run "$HERDSIM" compare one:threads 'one:event loop' --format csv
status_is 0
cp "$work/out" folder.csv
run "$HERDSIM" compare small.yaml:threads 'small.yaml:event loop' --format csv -q
status_is 0
same "$work/out" folder.csv
run "$HERDSIM" compare small.yaml threads 'event loop' --format csv -j 2
status_is 0
same "$work/out" folder.csv
is_absent results

it "a name with a colon and a space is found"
run "$HERDSIM" compare one 'event loop' 'odd: name'
status_is 0
out_has "event loop (A) against odd: name (B)"
run "$HERDSIM" compare one:threads 'one:odd: name'
status_is 0
out_has "threads (A) against odd: name (B)"

it "the sides are named with their variants"
run "$HERDSIM" compare one threads 'event loop'
status_is 0
out_has "A: threads of one, herdsim"
out_has "B: event loop of one, herdsim"

it "what changed most stands first, and what hardly changes is told in one line"
run "$HERDSIM" compare one threads 'event loop'
out_has "The largest changes"
grep -q '^memory.total.peak .*at collars = 20; differs at 2 of 2 points$' "$work/out" ||
    fail "the headline should say where memory changes most: $(cat "$work/out")"
grep -q '^throughput  *identical$' "$work/out" || fail "throughput should be identical"
out_has "differ by less than 0.1 %: latency.mean"
out_lacks "e-0"
run "$HERDSIM" compare one threads 'event loop' --threshold '0 %'
out_lacks "differ by less than"
run "$HERDSIM" compare one threads 'event loop' --metric cpu.context_switches
out_lacks "The largest changes"

it "what falls to zero says so, with the difference"
run "$HERDSIM" compare one threads 'event loop' --metric cpu.context_switches
out_has "to zero"
out_lacks "÷"
out_lacks "100 %"

it "other seeds are not paired, and it says so"
run "$HERDSIM" compare one other
status_is 0
out_has "not paired, with other seeds: Welch's t, 5 against 5 replications"
out_lacks "paired by replication"

it "what is missing is named"
run "$HERDSIM" compare nowhere one
status_is 3
err_has "nowhere"
refuses "did you mean 'threads'" one:thraeds one:threads
refuses "did you mean 'threads'" small.yaml thraeds threads
refuses "did you mean 'latency.p99'" one other --metric latency.p89
refuses "there is no metric" one other --threshold 'colour=5 %'
refuses "it has 'threads', 'event loop', 'odd: name'; did you mean 'event loop'?" small.yaml threads evnt
refuses "it has 'threads', 'event loop', 'odd: name'" one:xyz one:threads
refuses "names a variant" one:threads threads 'event loop'
mkdir empty
run "$HERDSIM" compare empty one
status_is 3
err_has "empty/summary.json"

it "options that change a scenario are refused where there is none"
refuses "'--set' is for scenarios" one other -s machine.cores=2
refuses "'--replications' is for scenarios" one other -r 3
refuses "'--jobs' is for scenarios" one other -j 2
run "$HERDSIM" compare one small.yaml -j 1 -q
status_is 0
out_has "0 differ"

it "one replication is not enough"
refuses "two replications" small.yaml threads 'event loop' -r 1

# ---- thresholds --------------------------------------------------------------------------------------

it "a threshold fails in its direction only"
for threshold in '5 %' '-5 %' 'memory.*=5%' 'memory.total.peak= -5 %'; do
    run "$HERDSIM" compare one threads 'event loop' --metric memory.total.peak --threshold "$threshold"
    status_is 1
    out_has "BEYOND"
    out_has "2 beyond"
done
for threshold in '+5 %' '90 %' 'latency.*=5 %'; do
    run "$HERDSIM" compare one threads 'event loop' --metric memory.total.peak --threshold "$threshold"
    [ "$threshold" = '90 %' ] && status_is 0
    out_lacks "BEYOND"
done
run "$HERDSIM" compare one 'event loop' threads --metric memory.total.peak --threshold '+5 %'
status_is 1

it "the last threshold that fits a metric holds"
run "$HERDSIM" compare one threads 'event loop' --metric memory.total.peak --threshold '5 %' --threshold 'memory.*=99 %'
status_is 0

it "a threshold that is none is refused"
for value in five 5 '% 5' '--5 %' '=5 %' 'latency.p99=' '5 ms'; do
    refuses "--threshold" one other --threshold "$value"
done

it "a verdict that changes fails"
sed 's/"verdict": "stable"/"verdict": "overloaded"/' one/summary.json >changed.json
cp -r one changed
mv changed.json changed/summary.json
run "$HERDSIM" compare one changed
status_is 0
out_has "THE VERDICT CHANGED: A is stable (5 of 5 replications), B is overloaded"
run "$HERDSIM" compare one changed --threshold '5 %'
status_is 1

# ---- rankings ----------------------------------------------------------------------------------------

it "one operand is ranked, by the metric that is asked for"
run "$HERDSIM" compare one --best memory.total.peak
status_is 0
out_has "collars = 20: memory.total.peak, the smaller the better; paired by replication"
out_has "may be the best; identical to the first"
out_has "worse"
cp "$work/out" ranked
run "$HERDSIM" compare small.yaml --metric memory.total.peak -q
status_is 0
sed 1d ranked >expected
sed 1d "$work/out" >ranked
same ranked expected
run "$HERDSIM" compare one --best throughput --format csv
status_is 0
out_has "metric,unit,fleets.amboseli.collars,variant,replications"
[ "$(grep -c '^throughput,1/s,' "$work/out")" -eq 6 ] || fail "there should be a row for each variant at each point"

it "a ranking that cannot be is refused"
refuses "say by which metric" one
refuses "did you mean 'latency.p99'" one --best latency.p89
refuses "one variant cannot be ranked" one:threads --best latency.p50
refuses "'--best' ranks" one other --best latency.p50
refuses "'--threshold' is for two operands" one --best latency.p50 --threshold '5 %'
sed '/^variants/,/odd/d' small.yaml >plain.yaml
refuses "plain.yaml has one variant" plain.yaml --best latency.p50

# ---- other versions ----------------------------------------------------------------------------------

it "results of another version are compared, and its name is shown"
cp -r one older
sed 's/"herdsim": "[^"]*"/"herdsim": "0.0.9"/' one/summary.json >older/summary.json
run "$HERDSIM" compare older one
status_is 0
out_has "herdsim 0.0.9"
out_has "0 differ"

it "metrics, points and variants of one side only are told and left out"
sed 's/latency\.p99"/latency.p88"/' one/summary.json >older/summary.json
sed '1s/latency\.p99,/latency.p88,/' one/trials.csv >older/trials.csv
run "$HERDSIM" compare older one
status_is 0
err_has "left out: metric 'latency.p99' is in B only"
run "$HERDSIM" compare older one --metric 'latency.p8*' --metric latency.p50
status_is 0
err_has "left out: metric 'latency.p88' is in A only"
out_has "latency.p50"
refuses "no metric in common" older one --metric latency.p99
simulate fewer -v fleets.amboseli.collars=20,40
run "$HERDSIM" compare one fewer
status_is 0
err_has "1 point of 'threads' is in A only: fleets.amboseli.collars = 10"
err_has "1 point of 'threads' is in B only: fleets.amboseli.collars = 40"
simulate apart -v fleets.amboseli.collars=30,40
refuses "no point in common" one apart

it "a folder that does not fit together is refused"
head -n 3 one/trials.csv >older/trials.csv
cp one/summary.json older/summary.json
run "$HERDSIM" compare older one
status_is 3
err_has "fewer replications than summary.json counts"
sed 's/^0,/99,/' one/trials.csv >older/trials.csv
run "$HERDSIM" compare older one
status_is 3
err_has "older/trials.csv: record 2: there is no such point"
rm older/trials.csv
run "$HERDSIM" compare older one
status_is 3
err_has "needs the single trials"

# ---- documents ---------------------------------------------------------------------------------------

it "JSON is JSON, and counts what the exit status says"
if command -v python3 >/dev/null; then
    run "$HERDSIM" compare one threads 'odd: name' --format json --threshold '5 %'
    status_is 1
    python3 - "$work/out" >"$work/err" 2>&1 <<'END' || fail "the document should be right: $(cat "$work/err")"
import json, sys
d = json.load(open(sys.argv[1]))
c = d["comparisons"]
assert d["a"]["seed"] == 7 and d["confidence"] == 0.95
assert sum(x["beyond"] for x in c) == d["beyond"] > 0
assert sum(x["result"] == "undefined" for x in c) == d["undefined"]
m = [x for x in c if x["metric"] == "memory.total.peak"][0]
assert m["method"] == "paired" and m["a"] == "threads" and m["b"] == "odd: name" and m["unit"] == "B"
assert m["change"]["ci"][0] <= m["change"]["mean"] <= m["change"]["ci"][1] < 0
assert abs(m["difference"]["mean"] - (m["mean_b"] - m["mean_a"])) < 1e-6
END
fi

it "an interrupted comparison says nothing on standard output"
"$HERDSIM" compare small.yaml threads 'event loop' --duration '1000 h' -j 1 >"$work/out" 2>"$work/err" </dev/null &
pid=$!
sleep 1
kill -TERM $pid
wait $pid
status=$?
status_is 130
out_is_empty
err_has "interrupted: nothing is compared"

finish
