# Faults that must not orphan a container or hang a command: the run directory
# is lost, a file of the kernel cannot be read, a helper loses its channel.
# (make faults tries every call; these are the ones that once went wrong.)

load lib
load traces

setup_file() {
	export T=$(mktemp -d /var/lib/bulkhead-system.XXXXXX)
	chmod 711 "$T"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
	if [ "$(uname -m)" = x86_64 ]; then
		${CC:-cc} -D_GNU_SOURCE -O1 -I"$BH_SOURCE/common/base" \
		    -o "$T/inject" "$BH_SOURCE/tests/faults/inject.c"
	fi
}

setup() { have_busybox; }

teardown() {
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
}

# fault PROGRAM CALL NUMBER ERROR COMMAND...: as $WHO, with that call failing;
# what the tracer saw is in $T/report.
fault() {
	local argv program=$1 call=$2 number=$3 error=$4; shift 4
	[ -x "$T/inject" ] || skip "the tracer is only for x86-64"
	mapfile -t argv < <(engine)
	"$T/inject" -p "$program" -c "$call" -n "$number" -e "$error" \
	    -o "$T/report" -t 15 -- "${argv[@]}" "$@" </dev/null
}

# The run directory of $WHO as logout leaves it.
lose() {
	rm -rf "$(run_dir)"
}

runs() {
	bh run -d --name "$@" --network none localhost/busybox sh -c \
	    'trap "echo bye; exit 7" TERM; echo hi; while :; do sleep 0.1; done' \
	    "mark-$WHO-$T" >/dev/null
}

states() { bh ps -a --sort names --format '{{.Names}} {{.State}}' | xargs; }

lost_run_dir() {
	local pid
	runs a
	runs b --rm
	pid=$(bh inspect --format '{{.State.Pid}}' a)
	lose
	is "$(states)" "a running b running"
	is "$(bh inspect --format '{{.State.Pid}}' a)" "$pid"
	bh start a >/dev/null			# it runs: nothing to do
	is "$(bh inspect --format '{{.State.Pid}}' a)" "$pid" "started twice"
	is "$(bh logs a)" hi
	bh stop -t 5 a >/dev/null
	is "$(bh inspect --format '{{.State.ExitCode}}' a)" 7
	is "$(bh logs a | xargs)" "hi bye"
	bh start a >/dev/null
	lose
	bh rm -f -t 0 a b >/dev/null
	is "$(bh ps -aq)" ""
	sleep 2
	is "$(bh run --rm --network none localhost/busybox echo works)" works
	clean
}
@test "S76 D8: what runs is found again when the run directory is lost" {
	each lost_run_dir
}

# Of $1: where its ids begin on the host.
first_id() {
	awk '{ print $2 }' "/proc/$(root inspect --format '{{.State.Pid}}' "$1")/uid_map"
}
@test "the ids of what runs are not given away with the run directory" {
	WHO=root
	runs a --rm
	runs b
	lose
	runs c
	is "$(for i in a b c; do first_id $i; done | sort -u | wc -l)" 3
}

lost_at_once() {
	local i
	for i in 1 2 3 4; do runs "a$i"; done
	lose
	for i in 1 2 3 4; do
		bh ps -a --format '{{.State}}' >"$T/ps.$i" &
	done
	wait
	for i in 1 2 3 4; do
		is "$(sort "$T/ps.$i" | uniq -c | xargs)" "4 running"
	done
}
@test "several commands that find the run directory lost agree" {
	each lost_at_once
}

lost_ends() {
	bh run -d --name a --network none localhost/busybox \
	    sh -c 'sleep 1; exit 9' >/dev/null
	bh run -d --rm --name b --network none localhost/busybox sleep 1 \
	    >/dev/null
	# As at logout: nothing can be made where it was.
	lose
	: >"$(run_dir)"
	until_true 10 no_processes
	rm "$(run_dir)"
	is "$(bh ps -a --format '{{.Names}} {{.State}} {{.ExitCode}}')" \
	    "a exited 9"
	bh rm a >/dev/null
	sleep 2
	is "$(bh run --rm --network none localhost/busybox echo works)" works
	clean
}
no_processes() { [ -z "$(processes)" ]; }
@test "S76: how a container ended is known though its run directory was gone" {
	each lost_ends
}

