#!/bin/sh
# Everything that CI runs: units and helpers plain and under the sanitizers,
# then real containers. Closes with what failed, once more, and one line that
# counts all of it.
set -u
cd "$(dirname "$0")/.." || exit 1
jobs=$(nproc)
out=$(mktemp) || exit 1
trap 'rm -f "$out" "$out.step" "$out.bad"' EXIT
failed=0
: >"$out.bad"

# Of the system tests under the sanitizers: what runs most of our code.
sanitized="tests/system/10-run.bats tests/system/20-store.bats
    tests/system/30-lifecycle.bats tests/system/36-volumes.bats
    tests/system/50-bad-input.bats tests/system/62-late.bats"

# step NAME COMMAND...: run it, keep its count, and notice if it has none.
step() {
	name=$1; shift
	echo "# $name: $*"
	"$@" 2>&1 | tee "$out.step"
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$out.step" | tail -1)
	awk -v step="$name" '/^not ok|^# failed once/ { print step ": " $0; said = 1; next }
	    /^#/ { if (said) print; next } { said = 0 }' "$out.step" >>"$out.bad"
	if [ -z "$line" ]; then
		echo "$name: it did not come to its end" | tee -a "$out.bad"
		line='0 passed, 1 failed, 0 skipped'
	fi
	echo "$line" >>"$out"
}

step rows env PROVED=yes sh tests/rows.sh
step layers sh tests/layers.sh
step tcb sh tests/tcb.sh
step words sh tests/words.sh
step check make --no-print-directory -j"$jobs" check
step sanitizers make --no-print-directory -j"$jobs" SAN=address,undefined check
step system make --no-print-directory -j"$jobs" system
# Of the faults, a sample of those kinds that were mended; `make faults` draws
# from all, and finds new ones.
export FAULTS_ONLY='reaper recvmsg|statekeep pwrite64|getrandom|monitor (openat|renameat)'
export FAULTS_SECONDS=60
step faults make --no-print-directory -j"$jobs" FAULTS_SEED=1 faults
step "system, sanitizers" make --no-print-directory -j"$jobs" \
    SAN=address,undefined BATS_FILES="$sanitized" system
if [ -n "$(ls tests/fuzz/*_fuzz.c 2>/dev/null)" ]; then
	step corpus sh tests/corpus.sh
fi
cat "$out.bad"
awk '{ p += $1; f += $3; s += $5 }
    END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0 }' \
    "$out" || failed=1
exit $failed
