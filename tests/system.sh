#!/bin/sh
# make system: real containers, as root and as an ordinary user that is made
# for it, from an installed copy. Root is needed, and nothing from outside.
set -eu
: "${B:?}"
if [ "$(id -u)" -ne 0 ]; then
	echo "make system makes users and mounts: run it as root" >&2
	exit 1
fi
sh tools/account.sh
# What leaks is for the units to find: its finder traces, which no policy allows.
[ -z "${SAN-}" ] || export ASAN_OPTIONS=detect_leaks=0
prefix=$(mktemp -d /usr/local/bulkhead-test.XXXXXX)
user=bht$$
export BH_PREFIX="$prefix" BH_USER="$user" BH_SOURCE="$PWD"
export BH_FIXTURES="${BH_FIXTURES:-/var/tmp/bulkhead-fixtures}"

finish() {
	st=$?
	pkill -KILL -u "$user" 2>/dev/null || true
	userdel -r "$user" >/dev/null 2>&1 || true
	rm -rf "$prefix" "/tmp/bulkhead-run-$uid" "/run/user/$uid"
	exit $st
}
useradd -m -s /bin/bash "$user"
uid=$(id -u "$user")
trap finish EXIT
trap 'exit 1' INT TERM
chmod 755 "$prefix"
make --no-print-directory install PREFIX="$prefix" >/dev/null

sh tests/system/fixtures.sh
out=$prefix/tap
failed=$prefix/failed

# A test that failed, alone: what a busy machine did to it, it does not do
# twice. What is wrong fails again. Both are said.
once_more() {	# once_more NUMBER TITLE
	file=$(grep -lF "@test \"$2\" {" tests/system/*.bats | head -1)
	regex=$(printf %s "$2" | sed 's/[][().*^$+?{}|\\]/\\&/g')
	if bats --tap --filter "^$regex\$" "$file" >"$out.again" 2>&1; then
		echo "ok $1 $2 (the second time)"
	else
		echo "not ok $1 $2 (twice)"
		sed 's/^\([^#]\)/# \1/' "$out.again"
	fi
}

# More than a few is no accident.
FEW=5

set +e
bats --tap ${BATS_FILTER:+--filter "$BATS_FILTER"} \
    ${BATS_FILES:-tests/system/*.bats} |
    sed -u 's/^not ok/# failed once:/' | tee "$out"
sed -n 's/^# failed once: \([0-9]*\) \(.*\)/\1 \2/p' "$out" >"$failed"
if [ "$(wc -l <"$failed")" -le "$FEW" ]; then
	while read -r n title; do
		once_more "$n" "$title" </dev/null
	done <"$failed" | tee -a "$out"
else
	sed 's/^/not ok /' "$failed" | tee -a "$out"
fi
awk '/^ok .*# skip/ { s++; next } /^ok / { p++ } /^not ok / { f++ }
    END { printf "%d passed, %d failed, %d skipped\n", p, f, s
	exit f > 0 || p == 0 }' "$out"
