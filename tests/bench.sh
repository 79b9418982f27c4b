#!/bin/sh
# make bench: how long things take, beside what others take for the same, in
# one run on one machine. Prints medians and ratios; asserts nothing. As root:
# it measures as root and as an ordinary user that it makes. BASE=DIR is an older
# build tree (its build/plain), measured beside this one.
set -eu
: "${B:?}"
[ "$(id -u)" -eq 0 ] || { echo "make bench wants root" >&2; exit 1; }
sh tools/deps.sh build run test
sh tools/account.sh
prefix=$(mktemp -d /usr/local/bulkhead-bench.XXXXXX)
user=bhb$$
useradd -m -s /bin/bash "$user"
uid=$(id -u "$user")
cleanup() {
	pkill -KILL -u "$user" 2>/dev/null || true
	umount "/run/user/$uid" 2>/dev/null || true
	rmdir "/run/user/$uid" 2>/dev/null || true
	userdel -r "$user" >/dev/null 2>&1 || true
	"$prefix/bin/bulkhead" --root "$prefix/root/storage" \
	    --runroot "$prefix/root/run" rm -fa -t 0 >/dev/null 2>&1 || true
	umount /run/bulkhead-bench 2>/dev/null || true
	rm -rf "$prefix" /run/bulkhead-bench
}
trap cleanup EXIT
trap 'exit 1' INT TERM
chmod 755 "$prefix"
make --no-print-directory install PREFIX="$prefix" >/dev/null
# /run is in memory wherever something boots, and systemd-logind gives a user
# a directory there; this machine may have neither.
mkdir -p /run/bulkhead-bench
mount -t tmpfs -o mode=755 tmpfs /run/bulkhead-bench
mkdir -p "/run/user/$uid"
mount -t tmpfs -o "mode=700,uid=$uid,gid=$uid" tmpfs "/run/user/$uid"
BH_FIXTURES=${BH_FIXTURES:-/var/tmp/bulkhead-fixtures}
export BH_FIXTURES
sh tests/system/fixtures.sh
make --no-print-directory "$B/obj/tests/lockbroker/wait_test" >/dev/null
export BH_LOCKS="$PWD/$B/obj/tests/lockbroker/wait_test"
BH_PREFIX=$prefix BH_USER=$user BH_UID=$uid perl tests/bench.pl "$@"
