#!/bin/sh
# A run that was killed, interrupted or short of disk goes on with --resume, to the same bits.
. "$SOURCE_DIR/tests/frame.sh"
cd "$work" || exit 2

# Many short trials; DURATION is found below, so that all of them take about a second with one worker.
write_scenario() {
    cat >"$1" <<END
herdsim: 1
run: {duration: $2, warmup: 5 s, replications: $3, seed: 7}
machine: {profile: linux-x86_64, cores: 1, memory: 1 GiB}
servers:
  cloud:
    model: event_loop
    handler: [cpu: 120 us, wait: {exponential: 20 ms}]
fleets:
  amboseli: {collars: 200, report: {every: 1 s}, server: cloud}
variants:
  threads: {servers.cloud.model: thread_per_connection}
  event loop: {servers.cloud.model: event_loop}
sweep:
  machine.cores: [1, 2]
END
}

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# What must not depend on how often a run was interrupted: everything but the machine and the time it took.
same_results() {
    for name in summary.csv trials.csv latency.csv series.csv scenario.yaml; do
        same "$1/$name" "$2/$name"
    done
    if [ -e "$1/timeline.csv" ] || [ -e "$2/timeline.csv" ]; then
        same "$1/timeline.csv" "$2/timeline.csv"
    fi
    for each in "$1" "$2"; do
        sed -e '/"wall_seconds"/d' "$each/summary.json" >"$each.summary"
    done
    same "$1.summary" "$2.summary"
}

# The record is one plain file.
is_whole() {
    exists "$1/trials.sqlite"
    is_absent "$1/trials.sqlite-wal"
    is_absent "$1/trials.sqlite-shm"
}

# Runs and kills it after so many seconds.
run_killed() {
    seconds=$1
    shift
    command_line=$*
    timeout -s KILL "$seconds" "$HERDSIM" run "$@" -q --no-plots </dev/null >"$work/out" 2>"$work/err"
    status=$?
}
was_killed() { [ "$status" -eq 137 ]; }

it "a run that is left alone leaves its record beside its results"
duration=10
while :; do
    write_scenario herd.yaml "$duration s" 10
    began=$(now_ms)
    run "$HERDSIM" run herd.yaml -q --no-plots -j 1 -o whole
    status_is 0
    [ $(($(now_ms) - began)) -lt 800 ] && [ "$duration" -lt 5000 ] && [ "$failures" -eq 0 ] || break
    duration=$((duration * 2))
done
is_whole whole
cp out whole.table

it "killed again and again, it ends with the same bits"
for jobs in 1 2; do
    kills=0
    tenths=4
    while [ $tenths -lt 600 ]; do
        run_killed "$((tenths / 10)).$((tenths % 10))" herd.yaml --resume -j $jobs -o "killed$jobs"
        was_killed || break
        kills=$((kills + 1))
        exists "killed$jobs/trials.sqlite"
        is_absent "killed$jobs/summary.json"
        tenths=$((tenths + 1))
    done
    status_is 0
    [ $kills -gt 0 ] || fail "it should have been killed at least once"
    same out whole.table
    is_whole "killed$jobs"
    same_results whole "killed$jobs"
done
[ -z "$(find . -name '.killed*')" ] || fail "nothing hidden should be left"

it "a complete record only gives the same results again"
run "$HERDSIM" run herd.yaml --resume --no-plots -o killed1
status_is 0
err_has "40 of 40 trials from the record"
same_results whole killed1

it "a signal keeps what is finished, and --resume goes on from there"
"$HERDSIM" run herd.yaml -q --no-plots -j 1 -o stopped >"$work/out" 2>"$work/err" </dev/null &
pid=$!
sleep 0.4
kill -TERM $pid
wait $pid
status=$?
status_is 130
err_has "--resume"
is_whole stopped
grep -q '"complete": false' stopped/summary.json || fail "the summary should say that it is not complete"
run "$HERDSIM" run herd.yaml --resume --no-plots -j 2 -o stopped
status_is 0
err_has "trials from the record"
same_results whole stopped

it "a record goes on with more replications"
run "$HERDSIM" run herd.yaml -q --no-plots -r 4 -o few
status_is 0
cp -r few more
run "$HERDSIM" run herd.yaml --no-plots -r 10 --resume -o more
status_is 0
err_has "16 of 40 trials from the record"
for name in summary.csv trials.csv latency.csv series.csv; do
    same whole/$name more/$name
done

