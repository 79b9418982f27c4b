# system migrate (S88, X8) and system shutdown (S90, S91).

load lib

setup_file() {
	load lib
	export T=$(mktemp -d /var/tmp/bulkhead-system.XXXXXX)
	chmod 711 "$T"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
	have_busybox
}

teardown() {
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
}

# box NAME COMMAND...: a container that runs.
box() {
	local name=$1; shift
	bh run -d --name "$name" --network none localhost/busybox "$@" \
	    >/dev/null
}
# What ends when it is asked to.
idle='trap "exit 0" TERM; sleep 1000 & wait'
pid_of() { bh inspect -f '{{.State.Pid}}' "$1"; }
id_of() { bh inspect -f '{{.Id}}' "$1"; }
has_ended() { bh ps -a --format '{{.State}}' | grep -q exited; }
states() { bh ps -a --format '{{.Names}} {{.State}}' | sort | xargs; }

checks_first() {
	local before r
	box one sh -c "$idle"
	before=$(pid_of one)
	fails 125 bh system migrate --new-runtime nosuch
	is "$err" 'Error: default OCI runtime "nosuch" not found: invalid argument'
	fails 125 bh system migrate --new-runtime /bin/true
	[[ $err == "Error: migrating to the OCI runtime true is not supported"* ]]
	fails 125 bh system migrate --new-runtime ''
	is "$(pid_of one)" "$before" "nothing was stopped"
	is "$(bh system migrate --plan)" "stop     $(id_of one) one
rewrite  runtime=launch
start    $(id_of one) one"
	is "$(pid_of one)" "$before" "a plan is only a plan"
	bh rm -f -t 0 one >/dev/null
}
@test "S88 X8: migrate checks its argument before it stops anything" {
	each checks_first
}

restarts() {
	local one two gone out
	box one sh -c "$idle"
	box two sh -c "$idle"
	box over true
	until_true 10 has_ended
	bh run -d --rm --name gone --network none localhost/busybox \
	    sleep 1000 >/dev/null
	one=$(pid_of one) two=$(pid_of two) gone=$(pid_of gone)
	out=$(bh system migrate --new-runtime launch)
	# The plan, then what was started.
	[[ $out == *"keep     $(id_of gone) gone (removed when it ends)"* ]]
	[[ $out == *"stop     $(id_of one) one"* ]]
	[[ $out == *"start    $(id_of two) two"* ]]
	is "$(tail -2 <<<"$out" | sort)" "$( (id_of one; id_of two) | sort)"
	is "$(states)" "gone running one running over exited two running"
	is "$(pid_of gone)" "$gone"
	[ "$(pid_of one)" != "$one" ] && [ "$(pid_of two)" != "$two" ]
	is "$(bh inspect -f '{{.OCIRuntime}}' one)" launch
	bh events --stream=false --filter type=system | grep -q migrate
	# Once more: stopped and started again, and nothing is left to do.
	bh stop -t 0 one two >/dev/null
	is "$(bh system migrate | grep -c -e '^stop' -e '^start')" 0
	is "$(states)" "gone running one exited over exited two exited"
	bh rm -f -a -t 0 >/dev/null
}
@test "S88: migrate stops, rewrites, and starts again what ran" {
	each restarts
}

once() {
	install -d -m 755 "$T/src"
	[ "$WHO" = root ] || chown "$BH_USER" "$T/src"
	box fine sh -c "$idle"
	bh run -d --name lost -v "$T/src:/src" --network none \
	    localhost/busybox sh -c "$idle" >/dev/null
	rmdir "$T/src"
	fails 125 bh system migrate
	is "$(grep -c ^Error: <<<"$err")" 1 "errors: $err"
	[[ $err == *"$T/src"* ]]
	is "$(bh ps --format '{{.Names}}')" fine
	bh rm -f -a -t 0 >/dev/null
}
@test "S88: migrate says each failure once and goes on" { each once; }

killed() {
	local n
	for n in one two; do
		bh run -d --name $n --stop-timeout 2 --network none \
		    localhost/busybox sh -c 'trap "" TERM; sleep 1000' \
		    >/dev/null
	done
	# Between the end of the first and that of the second.
	"$WHO" system migrate >/dev/null 2>&1 &
	local job=$!
	until_true 20 has_ended
	pkill -KILL -P $job 2>/dev/null || true
	kill -9 $job 2>/dev/null || true
	wait $job 2>/dev/null || true
	pkill -KILL -f "^$BH.*system migrate" || true
	bh system migrate >/dev/null
	is "$(states)" "one running two running"
	bh rm -f -a -t 0 >/dev/null
}
@test "S88: a migration that was killed is finished by the next one" {
	each killed
}

