# Of every script that runs in the guest. A test prints one line, and what it
# said when it failed.
BH=/usr/local/bin/bulkhead
LIBEXEC=/usr/local/libexec/bulkhead
WHO=$(id -un)
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# t NAME COMMAND...: not as a condition, where errexit would be off inside.
t() {
	name=$1; shift
	out=$(set -e; "$@" 2>&1)
	code=$?
	if [ $code -eq 0 ]; then
		echo "ok - $WHO: $name"
	else
		echo "not ok - $WHO: $name ($code)"
		echo "$out" | tail -25 | sed 's/^/#   /'
	fi
}

is() {
	[ "$1" = "$2" ] && return 0
	printf '%s\n  is:        %s\n  should be: %s\n' "${3-}" "$1" "$2"
	return 1
}

# has TEXT PART: PART is somewhere in it.
has() {
	case $1 in
	*"$2"*) return 0 ;;
	esac
	printf '"%s" is not in:\n%s\n' "$2" "$1"
	return 1
}

# fails CODE COMMAND...: it must end with that code.
fails() {
	want=$1; shift
	got=0
	"$@" || got=$?
	is "$got" "$want" "exit code of: $*"
}

# within SECONDS COMMAND...: until it is true, for so long at most.
within() {
	end=$(($(date +%s) + $1)); shift
	until "$@"; do
		[ "$(date +%s)" -lt "$end" ] || { echo "timed out: $*"; return 1; }
		sleep 0.2
	done
}

bh() { "$BH" "$@"; }

# A container of busybox that is gone at its end.
one() { bh run --rm --network none localhost/busybox "$@"; }

state() { bh inspect --format '{{.State.Status}}' "$1"; }
stands() { [ "$(state "$1")" = "$2" ]; }
pid_of() { bh inspect --format '{{.State.Pid}}' "$1"; }

# field PID NAME: one line of its status file.
field() { awk -v k="$2:" '$1 == k { print $2 }' "/proc/$1/status"; }

# login_as USER COMMAND...: in a session that logind and the user's own service
# manager know of.
login_as() {
	u=$1; shift
	systemd-run --quiet --pipe --wait --collect -p PAMName=login \
	    -p "User=$u" -p "WorkingDirectory=/home/$u" "$@"
}
login() { login_as ann "$@"; }

# Where containers' writable layers are; deleting may go on for a moment.
layers() {
	graph=/var/lib/containers/storage
	[ "$WHO" = root ] || graph=$HOME/.local/share/containers/storage
	ls "$graph/bulkhead" | grep -cE '^[0-9a-f]{64}$'
	ls -A "$graph/bulkhead/.trash" "$graph/bulkhead/stage" | grep -v :
}
have_layers() { [ "$(layers | tr -d '\n')" = "$1" ]; }
