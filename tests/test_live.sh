#!/bin/sh
# label: slow
# The real twin agrees with its simulation within wide bounds, on whatever machine this is.
. "$SOURCE_DIR/tests/frame.sh"
[ "$(nproc)" -ge 2 ] || skip "collars and server need a processor each"
cd "$work" || exit 2

cat >small.yaml <<'END'
herdsim: 1
name: small
run: {warmup: 1 s, duration: 3 s, replications: 3, seed: 1}
servers: {cloud: {model: event_loop, arenas: 1, handler: [cpu: 200 us, wait: {exponential: 5 ms}, cpu: 100 us]}}
fleets: {herd: {collars: 200, report: {poisson: 200 ms}, payload: 64 B, server: cloud}}
variants:
  loop: {servers.cloud.model: event_loop}
  threads: {servers.cloud.model: thread_per_connection}
END

# measure: the figures of live.json, once more where others got between the first time.
measure() {
    run "$HERDSIM" live "$@" --no-plots -q --format json
    ! grep -q '"disturbed": "' "$work/out" || run "$HERDSIM" live "$@" --no-plots -q --format json
}

it "memory for each connection is within 25 %, median latency within a factor of two, at 30 % load"
measure small.yaml
status_is 0
python3 - "$work/out" >"$work/verdict" 2>&1 <<'END' || fail "$(cat "$work/verdict")"
import json, sys

points = json.load(open(sys.argv[1]))["points"]
assert [p["variant"] for p in points] == ["loop", "threads"], "a point is missing"
for p in points:
    m, name = p["metrics"], p["variant"]
    disturbed = p["twin"]["disturbed"]
    memory = m["memory.per_connection"]
    if memory["measured"] is not None:  # the kernel's side takes root
        assert abs(memory["error"]) < 0.25, f"{name}: memory is off by {memory['error']:.0%}"
    user = m["memory.user_per_connection"]
    off = abs(user["measured"] - user["predicted"])
    assert off < max(0.25 * user["measured"], 800), f"{name}: {off} bytes of a connection's are not predicted"
    latency = m["latency.p50"]
    ratio = latency["measured"] / latency["predicted"]
    assert disturbed or 0.5 < ratio < 2, f"{name}: the median latency is {ratio} of what was predicted"
    throughput = m["throughput"]["error"]
    assert disturbed or abs(throughput) < 0.25, f"{name}: the throughput is off by {throughput:.0%}"
    assert m["threads.peak"]["measured"] == m["threads.peak"]["predicted"], f"{name}: other threads"
END

it "every kind of server runs for real"
sed -e 's/name: small/name: kinds/; s/200 ms/50 ms/; s/collars: 200/collars: 20/; s/duration: 3 s, replications: 3/duration: 500 ms, replications: 1/' \
    -e '/^  loop/,$d' small.yaml >kinds.yaml
for model in iterative thread_pool event_loop_pool multi_loop; do
    echo "  $model: {servers.cloud.model: $model}" >>kinds.yaml
done
run "$HERDSIM" live kinds.yaml -r 2 -q --format csv
status_is 0
for model in iterative thread_pool event_loop_pool multi_loop; do
    out_has "$model,throughput,1/s,"
done
for file in live.json live.csv measured/summary.json predicted/summary.json plots/spectrum.gp; do
    exists "results/kinds-live/$file"
done

it "measured and predicted results are results like any other"
run "$HERDSIM" compare results/kinds-live/measured results/kinds-live/predicted --metric throughput
[ "$status" -le 1 ] || fail "compare should read both"

it "all that a twin can't do is refused at once, key by key"
cat >refused.yaml <<'END'
herdsim: 1
run: {duration: 1 s}
machine: {cores: 1000}
links: {wifi: {latency: 5 ms}}
servers: {cloud: {model: green_threads, tls: 1.3, handler: [cpu: 100 us, memory: 1 KiB]}}
fleets: {herd: {collars: 10, report: {every: 1 s}, timeout: 5 s, link: wifi, server: cloud}}
END
run "$HERDSIM" live refused.yaml
status_is 2
out_is_empty
err_has "refused.yaml:3:18: error: machine.cores: "
err_has "refused.yaml:5:26: error: servers.cloud.model: "
err_has "servers.cloud.tls: "
err_has "servers.cloud.handler: "
err_has "fleets.herd.timeout: "
err_has "fleets.herd.link: "
is_absent results/refused-live

it "what is too large for one machine is refused"
run "$HERDSIM" live small.yaml -s fleets.herd.collars=1000000 --duration 1h
status_is 2
err_has "20,000 collars"
err_has "10 min"

it "a folder with other people's files is left alone"
mkdir mine && echo precious >mine/thesis.txt
run "$HERDSIM" live small.yaml -o mine
status_is 3
err_has "thesis.txt"
exists mine/thesis.txt

it "Ctrl-C keeps the points that are finished, and leaves no server behind"
"$HERDSIM" live small.yaml -r 1 -v 'run.duration=500ms,60s' -s run.warmup=200ms -o cut --no-plots >"$work/out" 2>"$work/err" &
pid=$!
sleep 4
twins=$(ps -o pid= --ppid "$pid" | tr -d ' ')
kill -TERM "$pid"
wait "$pid"
status=$?
status_is 130
err_has "interrupted: 1 of 4 trials"
exists cut/live.json
out_has "run.duration = 500ms"
[ -n "$twins" ] || fail "a server should have been there"
for twin in $twins; do
    ! kill -0 "$twin" 2>/dev/null || fail "server $twin is left behind"
done

finish