lost_in_front() {
	local code=0 out
	(sleep 0.5; lose) &
	out=$(bh run --rm --network none localhost/busybox \
	    sh -c 'echo one; sleep 1; echo two; exit 5') || code=$?
	wait
	is "$code" 5
	is "$(xargs <<<"$out")" "one two"
	sleep 2
	is "$(bh run --rm --network none localhost/busybox echo works)" works
	clean
}
@test "a command in the foreground survives the loss of the run directory" {
	each lost_in_front
}

# Parts of it, as a tmp cleaner takes them: $1 is removed in it.
lose_part() {
	(cd "$(run_dir)" && eval "rm -rf $1")
}
without() {
	local part=$1 pids
	echo "# without $part"
	runs a
	runs b --rm
	pids=$(bh inspect --format '{{.State.Pid}}' a b)
	lose_part "$part"
	is "$(states 2>/dev/null)" "a running b running" "without $part"
	bh start a b >/dev/null 2>&1
	is "$(bh inspect --format '{{.State.Pid}}' a b)" "$pids" "without $part"
	lose_part "$part"
	bh stop -t 5 a b >/dev/null 2>&1
	is "$(bh inspect --format '{{.State.Status}} {{.State.ExitCode}}' a)" \
	    "exited 7" "without $part"
	is "$(bh logs a | xargs)" "hi bye" "without $part"
	bh start a >/dev/null
	lose_part "$part"
	bh rm -f -t 0 a >/dev/null 2>&1
	is "$(bh ps -aq)" "" "without $part"
	until_true 5 no_processes
}
lost_in_parts() {
	local part
	for part in boot.journal boot.kct 'boot.*' ctr 'ctr/*/ctl' \
	    'boot.journal boot.kct ctr' locks 'storage settled filters' '*'; do
		without "$part"
	done
	clean
}
@test "S76: a tmp cleaner that takes a part of the run directory hides nothing" {
	each lost_in_parts
}

# The monitor cannot be reached, or it was killed, and the reaper with it.
kill_helpers() {
	kill -KILL $(processes | awk -v re="/($1)\$" '$2 ~ re { print $1 }')
}
lost_helpers() {
	local code
	for killed in monitor 'monitor|reaper'; do
		runs a
		lose
		kill_helpers "$killed"
		is "$(states)" "a running" "without $killed"
		bh start a >/dev/null
		bh stop -t 5 a >/dev/null
		is "$(states)" "a exited" "without $killed"
		code=7	# the reaper has it
		[ "$killed" = monitor ] || code=137
		is "$(bh inspect --format '{{.State.ExitCode}}' a)" $code
		bh rm a >/dev/null
	done
	clean
}
@test "S76: what runs is stopped without run directory and monitor" {
	each lost_helpers
}

lost_waits() {
	local i
	runs a
	for i in 1 2 3; do
		runs b --rm
		lose
		bh wait a b >"$T/out" &
		sleep 0.5
		bh kill -s TERM a >/dev/null
		sleep 0.2
		bh kill -s TERM b >/dev/null
		wait $!
		is "$(xargs <"$T/out")" "7 7"
		bh start a >/dev/null
	done
	lose
	bh logs -f a >"$T/out" &
	sleep 0.5
	bh stop -t 5 a >/dev/null
	wait $!
	is "$(tail -1 "$T/out")" bye
	bh rm a >/dev/null
	clean
}
@test "S76: wait and logs --follow need no run directory" { each lost_waits; }

lost_paused() {
	runs a
	if ! bh pause a >/dev/null 2>&1; then
		[ "$WHO" = user ]	# has no cgroup here
		bh rm -f -t 0 a >/dev/null
		return 0
	fi
	lose
	is "$(states)" "a paused"
	bh unpause a >/dev/null
	is "$(states)" "a running"
	lose_part 'ctr/*'
	bh pause a >/dev/null
	lose_part 'ctr/*'
	is "$(states)" "a paused"
	bh unpause a >/dev/null
	bh stop -t 5 a >/dev/null
	is "$(bh inspect --format '{{.State.ExitCode}}' a)" 7
	bh start a >/dev/null
	bh pause a >/dev/null
	lose
	bh rm -f -t 0 a >/dev/null
	clean
}
@test "S76: what was paused is paused when the run directory is lost" {
	each lost_paused
}

