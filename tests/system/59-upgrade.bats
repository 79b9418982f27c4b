# Bulkhead of another version beside this one, and in its place while containers
# run. Both are built from these sources, with different versions of the
# protocol.
load lib

OTHER=$BH_PREFIX.other
[[ $B = /* ]] && BUILD=$B || BUILD=$BH_SOURCE/$B

setup_file() {
	export T=$(mktemp -d /var/tmp/bulkhead-system.XXXXXX)
	chmod 711 "$T"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
	build_in "$T/build" other
	install_in "$OTHER" "$T/build"
	have_busybox
}

teardown_file() {
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
	rm -rf "$T" "$OTHER" "$BH_PREFIX.place"
}

# build_in DIRECTORY SALT: see tools/protoversion.c.
build_in() {
	cp -a "$BUILD" "$1"
	make -C "$BH_SOURCE" -W tools/protoversion.c all B="$1" \
	    PROTO_SALT="$2" >/dev/null
	not cmp -s "$1/obj/protocol/protoversion.inc" \
	    "$BUILD/obj/protocol/protoversion.inc"
}

# install_in PREFIX BUILD
install_in() {
	make -C "$BH_SOURCE" --no-print-directory install PREFIX="$1" B="$2" \
	    >/dev/null
}

# by PREFIX ARG...: the bulkhead that is installed there.
by() {
	local BH=$1/bin/bulkhead; shift
	bh "$@"
}

# versions_with FILE EXPRESSION: of resolve, statekeep, store, monitor and
# refresh, if that header had been changed so.
versions_with() {
	rm -rf "$T/headers"
	cp -r "$BH_SOURCE/common/protocol" "$T/headers"
	perl -0pi -e "$2" "$T/headers/$1"
	[ "$2" = 1 ] ||
	    not cmp -s "$T/headers/$1" "$BH_SOURCE/common/protocol/$1"
	cc -std=gnu17 -D_GNU_SOURCE -I"$T/headers" -I"$BH_SOURCE/common/base" \
	    -o "$T/versions" "$BH_SOURCE/tools/protoversion.c"
	"$T/versions" | sed -n '3p;4p;6p;10p;12p'
}
# changed A B: which lines differ, as 0 and 1.
changed() {
	paste -d' ' - <(echo "$1") <<<"$2" |
	    awk '{ printf "%d", $1 != $2 } END { print "" }'
}
@test "D20: the version of each helper follows from the declarations" {
	now=$(versions_with messages.h 1)
	is "$now" "$(sed -n '3p;4p;6p;10p;12p' "$BUILD/obj/protocol/protoversion.inc")"
	# A comment, a bound, a field, the number of a message; a reply, a key.
	is "$(changed "$now" "$(versions_with messages.h 's/The protocol\./A protocol./')")" 00000
	is "$(changed "$now" "$(versions_with messages.h 's/F\(u32, signo, 64\)/F(u32, signo, 65)/')")" 00010
	is "$(changed "$now" "$(versions_with messages.h 's/(F\(u32, slot, 65535\)\s+\\\s+F\(fd, userns, 0\))/F(flag, more, 1) $1/')")" 00001
	is "$(changed "$now" "$(versions_with messages.h 's/0x0201, R_CTL/0x0299, R_CTL/')")" 01000
	is "$(changed "$now" "$(versions_with messages.h 's/F\(str, text, 1023\)/F(str, text, 1024)/')")" 11111
	is "$(changed "$now" "$(versions_with records.h 's/(F\(str,\thostname,\t)64/${1}63/')")" 11100
}

# In a copy of this version, one helper after the other is of the other one.
mixed() {
	local mix=$BH_PREFIX.place h
	for h in "$@"; do
		rm -rf "$mix"
		cp -a "$BH_PREFIX" "$mix"
		cp -a "$OTHER/libexec/bulkhead/$h" "$mix/libexec/bulkhead/$h"
		fails 125 by "$mix" run --rm --network none localhost/busybox true
		[ "$h" != mapper ] || h=refresh
		is "$err" "Error: bulkhead and its helper $h are installed from different versions: install one of them whole"
		fails 125 by "$mix" --trace run --rm --network none \
		    localhost/busybox true
		grep -q 'ErrOtherVersion' <<<"$err"
	done
	rm -rf "$mix"
}
mixed_run() { mixed resolve statekeep lockbroker store reaper monitor launch mapper; }
@test "D20: an installation from different versions is said in one line" {
	each mixed_run
}

mixed_load() {
	local mix=$BH_PREFIX.place h
	for h in fetch digest; do
		rm -rf "$mix"
		cp -a "$BH_PREFIX" "$mix"
		cp -a "$OTHER/libexec/bulkhead/$h" "$mix/libexec/bulkhead/$h"
		fails 125 by "$mix" --root "$T/$WHO/fresh" --runroot \
		    "$T/$WHO/freshrun" load -q -i "$BH_FIXTURES/busybox.docker.tar"
		is "$err" "Error: bulkhead and its helper $h are installed from different versions: install one of them whole"
	done
	rm -rf "$mix"
}
@test "D20: so it is by load" {
	each mixed_load
}

TRAP='trap "exit 7" TERM; echo ready; while :; do sleep 0.1; done'
ready() { [ "$(by "$1" logs "$2")" = ready ]; }
states() {
	by "$1" ps -a --format '{{.Names}} {{.State}} {{.ExitCode}}' | sort
}

# One starts containers, another handles them.
beside() {
	local a=$1 b=$2 one="--network none localhost/busybox"
	for i in stopped left; do
		by "$a" run -d --name $i $one sh -c "$TRAP" >/dev/null
		until_true 10 ready "$b" $i
	done
	by "$a" run -d --name killed $one sleep 100 >/dev/null
	by "$a" run -d --name removed $one sleep 100 >/dev/null
	by "$a" run -d --name ends $one sh -c 'sleep 1; exit 9' >/dev/null
	by "$a" run -d --rm --name gone $one sleep 0.5 >/dev/null
	by "$b" stop stopped >/dev/null
	by "$b" kill killed >/dev/null
	is "$(by "$b" wait killed ends | tr '\n' ' ')" "137 9 "
	by "$b" rm -f -t 0 removed >/dev/null
	is "$(states "$b")" "$(printf '%s\n' 'ends exited 9' \
	    'killed exited 137' 'left running 0' 'stopped exited 7')"
	by "$b" start stopped >/dev/null
	by "$a" stop left >/dev/null
	by "$a" rm -f stopped left killed ends >/dev/null
	is "$(states "$b")" ""
}
versions_beside() {
	beside "$OTHER" "$BH_PREFIX"
	beside "$BH_PREFIX" "$OTHER"
}
@test "D20: versions stop, kill, wait for and remove each other's containers" {
	each versions_beside
}

# A monitor that is of another version than the command tells it nothing, and
# what the process ended with is in its note a moment later.
stop_often() {
	for i in 1 2 3 4 5 6 7 8 9 10; do
		by "$OTHER" run -d --name often --network none \
		    localhost/busybox sh -c "$TRAP" >/dev/null
		until_true 10 ready "$BH_PREFIX" often
		by "$BH_PREFIX" stop often >/dev/null
		is "$(states "$BH_PREFIX")" "often exited 7"
		by "$BH_PREFIX" rm often >/dev/null
	done
}
@test "D20: the exit code that a monitor of another version notes is awaited" {
	each stop_often
}

# The programs of one version are replaced by those of another while containers
# run. The reaper executes the clean-up of the new one.
ended() {	# ended PREFIX RESTARTS: that of "again", and all are over
	[ "$(by "$1" inspect --format '{{.RestartCount}}' again)" = "$2" ] &&
	    [[ $(states "$1") != *running* ]]
}
in_place() {
	local p=$BH_PREFIX.place one="--network none localhost/busybox"
	local restarts=2
	[ "$OLD-$WHO" != "$T/build-root" ] || restarts=0
	rm -rf "$p"
	install_in "$p" "$OLD"
	for i in 1 2 3 4 5; do
		by "$p" run -d --name c$i $one sh -c 'sleep 4; exit 9' >/dev/null
		by "$p" run -d --rm --name r$i $one sleep 4 >/dev/null
	done
	by "$p" run -d --name again --restart on-failure:2 $one sh -c \
	    'echo x >>/n; sleep 3; exit 3' >/dev/null
	by "$p" run -d --name stays $one sleep 100 >/dev/null
	pid=$(by "$p" inspect --format '{{.State.Pid}}' stays)
	cp -a --remove-destination "$BH_PREFIX/bin" "$BH_PREFIX/libexec" "$p/"
	# None has been restarted, and no command had to be run.
	is "$(by "$p" inspect --format '{{.State.Pid}}' stays)" "$pid"
	is "$(by "$p" ps -q | wc -l)" 12
	by "$p" stop -t 0 stays >/dev/null
	until_true 40 ended "$p" $restarts
	is "$(states "$p")" "$(printf '%s\n' 'again exited 3' 'c1 exited 9' \
	    'c2 exited 9' 'c3 exited 9' 'c4 exited 9' 'c5 exited 9' \
	    'stays exited 137')"
	by "$p" rm c1 c2 c3 c4 c5 again stays >/dev/null
	rm -rf "$p"
}
@test "D20: installed over running containers" {
	# The usual upgrade: records have other keys than before.
	build_in "$T/records" "'' other"
	OLD=$T/records
	each in_place
}
# The refresh of root's container, without which it cannot be started again,
# does not understand the new front end.
@test "D20: so it is where all messages have changed, but for root's restarts" {
	OLD=$T/build
	each in_place
}
