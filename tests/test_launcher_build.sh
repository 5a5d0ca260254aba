#!/bin/sh
# label: slow - ./herdsim builds a copy of the tree, and rebuilds only when it must.
. "$SOURCE_DIR/tests/frame.sh"
tree="$work/a tree with spaces"
mkdir "$tree" "$work/elsewhere"
(cd "$SOURCE_DIR" && tar -cf - CMakeLists.txt herdsim sim models plots scenarios tests) | tar -xf - -C "$tree"
cd "$work/elsewhere" || exit 2
export CMAKE_BUILD_TYPE=Debug # quicker to compile
unset CFLAGS HERDSIM_BUILD

it "two first calls at once build once and both answer, with paths as their callers wrote them"
"$tree/herdsim" new here >"$work/first" 2>&1 </dev/null &
run "$tree/herdsim" new there
first=$!
status_is 0
wait $first || fail "the call in the background should succeed too: $(cat "$work/first")"
exists here.yaml
exists there.yaml

it "nothing is built when nothing changed"
before=$(ls -l --time-style=full-iso "$tree/build/herdsim")
run "$tree/herdsim" check here.yaml
status_is 0
err_is_empty
out_has "here.yaml: ok"
[ "$before" = "$(ls -l --time-style=full-iso "$tree/build/herdsim")" ] || fail "the program should be the same"

it "it works through a symbolic link"
ln -s "$tree/herdsim" link
run ./link check here.yaml
status_is 0

it "a changed source is built; a broken one is shown, and the next good one is built"
echo '#error broken here' >>"$tree/sim/cli/cmd_new.c"
run "$tree/herdsim" --version
status_is 3
out_is_empty
err_has "broken here"
err_has "the build failed"
cp "$SOURCE_DIR/sim/cli/cmd_new.c" "$tree/sim/cli/cmd_new.c"
run "$tree/herdsim" --version
status_is 0
out_has "herdsim "

it "a tree that was moved still runs, and is configured again when it must be built"
mv "$tree" "$work/moved"
run "$work/moved/herdsim" --version
status_is 0
err_is_empty
touch "$work/moved/sim/cli/main.c"
run "$work/moved/herdsim" --version
status_is 0
err_has "made from another folder"

if command -v mpirun >/dev/null 2>&1 && command -v mpicc >/dev/null 2>&1; then
    it "of several MPI ranks one builds the program for them, and the others wait"
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
    run timeout 600 mpirun -n 3 "$work/moved/herdsim" check here.yaml
    status_is 0
    [ "$(grep -c 'here.yaml: ok' "$work/out")" = 1 ] || fail "one answer is enough"
    exists "$work/moved/build/herdsim-mpi"
fi

it "test builds every suite and hands its options to ctest"
run "$work/moved/herdsim" test -N -L quick
status_is 0
out_has "test_cli"
out_lacks "test_launcher_build"

finish
