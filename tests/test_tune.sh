#!/bin/sh
# `herdsim tune` from outside: answers, their shape, files, statuses.
. "$SOURCE_DIR/tests/frame.sh"
cd "$work" || exit 2

# Memory decides, and memory is no matter of chance: the answer can be worked out by hand.
cat >herd.yaml <<END
herdsim: 1
run: {duration: 20 s, warmup: 10 s, seed: 7}
machine: {profile: linux-x86_64, cores: 1, memory: 8 GiB}
servers:
  cloud: {model: event_loop, handler: [cpu: 120 us]}
fleets:
  amboseli: {collars: 10, report: {every: 5 s}, server: cloud}
variants:
  threads: {servers.cloud.model: thread_per_connection}
  event loop: {servers.cloud.model: event_loop}
sweep:
  fleets.amboseli.collars: [10, 20]
tune:
  find: fleets.amboseli.collars
  between: [1, 200]
  objectives: [memory.total.peak <= 4 MiB, latency.p99 <= 1 s]
END

it "finds the largest fleet that fits, and says what is in the way"
run "$HERDSIM" tune herd.yaml --no-plots
status_is 0
out_has "threads: 66 collars hold (95 % sure: exactly); memory.total.peak binds"
out_has "event loop: 200 collars hold, the end of the range"
for file in scenario.yaml tune.json tune.csv; do
    exists "results/herd-tune/$file"
done

it "which a run of the neighbours confirms"
run "$HERDSIM" run herd.yaml --no-plots -q -o neighbours --format csv -v fleets.amboseli.collars=66,67
status_is 0
run awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "memory.total.peak.mean" || $i == "memory.total.peak") m = i }
    NR == 2 { low = $m } NR == 3 { high = $m } END { exit !(low <= 4194304 && high > 4194304) }' neighbours/summary.csv
status_is 0

it "says where the objectives hold although a limit was hit"
run "$HERDSIM" tune herd.yaml --no-plots -q -o files -s machine.limits.open_files=50 -s 'tune.objectives=[latency.p50 <= 1 s]'
status_is 0
out_has "The objectives hold there although it is refusing: open files at"
out_has "45 connections."

it "prints the contract's JSON"
run "$HERDSIM" tune herd.yaml --no-plots --format json -q
status_is 0
err_is_empty
out_has '"variant": "threads"'
out_has '"key": "fleets.amboseli.collars"'
out_has '"largest": 66, "interval": [66, 66], "confidence": 0.95, "binds": "memory.total.peak"'
out_has '"largest": 200, "interval": [200, null], "confidence": 0.95, "binds": null'
cp "$work/out" one.json

it "gives the same bytes whatever the number of workers"
run "$HERDSIM" tune herd.yaml --no-plots --format json -q -j 2
status_is 0
same "$work/out" one.json

it "finds the same from the resolved scenario"
run "$HERDSIM" tune results/herd-tune/scenario.yaml -o again --no-plots --format json -q
status_is 0
same "$work/out" one.json

it "replaces its own results and nothing else"
touch results/herd-tune/mine
run "$HERDSIM" tune herd.yaml --no-plots
status_is 3
err_has "mine"
out_is_empty

it "is not satisfied where nothing qualifies"
run "$HERDSIM" tune herd.yaml --no-plots -o none -s 'tune.objectives=[memory.total.peak <= 1 KiB]'
status_is 1
out_has "threads: none from 1 to 200 collars holds"

it "finds the smallest value, of a key with a unit"
run "$HERDSIM" tune herd.yaml --no-plots -o small --duration '400 ms' -s 'run.warmup=100 ms' -s tune.find=fleets.amboseli.report.every \
    -s 'tune.between=[2 ms, 200 ms]' -s tune.goal=smallest -s 'tune.objectives=[cpu.utilisation <= 50 %]'
status_is 0
out_has "threads, fleets.amboseli.collars = 10: every = "
out_has "holds"

