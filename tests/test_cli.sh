#!/bin/sh
# The herdsim command from outside: options, statuses, files, interruption.
. "$SOURCE_DIR/tests/frame.sh"
cd "$work" || exit 2

# Small enough for every sanitizer: two variants, two sizes.
write_small() {
    cat >"$1" <<END
herdsim: 1
run: {duration: 20 s, warmup: 5 s, replications: 2, seed: 7}
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
sweep:
  fleets.amboseli.collars: [10, 20]
END
}
write_small small.yaml

# ---- help, versions, mistakes on the command line ----------------------------------------------------

it "without a command it says how it is used, and fails"
run "$HERDSIM"
status_is 2
out_is_empty
err_has "usage: herdsim COMMAND"

it "--help lists every command and option on standard output"
run "$HERDSIM" --help
status_is 0
err_is_empty
for word in run compare tune plot check describe schema new --out --set --vary --replications --jobs --seed --duration --quiet \
    --format --no-plots --dry-run --resume --trace --help --version; do
    out_has "$word"
done

it "every command has its own help"
for command in run compare tune plot check describe schema new calibrate live; do
    run "$HERDSIM" $command --help
    status_is 0
    out_has "usage: herdsim $command"
done

it "--version prints one line"
run "$HERDSIM" --version
status_is 0
out_has "herdsim "
run "$HERDSIM" run --version
status_is 0

# A wrong command line: status 2, nothing on standard output, a sentence that says what is meant.
refuses() {
    sentence=$1
    shift
    run "$HERDSIM" "$@"
    status_is 2
    out_is_empty
    err_has "$sentence"
}

it "a misspelt command or option gets the nearest one"
refuses "did you mean 'run'?" runn small.yaml
refuses "'herdsim --help' lists" frobnicate
refuses "did you mean '--replications'?" run small.yaml --replication 3
refuses "unknown option '-z'" run small.yaml -z
refuses "unknown option '--'" run small.yaml --=3
refuses "unknown command ''" ""

it "an option that no command has, or not this one, is refused"
refuses "unknown option '--conquer'" run small.yaml --conquer
refuses "'check' does not take the option '--resume'" check small.yaml --resume

it "an option that a command does not take is refused"
refuses "'check' does not take the option '--jobs'" check small.yaml --jobs 2
refuses "'schema' does not take the option '-o'" schema -o x
refuses "'schema' does not expect 'x'" schema x
refuses "'calibrate' does not expect 'small.yaml'" calibrate small.yaml
refuses "a profile's name ends in .yaml" calibrate -o profile
refuses "'describe' does not expect 'b'" describe a b

it "a value that is missing, empty or wrong is refused with what is expected"
refuses "needs SCENARIO" run
refuses "option '-o' needs a value" run small.yaml -o
refuses "option '--out' needs a value" run small.yaml --out=
refuses "option '--quiet' takes no value" run small.yaml --quiet=yes
refuses "there is no '='" run small.yaml --set fleets.amboseli.collars
refuses "there is no key before '='" run small.yaml -s =4
refuses "there is no '='" run small.yaml -v run.seed
for value in 0 -1 1e9 1000000000000000000000 two 1.5 ' 3' 3x ''; do
    refuses "-r" run small.yaml -r "$value"
    refuses "-j" run small.yaml -j "$value"
done
refuses "--seed '-3'" run small.yaml --seed -3
refuses "--duration '5'" run small.yaml --duration 5
refuses "above zero" run small.yaml --duration '0 s'
refuses "--duration '-1 s'" run small.yaml --duration '-1 s'
refuses "--duration 'nan s'" run small.yaml --duration 'nan s'
refuses "expected table, json or csv" run small.yaml --format xml
is_absent results

it "options that make no sense together are refused"
refuses "one scenario at a time" run small.yaml small.yaml --trace t.csv
refuses "has no effect with '--dry-run'" run small.yaml --dry-run --format json

