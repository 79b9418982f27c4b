# Sourced by tests/system.sh and tests/mutants.sh: a copy of bulkhead in
# $BH_PREFIX, and an ordinary user $BH_USER with the id $uid. Root is needed.
# Both are removed at exit, by installed_end.
if [ "$(id -u)" -ne 0 ]; then
	echo "the system tests make users and mounts: run them as root" >&2
	exit 1
fi
sh tools/account.sh
# What leaks is for the units to find: its finder traces, which no policy allows.
[ -z "${SAN-}" ] || export ASAN_OPTIONS=detect_leaks=0
export BH_PREFIX=$(mktemp -d /usr/local/bulkhead-test.XXXXXX) BH_USER=bht$$
export BH_SOURCE="$PWD"
export BH_FIXTURES="${BH_FIXTURES:-/var/tmp/bulkhead-fixtures}"

installed_end() {
	pkill -KILL -u "$BH_USER" 2>/dev/null || true
	userdel -r "$BH_USER" >/dev/null 2>&1 || true
	rm -rf "$BH_PREFIX" "/tmp/bulkhead-run-$uid" "/run/user/$uid"
}
useradd -m -s /bin/bash "$BH_USER"
uid=$(id -u "$BH_USER")
trap 'st=$?; installed_end; exit $st' EXIT
trap 'exit 1' INT TERM
chmod 755 "$BH_PREFIX"
make --no-print-directory install PREFIX="$BH_PREFIX" >/dev/null
sh tests/system/fixtures.sh