it "replications on demand go on to the same bits"
sed 's/replications: 10/replications: {min: 3, max: 30, until: latency.mean, within: 0.5 %}/' herd.yaml >demand.yaml
run "$HERDSIM" run demand.yaml -q --no-plots -j 1 -o demand
status_is 0
run_killed 0.4 demand.yaml -j 2 -o demanded
run "$HERDSIM" run demand.yaml -q --no-plots --resume -j 2 -o demanded
status_is 0
same_results demand demanded

it "another seed, scenario or folder is told apart, and nothing is touched"
cp -r whole before
run "$HERDSIM" run herd.yaml --resume -q --seed 8 -o whole
status_is 2
out_is_empty
err_has "cannot resume from whole/trials.sqlite: run.seed is 7 there and 8 here"
run "$HERDSIM" run herd.yaml --resume -q --set fleets.amboseli.collars=201 -o whole
status_is 2
err_has "fleets.amboseli.collars is 200 there and 201 here"
run "$HERDSIM" run herd.yaml --resume -q --set run.batches=20 --set run.replications=1 -o whole
status_is 2
err_has "run.batches is 0 (the default) there and 20 here"
run "$HERDSIM" run herd.yaml --resume -q --set machine.memory=2GiB -o whole
status_is 2
err_has "machine.memory is"
run "$HERDSIM" run herd.yaml --resume -q --set machine.cores=3 -o whole
status_is 2
err_has "machine.cores is 1 there and 3 here"
run diff -r before whole
status_is 0

it "without --resume a run starts afresh, and says what is lost"
run_killed 0.4 herd.yaml -j 1 -o lost
if was_killed; then
    run "$HERDSIM" run herd.yaml --no-plots -o lost
    status_is 0
    err_has "of an interrupted run; this one starts afresh ('--resume' goes on)"
    err_lacks "from the record"
    same_results whole lost
fi

it "an earlier result stays until a new one is complete"
run_killed 0.4 herd.yaml -j 1 --seed 3 -o whole
if was_killed; then
    same before/summary.json whole/summary.json
    run "$HERDSIM" run herd.yaml -q --no-plots -j 1 --seed 3 --resume -o whole
    status_is 0
    run cmp -s before/trials.csv whole/trials.csv
    status_is 1
fi

it "two runs do not share a folder"
"$HERDSIM" run herd.yaml --duration '100 h' -q --no-plots -j 1 -o shared >/dev/null 2>&1 </dev/null &
pid=$!
for i in 1 2 3 4 5 6 7 8 9 10; do
    [ -e shared ] && break
    sleep 0.05
done
run "$HERDSIM" run herd.yaml -q --resume -o shared
status_is 3
out_is_empty
err_has "cannot write results to shared: another herdsim is writing there"
kill -TERM $pid
wait $pid
status=$?
status_is 130

it "--dry-run writes nothing"
run "$HERDSIM" run herd.yaml --dry-run --resume -o dry
status_is 0
is_absent dry

it "a damaged record is refused in words"
cp -r before damaged
printf 'nonsense' | dd of=damaged/trials.sqlite conv=notrunc 2>/dev/null
run "$HERDSIM" run herd.yaml -q --resume -o damaged
status_is 3
err_has "cannot resume from damaged/trials.sqlite: file is not a database; run without --resume to start afresh"
run "$HERDSIM" run herd.yaml -q --no-plots -o damaged
status_is 0
same_results before damaged

# A small disk of our own needs a name space of our own.
mkdir disk
if unshare -rm sh -c "mount -t tmpfs -o size=100k none disk" 2>/dev/null; then
    it "a full disk ends the record, not the simulation, and what was recorded stays"
    cat >full.sh <<END
mount -t tmpfs -o size=$(($(wc -c <few/trials.sqlite) / 1024 + 100))k none disk || exit 9
mkdir disk/out && cp few/trials.sqlite disk/out || exit 9
"$HERDSIM" run herd.yaml -q --no-plots -j 1 --resume -o disk/out
echo "status \$?"
mount -o remount,size=100m disk || exit 9
"$HERDSIM" run herd.yaml --no-plots -j 2 --resume -o disk/out
echo "status \$?"
cp -r disk/out full
END
    run unshare -rm sh full.sh
    status_is 0
    out_has "status 3"
    out_has "status 0"
    out_has "event loop"
    err_has "cannot record trials in disk/out/trials.sqlite: database or disk is full"
    err_has "of 40 trials from the record"
    same_results before full
fi

finish