# In system mode only root can make the run directory, and the reaper is not.
# As usual, and other than in the other tests, the account can reach it.
lost_restarts() {
	local pid
	if [ "$WHO" = root ]; then
		install -d -m 711 "$T/open"
		root() {
			"$BH" --root "$T/root/second" --runroot "$T/open" "$@"
		}
		run_dir() { echo "$T/open/bulkhead"; }
		state_dir() { echo "$T/root/second/bulkhead.state"; }
		graph_dir() { echo "$T/root/second"; }
		have_busybox
	fi
	runs a --restart always
	pid=$(bh inspect --format '{{.State.Pid}}' a)
	lose
	kill -KILL "$pid"
	until_true 10 runs_again "$pid"
	is "$(states)" "a running"
	pid=$(bh inspect --format '{{.State.Pid}}' a)
	is "$(processes | awk '$2 ~ "/busybox" { print $1 }')" "$pid"
	kill -KILL "$pid"
	until_true 10 runs_again "$pid"
	is "$(states)" "a running"
	bh rm -f -t 0 a >/dev/null
	until_true 5 no_processes
	clean
	. "$BH_SOURCE/tests/system/lib.bash"
	. "$BH_SOURCE/tests/system/traces.bash"
}
runs_again() {
	processes | awk -v was="$1" '$2 ~ "/busybox" && $1 != was { n++ }
	    END { exit n != 1 }'
}
@test "S76: a restart policy is followed when the run directory is lost" {
	each lost_restarts
}

# Commands with another run directory, as of a cron job after a logout.
elsewhere() {
	as_user env XDG_RUNTIME_DIR="$T/xdg.$1" "$BH" "${@:2}" 2>/dev/null
}
two_run_dirs() {
	local pid
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/xdg.2"
	runs a
	runs b --rm
	# The one that the store was made with is away, and is back.
	mv "$T/xdg" "$T/xdg.away"
	is "$(elsewhere 2 ps --sort names --format '{{.Names}}' | xargs)" "a b"
	elsewhere 2 stop -t 5 a >/dev/null
	elsewhere 2 start a >/dev/null
	elsewhere 2 run -d --rm --name c --network none localhost/busybox \
	    sleep 1000 >/dev/null
	pid=$(elsewhere 2 inspect --format '{{.State.Pid}}' a)
	mv "$T/xdg.away" "$T/xdg"
	mv "$T/xdg.2" "$T/xdg.gone"
	is "$(states 2>/dev/null)" "a running b running c running"
	is "$(bh inspect --format '{{.State.Pid}}' a)" "$pid"
	bh start a >/dev/null
	bh stop -t 5 a >/dev/null
	is "$(bh inspect --format '{{.State.ExitCode}}' a)" 7
	bh rm -f -t 0 a b c >/dev/null
	until_true 5 no_processes
	rm -rf "$T/xdg.gone"
}
@test "S76: two run directories of one store do not hide from each other what runs" {
	WHO=user
	two_run_dirs
}