it "a key that does not exist is blamed on the option it came from"
refuses "did you mean 'collars'?" run small.yaml -s fleets.amboseli.colars=5
refuses "error:" run small.yaml -s fleets.amboseli.collars=many
refuses "error:" run small.yaml -v fleets.amboseli.colars=1,2
refuses "error:" run small.yaml -s machine.cores=
refuses "error:" run small.yaml -s 'machine.cores={'
is_absent results

it "words after -- are scenarios, whatever they look like"
write_small ./-s.yaml
run "$HERDSIM" check -- -s.yaml
status_is 0

# ---- check, describe, schema, new --------------------------------------------------------------------

it "check says that a scenario is fine, and how large it is"
run "$HERDSIM" check small.yaml
status_is 0
out_has "small.yaml: ok: 2 variants, 4 points x 2 replications = 8 trials"
run "$HERDSIM" check -q small.yaml
status_is 0
out_is_empty

it "files that cannot be read or are no YAML are refused and never crash"
: >empty.yaml
head -c 4096 "$HERDSIM" >binary.yaml
printf 'herdsim: 1\nname: "\377\376"\n' >latin.yaml
printf 'herdsim: 1\n\0\n' >nul.yaml
head -c 100000 /dev/zero | tr '\0' '[' >deep.yaml
mkdir folder.yaml
for file in empty binary latin nul deep; do
    run "$HERDSIM" check $file.yaml
    status_is 2
    out_is_empty
    err_has "$file.yaml:"
done
for file in folder.yaml missing.yaml small.yaml/x.yaml; do
    run "$HERDSIM" check $file
    status_is 3
    out_is_empty
    err_has "$file"
done

it "every scenario is checked before one is run"
run "$HERDSIM" run small.yaml empty.yaml
status_is 2
out_is_empty
is_absent results

it "describe explains keys, models, distributions, metrics and verdicts"
for word in collars fleets.amboseli.collars run.duration event_loop lognormal latency.p99 memory \
    stable overloaded out_of_memory metrics verdicts distributions; do
    run "$HERDSIM" describe $word
    status_is 0
    err_is_empty
    [ -s "$work/out" ] || fail "describe $word should say something"
done

it "describe lists units, models and keys by their plurals"
run "$HERDSIM" describe units
status_is 0
out_has "MiB"
run "$HERDSIM" describe models
status_is 0
out_has "thread_per_connection"
run "$HERDSIM" describe keys
status_is 0
out_has "replications"

it "lists that are varied want a list around them, and are told so"
run "$HERDSIM" check "$SOURCE_DIR/scenarios/c10k.yaml" -v 'servers.cloud.handler=[cpu: 1 ms],[cpu: 2 ms]'
status_is 2
err_has "'servers.cloud.handler=[[cpu: 1 ms],[cpu: 2 ms]]'"

it "an event after the end of the run is told of, wherever the run's end comes from"
run "$HERDSIM" check "$SOURCE_DIR/scenarios/c10k.yaml" -s 'events=[{at: 60 s, for: 1 s, crash: cloud}]' -s run.duration='60 s'
status_is 0
err_has "event 'crash cloud' at 1 min never happens: the run ends at 1 min"

it "describe knows the columns of the tables, and the ends of metrics' names"
run "$HERDSIM" describe "a connection"
status_is 0
out_has "memory.per_connection"
run "$HERDSIM" describe unanswered
out_has "reports.in_flight.ratio"
run "$HERDSIM" describe p99
out_has "latency.p99"
run "$HERDSIM" describe memory
out_has "memory.total.peak"
out_has "memory.peak.sockets"
run "$HERDSIM" describe elasticity
out_has "percent of a metric"
run "$HERDSIM" describe
status_is 0
for word in thread_per_connection lognormal latency.p99 overloaded; do
    out_has "$word"
done
it "describe knows what others call a thing"
while read -r entry word; do
    run "$HERDSIM" describe "$word"
    status_is 0
    out_has "$entry"
done <<END
loop.lag.max loop lag
event_loop asyncio
servers.NAME.interpreter_lock GIL
servers.NAME.interpreter_lock gil
metastable verdict
servers.NAME.pools pool
thread_pool pool
balancers balancer
queue.accept.peak accept queue
END
refuses "did you mean 'lognormal'?" describe lognormall
refuses "did you mean 'latency.mean'?" describe latency.maen
refuses "nothing is called" describe zzzzzzzz

