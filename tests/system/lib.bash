# Loaded by every file of tests. Each test has a storage of its own, as root
# and as an ordinary user, and leaves nothing behind.

BH=$BH_PREFIX/bin/bulkhead

setup_file() {
	export T=$(mktemp -d "${WHERE:-/var/tmp}/bulkhead-system.XXXXXX")
	chmod 711 "$T"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
}

teardown_file() {
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
	# Files of mapped ids: root may delete them.
	rm -rf "$T"
}

# bulkhead as root, with a storage of the test's own.
root() {
	"$BH" --root "$T/root/storage" --runroot "$T/root/run" "$@"
}

# Any command as the ordinary user, with nothing of root's environment.
as_user() {
	setpriv --reuid "$BH_USER" --regid "$BH_USER" --init-groups \
	    env -i HOME="$T/user" XDG_RUNTIME_DIR="$T/xdg" LANG=C.UTF-8 \
	    ASAN_OPTIONS="${ASAN_OPTIONS-}" \
	    PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin \
	    sh -c 'cd "$HOME" && exec "$@"' sh "$@"
}

# bulkhead as the ordinary user, where podman of that user would look.
user() {
	as_user "$BH" "$@"
}

# The engine of $WHO as the words of a command, a line each: for what starts it
# in ways of its own.
engine() {
	case $WHO in
	root)	printf '%s\n' "$BH" --root "$T/root/storage" --runroot "$T/root/run" ;;
	user)	printf '%s\n' setpriv --reuid "$BH_USER" --regid "$BH_USER" \
		    --init-groups env -i "HOME=$T/user" "XDG_RUNTIME_DIR=$T/xdg" \
		    "ASAN_OPTIONS=${ASAN_OPTIONS-}" PATH=/usr/bin:/bin \
		    sh -c 'cd "$HOME" && exec "$@"' sh "$BH" ;;
	esac
}

# each TEST...: the same test as root and as the user, by function name. With
# `||` after it the function would run without errexit, and only its last
# command would count; output is shown when a test fails, so say who first.
each() {
	for WHO in root user; do
		echo "# as $WHO"
		"$@"
	done
}

# not COMMAND...: it must fail. (A `!` in front is not seen by errexit.)
not() {
	if "$@"; then
		echo "# should have failed: $*"
		return 1
	fi
}

# The engine of the user that `each` has chosen.
bh() { "$WHO" "$@"; }

# The busybox image, loaded once for each.
have_busybox() {
	root images -q localhost/busybox 2>/dev/null | grep -q . ||
	    root load -q -i "$BH_FIXTURES/busybox.docker.tar" >/dev/null
	user images -q localhost/busybox 2>/dev/null | grep -q . ||
	    user load -q -i "$BH_FIXTURES/busybox.docker.tar" >/dev/null
}

# is ACTUAL EXPECTED WHAT: compare, and show both when they differ.
is() {
	[ "$1" = "$2" ] && return 0
	printf '# %s\n#   is:        %s\n#   should be: %s\n' "${3-}" "$1" "$2"
	return 1
}

# fails CODE COMMAND...: it must end with that code; its stderr is in $err.
fails() {
	local want=$1 code=0; shift
	err=$("$@" 2>&1 >/dev/null) || code=$?
	is "$code" "$want" "exit code of: $* ($err)"
}

# until_true SECONDS COMMAND...: wait for it, for so long at most.
until_true() {
	local end=$((SECONDS + $1)); shift
	until "$@"; do
		[ $SECONDS -lt $end ] || { echo "# timed out: $*"; return 1; }
		sleep 0.1
	done
}
