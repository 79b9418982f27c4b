#!/bin/sh
# make faults: an installed copy and a user for it, then faults.pl, which says
# what it does. Root is needed, as the tracer must not take away what the
# privileged helper is installed with.
set -eu
: "${B:?}" "${INJECT:?}"
if [ "$(id -u)" -ne 0 ]; then
	echo "make faults makes users and traces them: run it as root" >&2
	exit 1
fi
if [ "$(uname -m)" != x86_64 ]; then
	echo "ok - faults # SKIP only for x86-64"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
sh tools/account.sh
prefix=$(mktemp -d /usr/local/bulkhead-faults.XXXXXX)
user=bhf$$
export BH_PREFIX="$prefix" BH_USER="$user" INJECT
export BH_FIXTURES="${BH_FIXTURES:-/var/tmp/bulkhead-fixtures}"

finish() {
	st=$?
	pkill -KILL -u "$user" 2>/dev/null || true
	userdel -r "$user" >/dev/null 2>&1 || true
	rm -rf "$prefix"
	exit $st
}
useradd -m -s /bin/bash "$user"
trap finish EXIT
trap 'exit 1' INT TERM
chmod 755 "$prefix"
make --no-print-directory install PREFIX="$prefix" >/dev/null
[ -e "$BH_FIXTURES/busybox.docker.tar" ] || sh tests/system/fixtures.sh
perl tests/faults/faults.pl
