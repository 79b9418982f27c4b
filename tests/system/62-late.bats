# Commands that are late: what they say of a run that is over must not be
# taken for the next run of the same container. They are stopped where it
# matters, and go on when another has been there.

load lib
load traces

setup() { have_busybox; }

teardown() {
	pkill -CONT -f "^$BH .*late" 2>/dev/null || true
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
}

asleep() { pgrep -f "^sleep 4343" >/dev/null; }

state_is() { [ "$(bh ps -a --filter name=late --format '{{.State}}')" = "$1" ]; }

# frozen COMMAND...: begin it, and stop it when it waits for the container.
frozen() {
	bh "$@" >"$T/late.out" 2>&1 3>&- &
	job=$!
	until_true 5 pgrep -f "^$BH .*${1} .*late" >/dev/null
	sleep 0.5
	late=$(pgrep -f "^$BH .*${1} .*late")
	kill -STOP $late
}

thawed() {
	kill -CONT $late
	wait $job || true
}

# Its process runs, ps says so, and everything goes the first time.
runs_on() {
	local pid
	pid=$(bh inspect --format '{{.State.Pid}}' late)
	state_is running || { bh ps -a; bh history late; return 1; }
	[ -d "/proc/$pid" ]
	[ "$(bh inspect --format '{{.State.Status}}' late)" = running ]
	bh stop -t 0 late >/dev/null
	state_is exited
	[ ! -d "/proc/$pid" ]
	bh rm late
	until_true 5 eval "! asleep"
	clean 10
}

begun() {
	bh run -d --name late --network none localhost/busybox sleep 4343 >/dev/null
}
again() {
	bh kill late >/dev/null
	until_true 5 state_is exited
	bh start late >/dev/null
	state_is running
}

late_wait() {
	begun
	frozen wait late
	again
	thawed
	is "$(cat "$T/late.out")" 137
	runs_on
}
@test "a late wait does not end the next run" { each late_wait; }

late_stop() {
	bh run -d --name late --network none localhost/busybox sh -c \
	    'trap "" TERM; echo ready; sleep 4343 & wait; sleep 4343' >/dev/null
	until_true 5 eval 'bh logs late | grep -q ready'
	frozen stop -t 20 late
	again
	thawed
	runs_on
}
@test "a late stop does not end the next run" { each late_stop; }

late_run() {
	bh run --name late --network none localhost/busybox sleep 4343 \
	    >"$T/late.out" 2>&1 3>&- &
	job=$!
	until_true 5 state_is running
	late=$(pgrep -f "^$BH .*run .*late")
	kill -STOP $late
	again
	thawed
	runs_on
}
@test "a late run in the foreground does not end the next run" { each late_run; }

# What a run left that could not clean up is no answer for the next one.
old_exit() {
	local id dir
	begun
	id=$(bh inspect --format '{{.Id}}' late)
	again
	dir=$(run_dir)/ctr/$id
	[ -d "$dir" ]
	[ ! -e "$dir/exit" ]
	bh stop -t 0 late >/dev/null
	mkdir -p "$dir"
	printf old >"$dir/exit"
	[ "$WHO" = root ] && chown -R bulkhead:bulkhead "$dir" ||
	    chown -R "$BH_USER:$BH_USER" "$dir"
	bh start late >/dev/null
	[ ! -e "$dir/exit" ]
	runs_on
}
@test "how an earlier run ended is not how this one does" { each old_exit; }

# Stop the first monitor there is, as soon as there is one: its number.
stop_monitor() {
	timeout 5 perl -e 'for (;;) {
		opendir(my $d, "/proc") or die;
		for (sort { $b <=> $a } grep { /^\d+$/ } readdir($d)) {
			next if (readlink("/proc/$_/exe") // "") ne $ARGV[0];
			kill("STOP", $_);
			print("$_\n");
			exit;
		}
	}' "$BH_PREFIX/libexec/bulkhead/monitor"
}

# Two that start it, each sure to be alone, because the lock broker of the
# first was killed: who fails in the end says nothing of who runs.
two_starts() {
	local i monitor front other caught=
	bh create --name late --network none localhost/busybox sleep 4343 >/dev/null
	for i in {1..30}; do
		stop_monitor >"$T/monitor" &
		other=$!
		sleep 0.2
		bh start late >"$T/late.out" 2>&1 3>&- &
		job=$!
		wait $other || true
		monitor=$(cat "$T/monitor")
		sleep 0.3
		if front=$(pgrep -f "^$BH .*start late"); then
			kill -KILL $(pgrep -P $front lockbroker)
			bh ps -a >/dev/null
			# Where it listens already, it is known to be alive.
			! state_is created || { caught=1; break; }
		fi
		kill -CONT $monitor 2>/dev/null || true
		wait $job || true
		bh stop -t 0 late >/dev/null
	done
	[ -n "$caught" ]
	bh start late >/dev/null
	state_is running
	kill -CONT $monitor
	not wait $job
	cat "$T/late.out"
	runs_on
}
@test "a start that fails does not end the run of another" { each two_starts; }

# The monitor is killed while `wait` waits: the right code is printed, or an
# error.
waited() {	# waited OPTION...: begin to wait for one that ends with 7
	bh run -d "$@" --name late --network none localhost/busybox \
	    sh -c 'sleep 3; exit 7' >/dev/null
	id=$(bh inspect --format '{{.Id}}' late)
	bh wait late >"$T/late.out" 2>"$T/late.err" 3>&- &
	job=$!
	until_true 5 pgrep -f "^$BH .*wait late" >/dev/null
	late=$(pgrep -f "^$BH .*wait late")
	sleep 0.5
	kill -KILL $(ancestor monitor)
}

# ancestor NAME: of the container's process, this program of the engine.
ancestor() {
	local p
	p=$(bh inspect --format '{{.State.Pid}}' late)
	until [ "$p" -le 1 ] || [ "$(cat "/proc/$p/comm")" = "$1" ]; do
		p=$(awk '/^PPid/ { print $2 }' "/proc/$p/status")
	done
	[ "$p" -gt 1 ] && echo "$p"
}

wait_unknown() {
	local code=0
	waited
	wait $job
	is "$(cat "$T/late.out")" "$(bh inspect --format '{{.State.ExitCode}}' late)"
	bh rm late
	waited --rm
	wait $job
	is "$(cat "$T/late.out")" 7 "wait for one that is gone"
	is "$(cat "$T/late.err")" ""
	waited
	kill -KILL $(pgrep -P $late statekeep)
	wait $job || code=$?
	is "$code" 125 "wait without a state"
	is "$(cat "$T/late.out")" ""
	bh rm -f -t 0 late
}
@test "wait: no code is invented when the monitor was killed" { each wait_unknown; }

# The reaper is the parent of the container's process then.
survived() {
	bh run -d --name late --network none localhost/busybox \
	    sh -c 'sleep 2; exit 42' >/dev/null
	kill -KILL $(ancestor monitor)
	until_true 10 has_exited
	is "$(bh inspect --format '{{.State.Status}} {{.State.ExitCode}}' late)" \
	    "exited 42"
	bh rm late
}
has_exited() { [ "$(bh ps -q)" = "" ]; }
@test "D10: an exit code survives the monitor" { each survived; }