it "the committed JSON Schema is what the rows say (herdsim schema >scenarios/schema.json renews it)"
run "$HERDSIM" schema
status_is 0
same "$work/out" "$SOURCE_DIR/scenarios/schema.json"

it "new writes a scenario that is right, and overwrites nothing"
run "$HERDSIM" new first
status_is 0
out_has "first.yaml"
run "$HERDSIM" check first.yaml
status_is 0
err_lacks "error"
cp first.yaml before.yaml
run "$HERDSIM" new first.yaml
status_is 3
err_has "left as it is"
same first.yaml before.yaml
refuses "no name for a scenario" new .hidden
refuses "no name for a scenario" new 'two words'
run "$HERDSIM" new no/such/folder/x
status_is 3

# ---- run ---------------------------------------------------------------------------------------------

it "run prints the table on standard output, says the rest on standard error, and keeps the results"
run "$HERDSIM" run small.yaml --no-plots
status_is 0
out_has "threads"
out_has "event loop"
err_has "results in results/small/"
for file in scenario.yaml summary.json summary.csv trials.csv latency.csv series.csv; do
    exists results/small/$file
done
is_absent results/small/plots

it "quiet means nothing on standard error"
run "$HERDSIM" run small.yaml -q --no-plots -o quiet
status_is 0
err_is_empty
exists quiet/summary.json

it "the same seed gives the same bits, whatever the number of workers"
run "$HERDSIM" run small.yaml -q --no-plots -o one -j 1
run "$HERDSIM" run small.yaml -q --no-plots -o two -j 2
for file in scenario.yaml summary.csv trials.csv latency.csv series.csv; do
    same one/$file two/$file
done

it "the resolved scenario runs again to the same bits"
run "$HERDSIM" run small.yaml -q --no-plots -o changed -s machine.cores=2 -r 3 --seed 5 --duration '10 s'
status_is 0
run "$HERDSIM" run changed/scenario.yaml -q --no-plots -o again
status_is 0
for file in scenario.yaml trials.csv latency.csv; do
    same changed/$file again/$file
done

it "--format json and csv print what the result folder holds"
run "$HERDSIM" run small.yaml -q --no-plots -o formats --format json
status_is 0
same "$work/out" formats/summary.json
run "$HERDSIM" run small.yaml -q --no-plots -o formats --format=csv
status_is 0
same "$work/out" formats/summary.csv

it "--vary sweeps, and --set on a swept key replaces the sweep"
run "$HERDSIM" run small.yaml --dry-run -s fleets.amboseli.collars=5 -v machine.cores=1,2,4
status_is 0
out_has "6 points x 2 replications = 12 trials"
out_has "machine.cores 4"
run "$HERDSIM" run small.yaml --dry-run -v fleets.amboseli.collars=10..1000:log:3
status_is 0
out_has "fleets.amboseli.collars 100"

it "--dry-run writes nothing"
run "$HERDSIM" run small.yaml --dry-run -o nothing --trace nothing.csv
status_is 0
out_has "results would go to nothing/"
is_absent nothing
is_absent nothing.csv

it "--trace writes who did what when"
run "$HERDSIM" run small.yaml -q --no-plots -o traced --trace spans.csv
status_is 0
head -n 1 spans.csv >"$work/out"
out_has "variant,fleets.amboseli.collars,lane,index,activity,from,to"
[ "$(grep -c '^event loop,20,' spans.csv)" -gt 20 ] || fail "there should be spans of every point"

it "several scenarios write one folder each, and two of one name are refused"
write_small other.yaml
run "$HERDSIM" run small.yaml other.yaml -q --no-plots -o many
status_is 0
exists many/small/summary.json
exists many/other/summary.json
mkdir elsewhere
write_small elsewhere/small.yaml
refuses "would both write to" run small.yaml elsewhere/small.yaml