# The engine of $WHO in a pid namespace of its own.
hidden() {
	case $WHO in
	root)	unshare -mpf --mount-proc "$BH" --root "$T/root/storage" \
		    --runroot "$T/root/run" "$@" ;;
	user)	as_user unshare -Urmpf --mount-proc "$BH" "$@" ;;
	esac
}
alive() { pgrep -f "sleep $1" >/dev/null; }
other_pid_namespace() {
	local n=$((70000 + $$ % 1000)) code=0
	bh run -d --name a --network none localhost/busybox sleep $n >/dev/null
	is "$(hidden ps -a --format '{{.State}}')" running
	hidden stop -t 1 a >/dev/null
	! alive $n || { echo "# it runs on"; return 1; }
	is "$(states)" "a exited"
	is "$(bh inspect --format '{{.State.ExitCode}}' a)" 137
	bh start a >/dev/null
	bh wait a >"$T/out" &
	sleep 0.3
	hidden kill a >/dev/null
	wait $!
	is "$(cat "$T/out")" 137
	until_true 5 not alive $n
	bh start a >/dev/null
	# It ends by itself while a command waits there.
	hidden wait a >"$T/out" &
	sleep 0.5
	bh stop -t 0 a >/dev/null
	wait $!
	is "$(cat "$T/out")" 137
	bh start a >/dev/null
	hidden rm -f -t 1 a >/dev/null
	until_true 5 not alive $n
	is "$(bh ps -aq)" ""
	# Neither the monitor nor the process can be asked there.
	bh run -d --name a --network none localhost/busybox sleep $n >/dev/null
	kill_helpers monitor
	for what in "stop -t 1" "rm -f -t 1" wait start; do
		hidden $what a >"$T/out" 2>"$T/err" || code=$?
		alive $n
		is "$(states)" "a running" "after $what"
		[ "$what" = start ] || { [ $code -ne 0 ] &&
		    grep -q 'another pid namespace' "$T/err"; } ||
		    { echo "# $what: $code $(cat "$T/err")"; return 1; }
		code=0
	done
	bh rm -f -t 0 a >/dev/null
	until_true 5 not alive $n
	clean
}
@test "S76: in another pid namespace no end is recorded that was not seen" {
	each other_pid_namespace
}

# Two stores have one run directory, and the other makes it again.
shared_run_dir() {
	local n=$((72000 + $$ % 1000))
	bh run -d --name a --network none localhost/busybox sleep $n >/dev/null
	lose
	other volume create >/dev/null
	is "$(states)" "a running"
	lose
	other volume create >/dev/null
	bh rm -f -t 0 a >/dev/null
	until_true 5 not alive $n
	clean
}
other() {
	case $WHO in
	root)	"$BH" --root "$T/root/other" --runroot "$T/root/run" "$@" ;;
	user)	as_user "$BH" --root "$T/user/other" "$@" ;;
	esac
}
@test "S76: a store whose run directory another has made again finds what runs" {
	each shared_run_dir
}

stale_record() {
	local id
	runs a
	id=$(bh inspect --format '{{.Id}}' a)
	# The state forgets; the process does not.
	lose
	mv "$(state_dir)/running/$id" "$(state_dir)/hidden"
	is "$(states)" "a exited"
	# From now on there is a per-boot state, which does not know it.
	is "$(bh run --rm --network none localhost/busybox echo works)" works
	mv "$(state_dir)/hidden" "$(state_dir)/running/$id"
	fails 125 bh start a
	[[ $err == *"still runs"* ]] || { echo "# $err"; return 1; }
	lose
	is "$(states)" "a running"
}
@test "S76 D8: what still runs is not started a second time" { each stale_record; }

# The n-th open: of which file depends on what comes before, so all of them.
boot_id() {
	local n
	runs a
	for n in {1..40}; do
		fault bulkhead open "$n" EMFILE ps -a >"$T/out" 2>"$T/err" ||
		    grep -q . "$T/err"
		grep -q '^injected' "$T/report" || break
		is "$(states)" "a running" "after open $n of ps failed"
	done
	[ "$n" -gt 2 ]
	for n in {1..30}; do
		fault bulkhead read "$n" EIO ps -a >"$T/out" 2>"$T/err" ||
		    grep -q . "$T/err"
		grep -q '^injected' "$T/report" || break
		is "$(states)" "a running" "after read $n of ps failed"
	done
}
@test "an unreadable boot id orphans nothing" { each boot_id; }

