#!/bin/sh
# label: slow - herdsim as several MPI ranks on this machine: the same bits as alone, and nothing finished is lost.
. "$SOURCE_DIR/tests/frame.sh"
command -v mpirun >/dev/null 2>&1 || skip "mpirun is not installed"
[ -x "$BUILD_DIR/herdsim-mpi" ] || skip "herdsim-mpi was not built"
cd "$work" || exit 2

# One machine, as root in a container too, and no more than a minute whatever happens.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_btl=self,vader OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_plm=isolated
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" # Open MPI's own
ranks() {
    n=$1
    shift
    timeout -k 5 60 mpirun -n "$n" "$@"
}
timeout -k 5 60 mpirun -n 2 true >/dev/null 2>"$work/err" </dev/null || {
    cat "$work/err"
    skip "mpirun does not run here"
}

cat >herd.yaml <<'EOF'
herdsim: 1
run: {duration: 60 s, warmup: 10 s, replications: 6}
servers: {cloud: {model: event_loop, handler: [cpu: 1 ms, wait: {exponential: 20 ms}]}}
fleets: {herd: {collars: 50, report: {every: 5 s}, server: cloud}}
variants: {threads: {servers.cloud.model: thread_per_connection}, loop: {}}
sweep: {fleets.herd.collars: [10, 50, 100]}
EOF
until_precise='run.replications={min: 3, max: 40, until: latency.p99, within: 10 %}'

# All files but for what tells of the machine and of its time.
same_results() {
    for file in "$1"/*; do
        name=${file##*/}
        case $name in
        plots | trials.sqlite*) ;;
        summary.json)
            for side in "$1" "$2"; do
                sed '/"wall_seconds"/d' "$side/$name" >"$side.without"
            done
            same "$1.without" "$2.without"
            ;;
        *) same "$file" "$2/$name" ;;
        esac
    done
}

it "three ranks give the same bits as one worker"
run "$HERDSIM" run herd.yaml -j 1 -o alone --no-plots
status_is 0
cp out alone.txt
run ranks 3 "$HERDSIM" run herd.yaml -o three --no-plots
status_is 0
same out alone.txt
err_has "results in three/"
same_results alone three

it "so do two ranks of two workers with replications on demand, also with a warm-up of their own"
for many in run.warmup="10 s" run.warmup=auto; do
    set -- run herd.yaml -q --no-plots --set "$until_precise" --set "$many"
    run "$HERDSIM" "$@" -j 1 -o alone
    status_is 0
    run ranks 2 "$HERDSIM" "$@" -j 2 -o two
    status_is 0
    same_results alone two
done

it "more ranks than trials, and one rank alone"
run "$HERDSIM" run herd.yaml -q --no-plots -v fleets.herd.collars=10 -r 1 -o alone
for n in 1 5; do
    run ranks $n "$HERDSIM" run herd.yaml -q --no-plots -v fleets.herd.collars=10 -r 1 -o few
    status_is 0
    same_results alone few
done

it "several scenarios come one after the other"
cp herd.yaml other.yaml
run ranks 3 "$HERDSIM" run herd.yaml other.yaml -q -o both --no-plots
status_is 0
exists both/herd/summary.json
exists both/other/summary.json

it "other commands are rank 0's, and it alone speaks"
run ranks 3 "$HERDSIM" check herd.yaml
status_is 0
[ "$(grep -c 'ok' out)" = 1 ] || fail "one answer is enough"
run ranks 3 "$HERDSIM" run nowhere.yaml
status_is 3
[ "$(grep -c 'nowhere.yaml' err)" = 1 ] || fail "one complaint is enough"

# A minute's work for three ranks in the background; goes on when trials are recorded. What is recorded serves
# for fewer replications too.
begin_long_job() {
    rm -rf killed
    # --foreground: timeout passes a signal on once; otherwise to its group too, and mpirun gives up at the second
    timeout --foreground -k 20 60 mpirun -n 3 sh -c 'echo $$ >pid.$OMPI_COMM_WORLD_RANK; exec "$@"' sh \
        "$HERDSIM" run long.yaml -r 4000 -o killed --no-plots >out 2>err </dev/null &
    job=$!
    tries=0
    until [ -s killed/trials.sqlite-wal ] || [ $tries = 300 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    sleep 0.5
}
end_long_job() {
    wait $job
    status=$?
    command_line="mpirun -n 3 herdsim run long.yaml -r 4000"
}

it "a rank that dies ends the job, and --resume goes on from what was finished to the same bits"
sed '/sweep/d; s/duration: 60 s/duration: 5 min/; s/collars: 50/collars: 100/' herd.yaml >long.yaml
run "$HERDSIM" run long.yaml -r 40 -q -o whole --no-plots
status_is 0
for victim in 2 0; do
    begin_long_job
    kill -9 "$(cat "pid.$victim")"
    end_long_job
    [ "$status" -ne 0 ] || fail "the job should fail"
    is_absent killed/summary.json
    run ranks 3 "$HERDSIM" run long.yaml -r 40 -o killed --no-plots --resume
    status_is 0
    err_has "trials from the record"
    same_results whole killed
done

it "a signal to mpirun keeps what is finished, if there is time to write it"
export OMPI_MCA_odls_base_sigkill_timeout=3
begin_long_job
kill -TERM $job
end_long_job
[ "$status" -ne 0 ] || fail "the job should fail"
err_has "interrupted"
exists killed/trials.csv

it "a program without MPI says what to do, once"
mkdir bare
cp "$HERDSIM" bare/herdsim
run ranks 3 bare/herdsim run herd.yaml
status_is 2
[ "$(grep -c 'openmpi-bin' err)" = 1 ] || fail "one complaint is enough"
is_absent results

finish