it "plots are written with the results, and again by plot"
run "$HERDSIM" run small.yaml -q -o drawn
status_is 0
exists drawn/plots
ls drawn/plots | grep -q '\.gp$' || fail "there should be gnuplot scripts"
if command -v gnuplot >/dev/null; then
    exists drawn/plots/memory.svg
fi
cp -r drawn moved
(cd moved/plots && grep -l "herdsim-[0-9]" ./*) && fail "nothing should name the place where the folder grew"
rm -r drawn/plots
run "$HERDSIM" plot drawn
status_is 0
exists drawn/plots
run "$HERDSIM" plot missing
status_is 3
err_has "missing"

it "several results are laid over each other in a folder of their own"
run "$HERDSIM" run small.yaml -q -o undone --no-plots -s machine.limits.backlog=1000
run "$HERDSIM" plot drawn undone -o over/both
status_is 0
err_has "figures are in over/both/"
exists over/both/memory.gp
is_absent undone/plots
grep -q "'threads (drawn, undone)'" over/both/memory.gp || fail "equal series should share a name"
run "$HERDSIM" plot undone drawn
status_is 0
exists results/overlay/memory.gp
run "$HERDSIM" plot drawn -o over/one
status_is 0
exists over/one/memory.gp
run "$HERDSIM" plot drawn undone -o drawn
status_is 3
err_has "which is no figure of herdsim; name another folder with -o"
run "$HERDSIM" plot drawn missing -o over/none
status_is 3
is_absent over/none
refuses "'drawn' is named twice" plot drawn drawn

it "a missing gnuplot stops nothing"
mkdir -p bin
run env PATH="$work/bin" "$HERDSIM" run small.yaml -o undrawn
status_is 0
exists undrawn/summary.json
err_has "gnuplot is not installed, so there are no pictures; the scripts are in undrawn/plots"

it "a failing gnuplot is told and costs the pictures only"
mkdir broken
printf '#!/bin/sh\nexit 1\n' >broken/gnuplot
chmod +x broken/gnuplot
run env PATH="$work/broken:$PATH" "$HERDSIM" run small.yaml -q -o unpainted
status_is 3
err_has "gnuplot failed"
exists unpainted/summary.json
exists unpainted/plots/memory.gp

it "figures that cannot be written leave an earlier result as it was"
cp -r drawn drawn.before
small_reports() {
    "$HERDSIM" run small.yaml -q -r 1 --duration '1 h' -s 'servers.cloud.handler=[{wait: 250 ms}]' \
        -s fleets.amboseli.collars=20 -o drawn "$@"
}
# Many samples and little else: the data of a figure is the largest file of the result, above the 85 KiB
# allowed here. The record of the trials is larger still. How much of it is committed before that shows depends
# on the machine's speed, and what is committed and finds no room in trials.sqlite stays in SQLite's log.
(
    trap '' XFSZ
    ulimit -f 170
    small_reports
) >"$work/out" 2>"$work/err" </dev/null
status=$?
status_is 3
err_has "herdsim: drawn/plots/time.dat: cannot be written: File too large"
err_has "herdsim: cannot record trials in drawn/trials.sqlite: disk I/O error"
diff -r -x 'trials.sqlite*' drawn drawn.before >"$work/out" || fail "the earlier result should be as it was"
[ -z "$(ls -A | grep '^\.')" ] || fail "nothing hidden should be left: $(ls -A | grep '^\.')"

it "a record that could not be written whole is still one to go on from"
run small_reports --resume
status_is 0
for log in drawn/trials.sqlite-*; do
    is_absent "$log"
done
run small_reports --resume
status_is 0
err_is_empty

it "a stranger's file among the plots is not lost"
echo precious >drawn/plots/slides.odp
run "$HERDSIM" run small.yaml -q -o drawn
status_is 3
out_is_empty
err_has "'plots/slides.odp', which herdsim did not write"
exists drawn/plots/slides.odp

it "of runs at once into one folder one at least succeeds, and the others say why not"
for i in 1 2 3 4 5 6; do
    (
        "$HERDSIM" run small.yaml -q -j 1 -o crowd >"crowd.$i" 2>&1 </dev/null
        echo "status $?" >>"crowd.$i"
    ) &
done
wait
cat crowd.[1-6] >"$work/out"
out_has "status 0"
[ "$(grep -c 'status 0' "$work/out")" -eq $((6 - $(grep -c 'another herdsim is writing there' "$work/out"))) ] ||
    fail "whoever did not succeed should say that another was there"
exists crowd/summary.json
exists crowd/plots/memory.gp

it "a signal ends a gnuplot that hangs, and everything else is kept"
mkdir hanging
printf '#!/bin/sh\ntouch "%s/hangs"\nsleep 300\n' "$work" >hanging/gnuplot
chmod +x hanging/gnuplot
for what in "run small.yaml -o hung" "plot hung"; do
    rm -f hangs
    # shellcheck disable=SC2086
    env PATH="$work/hanging:$PATH" "$HERDSIM" $what >"$work/out" 2>"$work/err" </dev/null &
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
        [ -e hangs ] && break
        sleep 1
    done
    kill -TERM $!
    wait $!
    status=$?
    status_is 130
    err_has "interrupted: some figures"
    exists hung/summary.json
    exists hung/plots/memory.gp
done

# ---- bad luck ----------------------------------------------------------------------------------------

it "a folder that is not ours is left alone"
mkdir mine
echo precious >mine/letter
run "$HERDSIM" run small.yaml -q -o mine
status_is 3
out_is_empty
err_has "mine"
[ "$(ls -A mine)" = letter ] || fail "nothing should be added to the folder"

it "an earlier result is replaced, and nothing is left beside it"
run "$HERDSIM" run small.yaml -q --no-plots -o one -r 3
status_is 0
grep -q '"replications": *3' one/summary.json || fail "the new result should be there"
[ -z "$(ls -A | grep '^\.')" ] || fail "nothing hidden should be left: $(ls -A | grep '^\.')"

it "an unwritable place is known before anything runs"
echo text >file
run "$HERDSIM" run small.yaml -o file/results
status_is 3
out_is_empty
run "$HERDSIM" run small.yaml -o fine --trace no/such/folder/t.csv
status_is 3
out_is_empty
is_absent fine

it "a full disk or a closed pipe behind standard output is an error"
if [ -w /dev/full ]; then
    "$HERDSIM" run small.yaml -q --no-plots -o full >/dev/full 2>"$work/err"
    status=$?
    status_is 3
    err_has "standard output"
    exists full/summary.json
    "$HERDSIM" --help >/dev/full 2>"$work/err"
    status=$?
    status_is 3
fi
"$HERDSIM" schema >&- 2>"$work/err"
status=$?
status_is 3

it "a result folder that cannot be written whole is not written at all"
: >"$work/out"
(ulimit -f 1; exec "$HERDSIM" run small.yaml -q --no-plots -o limited -v machine.cores=1..60:lin:60 -s fleets.amboseli.collars=1) \
    >"$work/out" 2>"$work/err" </dev/null
status=$?
[ "$status" -ne 0 ] || fail "the file size limit should be noticed"
is_absent limited

it "an interrupted run keeps what is finished and says what is missing"
"$HERDSIM" run small.yaml -j 1 --no-plots -o cut -r 1000 --duration '1 h' -s fleets.amboseli.collars=50 \
    -v machine.cores=1,2,3 >"$work/out" 2>"$work/err" </dev/null &
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    [ -e cut/trials.sqlite ] && break # a trial is finished
    sleep 1
done
kill -TERM $!
wait $!
status=$?
status_is 130
err_has "interrupted"
err_has "missing"
exists cut/summary.json
grep -q '"variant"' cut/summary.json || fail "the points that are finished should be there"

it "a run that is stopped before anything is finished writes nothing"
"$HERDSIM" run small.yaml -j 1 --no-plots -o stopped -r 2 --duration '10000 d' -s fleets.amboseli.collars=50 \
    >"$work/out" 2>"$work/err" </dev/null &
sleep 1
kill -TERM $!
wait $!
status=$?
status_is 130
out_is_empty
err_has "nothing was written"
is_absent stopped

finish
