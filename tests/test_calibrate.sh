# `herdsim calibrate`: one round on this machine. What it measures is checked for order only: machines differ.
. "$SOURCE_DIR/tests/frame.sh"
cd "$work" || exit 2

# A time, a size or a count of the profile in ns, bytes or pieces: figure FILE SECTION KEY.
figure() {
    awk -v section="$2:" -v key="$3:" '
        /^[a-z]/ { here = $1 == section }
        here && $1 == key {
            n = split("ns 1 us 1e3 ms 1e6 s 1e9 B 1 KiB 1024 MiB 1048576 GiB 1073741824", u, " ")
            for (i = 1; i < n; i += 2) unit[u[i]] = u[i + 1]
            printf "%.0f", $2 * ($3 in unit ? unit[$3] : 1)
        }' "$1"
}
between() {
    value=$(figure "$1" "$2" "$3")
    [ "${value:-0}" -ge "$4" ] && [ "$value" -le "$5" ] || fail "$2.$3 is ${value:-missing}, expected $4 to $5"
}

it "measures this machine in one round"
run "$HERDSIM" calibrate -r 1 -o here.yaml
status_is 0
err_is_empty
out_has "costs.context_switch"
[ "$(nproc)" -lt 2 ] || out_has "poll_event + receive + send are"
out_has "machine: others took"
exists here.yaml
[ "$(ls | grep -c part)" -eq 0 ] || fail "no unfinished file should be left"

it "finds figures that a machine of our days can have"
between here.yaml costs receive 20 50000
between here.yaml costs send 100 100000
between here.yaml costs accept 100 100000
between here.yaml costs close 200 200000
between here.yaml costs page_fault 50 100000
between here.yaml costs timer 3 10000
between here.yaml costs thread_create 500 2000000
between here.yaml costs fork 0 20000000 # a difference: under a sanitizer, and load, it may be nothing
between here.yaml sizes stack_touched 4096 1048576 # a sanitizer adds to it
between here.yaml sizes kernel_stack 4096 65536
between here.yaml sizes task 1024 65536
between here.yaml sizes socket 1024 16384
between here.yaml sizes poll_item 64 1024
between here.yaml limits threads 300 5000000

it "measures parts that add up: those of a profile to a reply of an event loop, within a half"
sum=0
for key in poll_event receive send; do
    sum=$((sum + $(figure here.yaml costs $key)))
done
whole=$(awk '/^# - a reply, warm: / { print int($6 * ($7 ~ /^us/ ? 1000 : 1)) }' here.yaml)
[ "$(nproc)" -lt 2 ] || { [ $((2 * sum)) -ge "$whole" ] && [ $((2 * sum)) -le $((3 * whole)) ]; } ||
    fail "the parts are $sum ns, the whole is $whole ns"

it "writes a profile that a scenario can name"
cat >farm.yaml <<'Y'
herdsim: 1
name: farm
run: {duration: 10 s, warmup: 2 s, replications: 1}
machine: {profile: here.yaml}
servers: {s: {model: thread_per_connection, handler: [cpu: 100 us]}}
fleets: {f: {collars: 10, report: {every: 1 s}, server: s}}
Y
run "$HERDSIM" check farm.yaml
status_is 0
run "$HERDSIM" run farm.yaml --no-plots -q -o result
status_is 0
run "$HERDSIM" check "$SOURCE_DIR/scenarios/c10k.yaml" -s "machine.profile=$work/here.yaml"
status_is 0

it "prints the profile where no file is given"
run "$HERDSIM" calibrate -r 1 -q
status_is 0
err_is_empty
out_has "herdsim_profile: 1"
out_has "name: this-machine"

it "replaces an earlier profile, and nothing else"
echo "notes of mine" >notes.yaml
run "$HERDSIM" calibrate -r 1 -o notes.yaml
status_is 3
err_has "is no machine profile; it is left as it is"
[ "$(cat notes.yaml)" = "notes of mine" ] || fail "the file should be as it was"
run "$HERDSIM" calibrate -r 1 -o "$work"
status_is 2
run "$HERDSIM" calibrate -r 1 -o nowhere/here.yaml
status_is 3
err_has "cannot write 'nowhere/here.yaml'"
run "$HERDSIM" calibrate -r 100000 -o here.yaml
status_is 2

it "leaves nothing behind when it is interrupted"
cp here.yaml before.yaml
# a background job of a shell without job control ignores SIGINT: TERM asks the same
"$HERDSIM" calibrate -r 50 -o here.yaml >out 2>err &
pid=$!
sleep 1
kill -TERM $pid
wait $pid
status=$?
status_is 130
grep -q "interrupted; nothing was written" err || fail "it should say that it was interrupted"
same here.yaml before.yaml
[ "$(ls | grep -c part)" -eq 0 ] || fail "no unfinished file should be left"
[ -z "$(ps -eo ppid=,pid= | awk -v p=$pid '$1 == p')" ] || fail "no process should be left"
finish
