# A helper that is stopped (SIGSTOP) holds nobody up for ever: it is named and
# killed when its time is over, and a container whose monitor or reaper is
# stopped can be removed. All helpers in turn: tests/client/deadline_unit.c.
# What takes its time is started together, by setup_file.

load lib

# A container of $WHO with this name, and the processes that watch it.
watched() {
	local id
	id=$(bh run -d --name "$1" --network none localhost/busybox sleep 1000)
	reaper=$(pgrep -f -- "-- container cleanup $id")
	monitor=$(pgrep -x -P "$reaper" monitor)
	pid=$(bh inspect --format '{{.State.Pid}}' "$1")
}

# in_background WHO NAME PREFIX COMMAND...: its output and exit code in files.
in_background() {
	local out=$T/$1.$2 words
	mapfile -t words < <(WHO=$1 BH=$3/bin/bulkhead engine); shift 3
	(
		code=0
		timeout 55 "${words[@]}" "$@" >"$out.out" 2>&1 </dev/null ||
		    code=$?
		echo "$code" >"$out.code"
	) 3>&- &
}

# WHO NAME: its exit code, when it has ended.
code_of() {
	for i in $(seq 550); do
		[ ! -s "$T/$1.$2.code" ] || { cat "$T/$1.$2.code"; return; }
		sleep 0.1
	done
	echo "never"
}

setup_file() {
	export T=$(mktemp -d /var/tmp/bulkhead-system.XXXXXX)
	chmod 711 "$T"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
	have_busybox
	cp -a "$BH_PREFIX" "$T/prefix"
	cat >"$T/stopped.c" <<-'END'
	#include <signal.h>
	int main(void) { for (;;) raise(SIGSTOP); }
	END
	cc -O1 -static -o "$T/prefix/libexec/bulkhead/lockbroker" "$T/stopped.c"
	for WHO in root user; do
		watched mon; echo "$pid $monitor" >"$T/$WHO.mon"
		kill -STOP "$monitor"
		watched wait; echo "$pid $monitor" >"$T/$WHO.wait"
		kill -STOP "$monitor"
		watched reaper; echo "$pid $reaper" >"$T/$WHO.reaper"
		kill -STOP "$reaper"
	done
	for WHO in root user; do
		in_background "$WHO" lock "$T/prefix" volume create v
		in_background "$WHO" mon "$BH_PREFIX" rm -f -t 0 mon
		in_background "$WHO" reaper "$BH_PREFIX" rm -f -t 0 reaper
		in_background "$WHO" wait "$BH_PREFIX" wait wait
		kill -KILL "$(cut -d' ' -f1 <"$T/$WHO.wait")"
	done
}

teardown_file() {
	for file in "$T"/*.reaper; do
		kill -CONT "$(cut -d' ' -f2 <"$file")" 2>/dev/null || true
	done
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
	rm -rf "$T"
}

listed() { bh ps -a --format '{{.Names}}' | grep -qx "$1"; }

# A process has ended, and its parent has waited for it; or does in 10 s.
gone() {
	for i in $(seq 100); do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.1
	done
	echo "# process $1 is still there"
	return 1
}

stopped_monitor() {
	local pid monitor
	is "$(code_of "$WHO" mon)" 0 "rm -f: $(cat "$T/$WHO.mon.out")"
	not listed mon
	read -r pid monitor <"$T/$WHO.mon"
	gone "$pid"
	gone "$monitor"
}
@test "rm -f of a container whose monitor is stopped" { each stopped_monitor; }

stopped_reaper() {
	local pid reaper
	is "$(code_of "$WHO" reaper)" 0 "rm -f: $(cat "$T/$WHO.reaper.out")"
	not listed reaper
	read -r pid reaper <"$T/$WHO.reaper"
	kill -CONT "$reaper"
	gone "$pid"
	gone "$reaper"
}
@test "rm -f of a container whose reaper is stopped" { each stopped_reaper; }

waits() {
	is "$(code_of "$WHO" wait)" 0 "wait"
	is "$(cat "$T/$WHO.wait.out")" 137 "the exit code"
	bh rm -f wait
}
@test "wait does not wait for a stopped monitor" { each waits; }

stopped_helper() {
	is "$(code_of "$WHO" lock)" 125 "exit code"
	grep -q "^Error: the helper lockbroker has not answered within 30 s and was killed$" \
	    "$T/$WHO.lock.out" || { cat "$T/$WHO.lock.out"; return 1; }
	for pid in $(pgrep -x lockbroker); do
		[[ $(readlink "/proc/$pid/exe") != "$T/prefix/"* ]]
	done
}
@test "a helper that is stopped is named and killed" { each stopped_helper; }