it "answers for each combination of what else is swept"
run "$HERDSIM" tune herd.yaml --no-plots -o cores -v machine.cores=1,2 --format json -q
status_is 0
out_has '"parameters": {"machine.cores": 2}'
[ "$(grep -c '"variant"' "$work/out")" -eq 4 ] || fail "there should be four answers"

it "two keys give a frontier, and its figure"
run "$HERDSIM" tune herd.yaml -o frontier -q -s 'tune.objectives=[memory.total.peak <= 4 MiB]' \
    -s 'tune.find=[fleets.amboseli.collars, servers.cloud.stack]' -s 'tune.between=[[1, 200], [16 KiB, 8 MiB]]' \
    -s tune.points=3
status_is 0
out_has " 16 KiB  "
out_has "threads, from stack = "
[ "$(grep -o '"servers.cloud.stack": [0-9]' frontier/tune.json | wc -l)" -eq 6 ] || fail "there should be six answers"
exists frontier/plots/frontier.gp
is_absent frontier/plots/search.gp

it "what is not known is neither blue nor orange on the map"
cells() { awk 'NF == 5' frontier/plots/frontier.dat | wc -l; }
all=$(cells)
awk -F, -v OFS=, 'NR == 2 { $5 = $NF = "open"; $9 = $11 = "" } { print }' frontier/tune.csv >tune.new
mv tune.new frontier/tune.csv
run "$HERDSIM" plot frontier -q
status_is 0
[ "$(cells)" -lt "$all" ] || fail "cells beside a value that is undefined should be left out"
[ "$(cells)" -gt 0 ] || fail "the others should stay"

it "the figures of a search can be drawn again"
run "$HERDSIM" tune herd.yaml -o drawn -q
status_is 0
rm -r drawn/plots
run "$HERDSIM" plot drawn -q
status_is 0
for file in search feasible; do
    exists drawn/plots/$file.gp
    exists drawn/plots/$file.dat
done

it "-r limits the replications of a value"
run "$HERDSIM" tune herd.yaml --no-plots -o few -r 2 --format csv -q
status_is 0
out_has "threads,66,2,keeps,memory.total.peak,<=,"

it "--dry-run says what would be sought, and writes nothing"
run "$HERDSIM" tune herd.yaml --dry-run -o dry
status_is 0
out_has "fleets.amboseli.collars from 1 to 200"
out_has "of 200 values, and takes roughly"
out_has "a trial takes about"
is_absent dry

it "a scenario without the section is told what it lacks"
sed '/^tune:/,$d' herd.yaml >plain.yaml
run "$HERDSIM" tune plain.yaml
status_is 2
err_has "needs a section 'tune'"
out_is_empty

it "a wrong section is refused with its place, by run and check as well"
sed 's/latency.p99 <=/latency.p98 <=/' herd.yaml >wrong.yaml
for command in tune run check; do
    run "$HERDSIM" $command wrong.yaml
    status_is 2
    err_has "wrong.yaml:16:"
    err_has "did you mean 'latency.p90'?"
    out_is_empty
done

it "a value that the scenario cannot have is named"
run "$HERDSIM" tune herd.yaml -s tune.find=fleets.amboseli.report.every -s 'tune.between=[1 s, 10 s]' \
    -s 'fleets.amboseli.report.jitter=2 s'
status_is 2
err_has "(with fleets.amboseli.report.every = 1 s)"

it "searches are not laid over each other"
run "$HERDSIM" plot drawn few -q
status_is 3
err_has "drawn holds a search of 'herdsim tune'"

it "an interrupted search says what it knows, and keeps it"
run timeout --preserve-status -s INT 5 "$HERDSIM" tune herd.yaml --no-plots -o stopped --duration '200 s' \
    -s 'tune.between=[1, 10000000]' -s 'tune.objectives=[throughput >= 0/s]'
status_is 130
err_has "interrupted: the search was not finished"
out_has "collars hold"
out_has "(interrupted)"
exists stopped/tune.json
finish