# What is frozen from outside does not end in time, and ends later.
late() {
	local group=/sys/fs/cgroup/freezer/late-$WHO-$$
	[ -d /sys/fs/cgroup/freezer ] ||
	    skip "only a frozen cgroup of version 1 delays SIGKILL"
	bh run -d --name one --stop-timeout 1 --network none \
	    localhost/busybox sh -c "$idle" >/dev/null
	mkdir "$group"
	pid_of one >"$group/cgroup.procs"
	echo FROZEN >"$group/freezer.state"
	fails 125 bh system migrate
	[[ $err == *"cannot stop container $(id_of one)"* ]]
	echo THAWED >"$group/freezer.state"
	until_true 10 has_ended
	is "$(bh system migrate --plan | grep -c "^start .* one")" 1
	bh system migrate >/dev/null
	is "$(states)" "one running"
	# One that a person has stopped meanwhile stays so.
	pid_of one >"$group/cgroup.procs"
	echo FROZEN >"$group/freezer.state"
	fails 125 bh system migrate
	(sleep 1; echo THAWED >"$group/freezer.state") &
	bh stop -t 1 one >/dev/null
	wait
	bh system migrate >/dev/null
	is "$(states)" "one exited"
	until_true 5 rmdir "$group"
	bh rm -f -a -t 0 >/dev/null
}
@test "S88: what did not stop in time is started by the next migration" {
	each late
}

refuses() {
	box one sh -c "$idle"
	fails 125 bh system shutdown
	is "$err" "Error: 1 container is still running (one); stop it, or use --force: container state improper"
	is "$(states)" "one running"
	bh stop -t 0 one >/dev/null
	out=$(bh system shutdown)
	is "$out" ""
	out=$(bh system shutdown)
	is "$out" "" "a second time"
	# And the next command works.
	is "$(bh run --rm --network none localhost/busybox echo on)" on
	bh rm -f -a -t 0 >/dev/null
}
@test "S90 S91: shutdown refuses while containers run, twice is fine" {
	each refuses
}

forced() {
	local start out
	box one sleep 1000
	bh run -d --name two --network none localhost/busybox \
	    sh -c 'trap "exit 7" TERM; while :; do sleep 0.1; done' >/dev/null
	bh run -d --rm --name three --network none localhost/busybox \
	    sleep 1000 >/dev/null
	bh create --name four --network none localhost/busybox true >/dev/null
	local ids=$( (id_of one; id_of two; id_of three) | sort)
	start=$SECONDS
	out=$(bh system shutdown --force --time 2)
	is "$(sort <<<"$out")" "$ids"
	[ $((SECONDS - start)) -lt 30 ]
	is "$(states)" "four created one exited two exited"
	is "$(bh inspect -f '{{.State.ExitCode}}' two)" 7 "by its signal"
	is "$(bh inspect -f '{{.State.ExitCode}}' one)" 137 "by force"
	is "$(bh system shutdown -f)" ""
	bh events --stream=false --filter type=system | grep -q shutdown
	bh rm -f -a -t 0 >/dev/null
}
@test "S90: shutdown by force stops them, with the engine's timeout" {
	each forced
}

timeout_of() {
	printf '[engine]\nstop_timeout = 1\n' >"$T/conf"
	chmod 644 "$T/conf"
	bh run -d --name slow --stop-timeout 600 --network none \
	    localhost/busybox sh -c 'trap "" TERM; sleep 1000' >/dev/null
	if [ "$WHO" = root ]; then
		CONTAINERS_CONF=$T/conf root system shutdown -f >/dev/null
	else
		as_user env CONTAINERS_CONF="$T/conf" "$BH" system shutdown \
		    -f >/dev/null
	fi
	is "$(states)" "slow exited"
	bh rm -f -a -t 0 >/dev/null
}
@test "S90: shutdown takes stop_timeout, not each container's" {
	each timeout_of
}

@test "S90: those that nobody requires stop side by side" {
	WHO=user
	local n start
	for n in 1 2 3 4 5 6; do
		box slow$n sh -c 'trap "" TERM; sleep 1000'
	done
	start=$SECONDS
	is "$(user system shutdown -f -t 5 | wc -l)" 6
	# One after the other it would be 30 seconds at least.
	[ $((SECONDS - start)) -lt 30 ]
	is "$(user ps -q)" ""
	user rm -f -a -t 0 >/dev/null
}

failing() {
	local trash
	trash=$(bh info -f '{{.Store.GraphRoot}}')/bulkhead/.trash
	box one sleep 1000
	[ ! -e "$trash" ] || mv "$trash" "$trash.aside"
	echo rubbish >"$trash"
	fails 125 bh system shutdown --force --time 0
	rm "$trash"
	[ ! -e "$trash.aside" ] || mv "$trash.aside" "$trash"
	is "$(grep -c ^Error: <<<"$err")" 1 "errors: $err"
	[[ $err == *.trash* ]]
	# What could be done is done.
	is "$(states)" "one exited"
	bh rm -f -a -t 0 >/dev/null
}
@test "S90: shutdown says once what failed, and does the rest" {
	each failing
}
