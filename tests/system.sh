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
set +e
bats --tap ${BATS_FILTER:+--filter "$BATS_FILTER"} \
    ${BATS_FILES:-tests/system/*.bats} | tee "$out"
awk '/^ok .*# skip/ { s++; next } /^ok / { p++ } /^not ok / { f++ }
    END { printf "%d passed, %d failed, %d skipped\n", p, f, s
	exit f > 0 || p == 0 }' "$out"
