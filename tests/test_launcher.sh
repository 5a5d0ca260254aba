#!/bin/sh
# ./herdsim where packages are missing: says exactly what to do, or does it.
. "$SOURCE_DIR/tests/frame.sh"
cd "$work" || exit 2

# A machine with nothing but the basic tools.
mkdir bare
for tool in sh dirname readlink find head tail cat mkdir rm mv grep env flock nproc; do
    ln -s "$(command -v $tool)" bare/$tool
done
on_bare_machine() { run env -i HERDSIM_BUILD="$work/build" PATH="$work/bare" "$@"; }
fake() {
    printf '#!/bin/sh\n%s\n' "$2" >"bare/$1"
    chmod +x "bare/$1"
}
install_line='apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev cmake make pkg-config libgsl-dev libyaml-dev libjansson-dev libsqlite3-dev libcunit1-dev gnuplot-nox'

it "without a package manager it prints the one command to run, and stops"
fake id 'echo 0'
on_bare_machine "$SOURCE_DIR/herdsim" --version
status_is 3
out_is_empty
err_has "$install_line"

it "an ordinary user without sudo is told to use it"
fake id 'echo 1000'
fake apt-get 'exit 0'
on_bare_machine "$SOURCE_DIR/herdsim" --version
status_is 3
err_has "sudo apt-get update && sudo apt-get install -y"

it "as root it installs exactly what is missing, by name"
fake id 'echo 0'
fake apt-get "echo \"\$*\" >>'$work/asked'"
on_bare_machine "$SOURCE_DIR/herdsim" --version
status_is 3
err_has "still missing"
cp asked out
out_has "update"
out_has "install -y --no-install-recommends gcc libc6-dev cmake make pkg-config libgsl-dev libyaml-dev libjansson-dev libsqlite3-dev libcunit1-dev"
out_has "install -y --no-install-recommends gnuplot-nox"

it "with sudo that asks for no password it does the same"
: >asked
fake id 'echo 1000'
fake sudo '[ "$1" = -n ] && shift && exec "$@"'
fake true ''
on_bare_machine "$SOURCE_DIR/herdsim" --version
status_is 3
cp asked out
out_has "libgsl-dev"

it "an installation that fails shows why, and prints the command"
fake id 'echo 0'
fake apt-get 'echo "E: no network" >&2; exit 100'
on_bare_machine "$SOURCE_DIR/herdsim" --version
status_is 3
err_has "E: no network"
err_has "$install_line"

it "HERDSIM_INSTALL=no forbids installing"
: >asked
fake apt-get "echo \"\$*\" >>'$work/asked'"
on_bare_machine HERDSIM_INSTALL=no "$SOURCE_DIR/herdsim" --version
status_is 3
err_has "$install_line"
[ ! -s asked ] || fail "apt-get should not be asked"

it "a build folder that cannot be made is an error"
: >file
run env HERDSIM_BUILD="$work/file/build" "$SOURCE_DIR/herdsim" --version
status_is 3
err_has "cannot make the folder"

finish