reaper_deaf() {
	local call n code
	for call in recvmsg sendmsg; do
		for n in 1 2 3 4 5 6; do
			code=0
			fault reaper "$call" "$n" ENOMEM run --rm --name n \
			    --network none localhost/busybox echo hi \
			    >"$T/out" 2>"$T/err" || code=$?
			[ "$code" -ne 124 ] ||
			    { cat "$T/report"; return 1; }
			[ "$code" -eq 0 ] || grep -q '^Error: .*reaper' "$T/err"
			bh create --name c --network none localhost/busybox \
			    true >/dev/null
			code=0
			fault reaper "$call" "$n" ENOMEM start c \
			    >"$T/out" 2>"$T/err" || code=$?
			[ "$code" -ne 124 ] ||
			    { cat "$T/report"; return 1; }
			bh rm -f -t 0 c >/dev/null
			is "$(bh ps -aq)" ""
		done
	done
	clean
}
@test "a reaper that loses its channel hangs neither run nor start" {
	each reaper_deaf
}

closed_run_dir() {
	runs a
	chmod 0 "$(run_dir)"/ctr/*
	is "$(states)" "a running"
	bh rm -f -t 0 a >/dev/null
	is "$(bh ps -aq)" ""
	clean
}
@test "a run directory of mode 0 keeps no container from being removed" {
	each closed_run_dir
}

# told CODE: of the last fault, one line of error at most, and what it says.
told() {
	err=$(grep -v '^Warning: ' "$T/err" || true)
	[ "$1" -ne 124 ] || { cat "$T/report"; return 1; }
	# Others than those with which helpers are ended.
	not grep -E '^signal [a-z-]+ ([1-8]|1[0-46-9]|[2-9][0-9]) ' "$T/report"
	[[ $err != *$'\n'* ]] || { echo "# $err"; return 1; }
	[ "$1" -eq 0 ] || [[ $err == "Error: "* ]] || { echo "# $err"; return 1; }
}
# fails_at PROGRAM CALL NUMBER ERROR COMMAND...: its exit code is $code.
fails_at() {
	code=0
	fault "$@" >"$T/out" 2>"$T/err" || code=$?
	told "$code"
}

done_though() {
	local n
	fails_at statekeep fdatasync 1 EIO volume create v
	is "$code" 125
	[[ $err == *"stays, but may not outlast a power failure" ]]
	is "$(bh volume ls -q)" v
	bh volume rm v >/dev/null
	for n in 1 2 3 4 5; do
		fails_at statekeep sendmsg "$n" ENOMEM volume create v
		if bh volume rm v >/dev/null 2>&1 && [ "$code" -ne 0 ]; then
			[[ $err == *"; it may have done what was asked: "* ]]
		fi
		fails_at store sendmsg "$n" ENOMEM volume create v
		[ "$code" -eq 0 ] || is "$(bh volume ls -q)" ""
		bh volume rm -f v >/dev/null
	done
}
@test "S103: a command that fails after its work was done says so" {
	each done_though
}

no_directory() {
	local dir
	bh volume create w >/dev/null
	dir=$(dirname "$(dirname "$(bh volume inspect -f '{{.Mountpoint}}' w)")")
	chmod 500 "$dir"
	fails 125 bh volume create v
	[[ $err == *"cannot make the directory of volume v: Permission denied" ]]
	is "$(bh volume ls -q)" w
	chmod 700 "$dir"
	bh volume rm w >/dev/null
}
@test "S103: a volume whose directory cannot be made is not there" {
	each no_directory
}

no_memory() {
	local n call
	bh create --name a --network none localhost/busybox true >/dev/null
	for call in mmap brk; do
		for n in {1..12}; do
			fails_at statekeep $call "$n" ENOMEM ps -a
			[ "$code" -eq 0 ] || [[ $err == *"annot allocate"* ||
			    $err == *"out of memory"* ]]
			not grep -i -E 'malformed|damaged|removes it' "$T/err" \
			    "$T/out"
			fails_at statekeep $call "$n" ENOMEM inspect a
			not grep -i -E 'malformed|damaged|removes it' "$T/err"
		done
	done
	bh rm a >/dev/null
	for n in 1 2 3; do
		fails_at store getrandom "$n" EINTR create --name a \
		    --network none localhost/busybox true
		is "$code" 0 "an interrupted getrandom"
		bh rm a >/dev/null
	done
}
@test "S100: no memory is never a damaged record, and kills no helper" {
	each no_memory
}
