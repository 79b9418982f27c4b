# What a boot leaves to the next. Another boot is another boot ID, bound over
# the kernel's in a mount namespace; nothing else is different there, and the
# run directories are on a disk. (No container can start in it, as its /proc
# is not whole. tests/vm does it with real reboots and power cuts.)

load lib
load traces

setup() {
	have_busybox
}

teardown() {
	crash_all
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
}

# The power fails: everything of $WHO is gone at once, nothing is cleaned up.
crash() {
	local pid exe
	while :; do
		set -- $(processes | cut -d' ' -f1)
		[ $# -gt 0 ] || return 0
		kill -KILL "$@" 2>/dev/null || true
		sleep 0.05
	done
}
crash_all() { WHO=root crash; WHO=user crash; }

# elsewhen N COMMAND...: the engine of $WHO in boot N.
elsewhen() {
	local n=$1 argv; shift
	mapfile -t argv < <(engine)
	[ -e "$T/boot.$n" ] || {
		echo "00000000-0000-4000-8000-00000000000$n" >"$T/boot.$n"
		chmod 644 "$T/boot.$n"
	}
	unshare -m sh -c 'mount --bind "$1" /proc/sys/kernel/random/boot_id &&
	    shift && exec ${TRACER-} "$@"' sh "$T/boot.$n" "${argv[@]}" "$@"
}

# long NAME OPTION...: a container that runs for long.
long() {
	local name=$1; shift
	bh run -d --name "$name" --network none "$@" localhost/busybox sh -c \
	    'trap "exit 7" TERM; while :; do sleep 0.1; done' "mark-$WHO-$T" \
	    >/dev/null
}

# What a boot can leave: running, to be removed at its end, ended, never run.
leave() {
	long runs
	long gone --rm
	fails 4 bh run --name old --network none localhost/busybox sh -c 'exit 4'
	bh create --name made localhost/busybox true >/dev/null
	crash
}
states() {
	elsewhen "$1" ps -a --sort names --format '{{.Names}} {{.State}}'
}
left="made created
old exited
runs exited"

valid_at_once() {
	leave
	is "$(states 1)" "$left" "ps is the first command"
	is "$(elsewhen 1 ps -q)" ""
	is "$(elsewhen 1 inspect --format '{{.State.ExitCode}}' old)" 4
	is "$(elsewhen 1 inspect --format '{{.State.Pid}}' runs)" 0
	# The name of the removed container is free, the others can be removed.
	elsewhen 1 create --name gone localhost/busybox true >/dev/null
	elsewhen 1 rm runs gone >/dev/null
	is "$(bh run --rm --network none localhost/busybox echo next)" next
	is "$(bh start -a made)" ""
	bh rm made old >/dev/null
	clean 10
}
@test "S74 D8: the run directory is on a disk, and another boot finds all valid at once" {
	each valid_at_once
}

# The processes of the last boot's records are there, as other ones could be by
# chance: the record alone says of which boot it is.
same_processes() {
	long runs
	long gone --rm
	is "$(states 1)" "runs exited"
	is "$(elsewhen 1 inspect --format '{{.State.Pid}}' runs)" 0
	crash
	bh rm -f -a >/dev/null
}
@test "S74 S80 D8: no process makes a record of another boot true" {
	each same_processes
}

# Many at once: one does it. Each says what it has done.
only_one() {
	local i
	leave
	elsewhen 1 version >/dev/null
	for i in 1 2 3 4 5 6; do
		elsewhen 1 refresh --apply >"$T/out.$i" &
	done
	wait
	is "$(cat "$T"/out.* | grep -c '^container.* runs: running -> exited')" 1
	is "$(cat "$T"/out.* | grep -c '^container.* gone: running -> removed')" 1
	rm -f "$T"/out.*
	is "$(states 1)" "$left"
}
@test "S75: however many commands a boot begins with, one refreshes" {
	each only_one
}

# The first stays in the middle of it: who does not wait, does it once more.
held_long() {
	local i
	leave
	for i in 1 2 3; do
		TRACER="strace -f -qq -o $T/trace.$i -e trace=renameat,renameat2
		    -e inject=renameat,renameat2:delay_enter=1500000" \
		    elsewhen 1 refresh --apply >/dev/null &
	done
	wait
	is "$(cat "$T"/trace.[123] | grep -c 'renameat.*"alive')" 1
	is "$(states 1)" "$left"
	bh rm -f -a >/dev/null
}
@test "S75 S77 X2: a refresh holds its lock until all is done" {
	each held_long
}

# A connection holds the lock: who dies lets go of it, and the next does it.
killed() {
	local i pid
	for i in 1 2 3 4 5 6; do
		leave
		elsewhen "$i" refresh --apply >/dev/null 2>&1 &
		pid=$!
		sleep "0.0$((RANDOM % 5 + 1))"
		crash
		wait $pid || true
		elsewhen "$i" refresh --apply >/dev/null
		is "$(elsewhen "$i" refresh --apply)" "" "a second time"
		is "$(states "$i")" "$left"
		bh rm -f -a -t 0 >/dev/null
	done
	clean 10
}
@test "S77 X2: the lock of a refresh is never lost, whoever is killed" {
	each killed
}

alive() {
	local f; f=$(run_dir)/alive
	bh run --rm --network none localhost/busybox true
	is "$(cat "$f")" "$(cat /proc/sys/kernel/random/boot_id)"
	is "$(stat -c %a "$f")" 644
	# That it is missing, or cannot be read, or is of another boot: nothing.
	long runs
	rm "$f"
	is "$(bh refresh --plan)" ""
	mkdir -m 0 "$f"
	is "$(bh ps --format '{{.Names}} {{.State}}')" "runs running"
	bh stop -t 0 runs >/dev/null
	rmdir "$f"
	cat /proc/sys/kernel/random/boot_id >"$f"
	chmod 644 "$f"
	[ "$WHO" = root ] || chown "$BH_USER" "$f"
	bh start runs >/dev/null
	crash
	elsewhen 1 refresh --apply | grep -q "runs: running -> exited"
	is "$(cat "$f")" 00000000-0000-4000-8000-000000000001
	bh rm -f runs >/dev/null
}
@test "S76 S87: alive is written with the boot ID, and decides nothing" {
	each alive
}

told() {
	elsewhen 1 events --stream=false --since 10m |
	    grep -c ' system refresh' || true
}
told_once() {
	local n
	leave
	n=$(told)
	elsewhen 1 refresh --apply >/dev/null
	elsewhen 1 refresh --apply >/dev/null
	elsewhen 1 create localhost/busybox true >/dev/null
	is "$(told)" $((n + 1))
	bh rm -f -a >/dev/null
}
@test "S87: a refresh is told once in each boot" {
	WHO=user
	bh ps >/dev/null
	told_once
}

# A user's pod in a boot with cgroup v2 that is told to have its cgroups made by
# systemd, of which that user has only a dead socket; and in one without it.
pod_refreshed() {
	local path
	bh pod create --infra=false --name pp >/dev/null
	path=$(bh pod inspect --format '{{.CgroupParent}}' pp)
	[[ $path == /libpod_parent/libpod_pod_* ]]
	as_user touch "$T/xdg/bus"
	echo 'umount -R /sys/fs/cgroup
	    mount -t cgroup2 none /sys/fs/cgroup && exec "$@"' >"$T/v2"
	TRACER="sh $T/v2" fails 125 elsewhen 1 --cgroup-manager systemd refresh --apply
	[[ $err == *"pod pp could not be refreshed: "* ]]
	rm "$T/xdg/bus"
	elsewhen 2 refresh --apply >/dev/null
	is "$(elsewhen 2 pod inspect --format '{{.CgroupParent}}' pp)" "$path"
	bh pod rm pp >/dev/null
}
@test "S85: a refresh makes the cgroup of a pod, or says why not" {
	WHO=user
	pod_refreshed
}

# No second bulkhead: what a refresh needs is in the process that found it.
no_child() {
	leave
	TRACER="strace -f -qq -e trace=execve,execveat -o $T/trace" \
	    elsewhen 1 refresh --apply >/dev/null
	# All but the first are helpers, by the names of their programs.
	grep -q 'execve("[^"]*/bin/bulkhead", ' "$T/trace"
	is "$(grep -E '^[0-9]+ +exec' "$T/trace" |
	    grep -vc 'execveat([0-9]*, "[a-z]*", \["[a-z]*"')" 1
	bh rm -f -a >/dev/null
}
@test "S78: nobody starts another bulkhead for the side effect" {
	WHO=root
	no_child
}

# Whose number is which, in boot N.
numbers() {
	elsewhen "$1" system locks -a --format '{{.Lock}} {{.ID}}' |
	    grep ^ctr: | sort
}
locks_and_refresh() {
	local was
	bh create --name first localhost/busybox true >/dev/null
	bh create --name second localhost/busybox true >/dev/null
	bh rm first >/dev/null
	leave
	elsewhen 1 system renumber >/dev/null
	elsewhen 1 refresh --apply >"$T/out" 2>"$T/err"
	grep -q "runs: running -> exited" "$T/out"
	is "$(cat "$T/err")" ""
	is "$(elsewhen 1 refresh --apply 2>&1)" ""
	elsewhen 1 system renumber >/dev/null
	was=$(numbers 1)
	is "$(cut -d' ' -f2 <<<"$was" | sort -n | xargs)" "0 1 2 3"
	# The next boot's refresh leaves each its number.
	elsewhen 2 refresh --apply >/dev/null
	is "$(numbers 2)" "$was"
	is "$(states 2)" "$left
second created"
	bh rm -f -a >/dev/null
}
@test "S79 S83: renumber in a new boot, and the refresh, do not meet" {
	each locks_and_refresh
}

all_states() {
	long again --restart on-failure:5
	kill -KILL "$(bh inspect --format '{{.State.Pid}}' again)"
	until_true 10 counted again 1
	leave
	elsewhen 1 refresh --apply >"$T/out"
	grep -q "^container .* runs: running -> exited" "$T/out"
	grep -q "^container .* again: running -> exited" "$T/out"
	not grep -q -e " made:" -e " old:" "$T/out"
	is "$(elsewhen 1 inspect --format \
	    '{{.State.ExitCode}} {{.State.Pid}} {{.RestartCount}}' \
	    old again | tr '\n' ' ')" "4 0 0 0 0 0 "
	is "$(elsewhen 1 ps -a --filter name=gone --format '{{.Names}}')" ""
	bh rm -f -a >/dev/null
}
@test "S80: what ran is exited, exit codes stay, --rm goes, the rest is as it was" {
	each all_states
}

# A container whose record is damaged is named, and does not affect others.
one_damaged() {
	long xdamagedx
	long runs
	crash
	perl -pi -e 's/xdamagedx/xDAMAGEDx/g' "$(state_dir)/state.journal"
	rm -f "$(state_dir)/state.kct"
	elsewhen 1 refresh --apply >"$T/out" 2>/dev/null
	grep -q "^container .* runs: running -> exited" "$T/out"
	grep -q "^container .*damaged" "$T/out"
	elsewhen 1 ps -a --format '{{.Names}} {{.State}}' >"$T/out" 2>/dev/null
	grep -q "^runs exited" "$T/out"
	bh rm -f -a >/dev/null 2>&1 || true
	rm -rf "$(state_dir)" "$(run_dir)"
}
@test "S81 S82 X9: an object's failure is its own" {
	each one_damaged
	rm -rf "$T/root" "$T/user" "$T/xdg"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
}

leftovers() {
	local dir
	leave
	dir=$(echo "$(run_dir)"/ctr/*)
	[ -S "${dir%% *}/ctl" ]
	elsewhen 1 refresh --plan | grep -q "^leftover "
	elsewhen 1 refresh --apply >/dev/null
	is "$(ls "$(run_dir)/ctr")" ""
	is "$(ls "$(graph_dir)/bulkhead" | grep -c '^[0-9a-f]\{64\}$')" 3
	bh rm -f -a >/dev/null
	clean
}
@test "S83 S84: run directories, sockets, exit files and layers of the last boot go" {
	each leftovers
}

# What cannot be removed, because it is another user's, is not said to be. The
# next refresh tries it again, also in the same boot.
stuck() {
	local dir layer id
	leave
	id=$(elsewhen 1 inspect --format '{{.Id}}' runs)
	layer=$(for d in "$(graph_dir)"/bulkhead/*; do
		! ls "$d" | grep -q '^rm\.' || echo "$d"
	done | head -1)
	dir=$(run_dir)/ctr/$id
	install -d -o root -m 755 "$dir/foreign"
	touch "$dir/foreign/x"
	[ -d "$layer" ]
	chown 12345:12345 "$layer"
	chmod 755 "$layer"
	for n in 1 2; do
		fails 125 elsewhen 1 refresh --apply
		[[ $err == *"leftover ${id:0:12} "*"cannot be removed: "* ]]
		[[ $err == *"$(basename "$layer" | cut -c1-12)"*"cannot be removed: "* ]]
		[ -d "$dir" ]
		[ -d "$layer" ]
	done
	is "$(elsewhen 1 refresh --apply 2>/dev/null || true)" "" "removed"
	rm -rf "$dir/foreign"
	chown --reference="$(graph_dir)/bulkhead" "$layer"
	chmod 700 "$layer"
	elsewhen 1 refresh --apply >"$T/out"
	grep -q "^leftover ${id:0:12}: removed" "$T/out"
	[ ! -e "$dir" ]
	[ ! -e "$layer" ]
	is "$(elsewhen 1 refresh --apply)" ""
	bh rm -f -a >/dev/null
	clean
}
@test "S82 S83: what a refresh cannot remove is said and tried again" {
	each stuck
}

# A layer may be on the disk before the record of its container is.
layer_of_none() {
	local id layer mark
	bh run --rm --network none localhost/busybox true
	cp -a "$(state_dir)" "$T/before.$WHO"
	bh --trace run -d --name cut --network none localhost/busybox \
	    sleep 1000 >"$T/trace" 2>&1
	id=$(bh inspect --format '{{.Id}}' cut)
	layer=$(graph_dir)/bulkhead/$id
	mark=$(sed -n 's/.* store_open .*boot_id="\([^"]*\)" state_id="\([^"]*\)".*/new.\1.\2/p' \
	    "$T/trace" | head -1)
	grep -q ' rw_make .*mark=1' "$T/trace"
	[ -n "$mark" ]
	until_true 5 [ ! -e "$layer/$mark" ]
	crash
	# Both were, and the mark not yet gone.
	cp -a --attributes-only "$layer/../../overlay-layers/layers.json" \
	    "$layer/$mark"
	is "$(elsewhen 1 refresh --plan | grep -c '^layer')" 0
	elsewhen 1 refresh --apply >/dev/null
	is "$(states 1)" "cut exited"
	[ -d "$layer" ]
	[ ! -e "$layer/$mark" ]
	# The layer only. In another state's eyes it is another's.
	cp -a --attributes-only "$layer/../../overlay-layers/layers.json" \
	    "$layer/$mark"
	find "$(state_dir)" -mindepth 1 -delete
	cp -a "$T/before.$WHO/." "$(state_dir)"
	mv "$layer/$mark" "$layer/$mark.other"
	elsewhen 2 refresh --apply >/dev/null
	[ -d "$layer" ]
	mv "$layer/$mark.other" "$layer/$mark"
	elsewhen 3 refresh --plan >"$T/out"
	grep -q "^layer ${id:0:12}.*never recorded" "$T/out"
	elsewhen 3 refresh --apply >/dev/null
	[ ! -e "$layer" ]
	rm -rf "$T/before.$WHO"
}
@test "a layer whose container was never recorded goes with its boot" {
	each layer_of_none
}

# The first command of a boot puts all in order, also what it does not see.
hidden_after_boot() {
	bh --namespace red run -d --name r1 --network none localhost/busybox \
	    sleep 1000 "mark-$WHO-$T" >/dev/null
	bh --namespace red run -d --rm --name r2 --network none localhost/busybox \
	    sleep 1000 "mark-$WHO-$T" >/dev/null
	bh --namespace red create --name r3 --network none localhost/busybox true >/dev/null
	bh --namespace blue create --name b1 --network none localhost/busybox true >/dev/null
	crash
	elsewhen 4 --namespace blue create --name b2 localhost/busybox true >/dev/null
	is "$(elsewhen 4 --namespace red ps -a --sort names --format '{{.Names}} {{.State}}' | tr '\n' ';')" \
	    "r1 exited;r3 created;"
	is "$(elsewhen 4 refresh --plan)" "" "left for later"
	is "$(ls "$(graph_dir)/bulkhead" | grep -c '^[0-9a-f]\{64\}$')" 4 "layers"
	is "$(elsewhen 4 system locks -a --format '{{.ID}}' | sort -u | wc -l)" 4 "numbers of locks"
	bh --namespace red start r3 >/dev/null
	is "$(bh --namespace red wait r3)" 0
	bh rm -a >/dev/null
}
@test "S59 S80: a boot that begins in a namespace refreshes all, and takes no other's layer or lock" {
	each hidden_after_boot
}

has_any() { [ -n "$(ls "$1" 2>/dev/null)" ]; }
half_loaded() {
	local stage i
	stage=$(graph_dir)/bulkhead/stage
	for i in 1 2 3 4 5 6 7 8 9; do
		bh rmi -f localhost/debian:buildah >/dev/null 2>&1 || true
		bh load -q -i "$BH_FIXTURES/debian.buildah.tar" \
		    >/dev/null 2>&1 &
		until has_any "$stage" || [ ! -d "/proc/$!" ]; do :; done
		crash
		wait || true
		[ -z "$(ls "$stage" 2>/dev/null)" ] || break
	done
	[ -n "$(ls "$stage")" ]
	elsewhen 9 refresh --plan | grep -q "^image "
	elsewhen 9 refresh --apply | grep -q "^image "
	is "$(ls "$stage")" ""
	is "$(bh images -q localhost/debian)" ""
}
@test "an image that was half loaded is discarded" { each half_loaded; }

# A power cut may leave no layer that is named and not whole.
layer_first() {
	bh rmi -f -a >/dev/null
	strace -f -qq -y -e trace=syncfs,renameat,renameat2 -o "$T/trace" \
	    "$BH" --root "$T/root/storage" --runroot "$T/root/run" load -q \
	    -i "$BH_FIXTURES/busybox.docker.tar" >/dev/null
	is "$(grep -o -e 'syncfs(' -e '"layers.json"' "$T/trace" | head -1)" \
	    'syncfs('
	grep -q '"layers.json"' "$T/trace"
}
@test "what a layer holds is on the disk before the index names it" {
	WHO=root
	layer_first
}

# Of a copy, on any machine, and of this state with any boot's facts.
pure() {
	local sum
	leave
	bh refresh --plan --boot-id 12345678-1 >"$T/plan"
	elsewhen 1 refresh --plan >"$T/real"
	is "$(sort "$T/plan")" "$(sort "$T/real")" "as if, and in it"
	is "$(elsewhen 1 refresh --plan)" "$(cat "$T/real")" "again"
	rm -rf "$T/copy"
	cp -r "$(state_dir)" "$T/copy"
	cp "$(run_dir)/boot.journal" "$T/copy"
	chmod -R a+rX "$T/copy"
	sum=$(cat "$T/copy"/*.* | md5sum)
	"$BH" --root "$T/nowhere" refresh --plan --boot-id 12345678-1 \
	    --state "$T/copy" >"$T/there"
	is "$(cat "$T/there")" "$(grep ^container "$T/plan")" "of a copy"
	is "$(cat "$T/copy"/*.* | md5sum)" "$sum"
	as_user "$BH" refresh --plan --boot-id 12345678-1 \
	    --state "$T/copy" >"$T/there"
	is "$(cat "$T/there")" "$(grep ^container "$T/plan")" "by a user"
	is "$(bh refresh --plan)" "" "in its own"
	fails 125 bh refresh
	fails 125 bh refresh --plan --apply
	fails 125 bh refresh --apply --boot-id x
	bh rm -f -a >/dev/null
}
@test "D15: a plan is a function of the state and the boot's facts" { each pure; }

# Calls that change something below a directory, from strace -f -y, which writes
# one that is interrupted by another process in two lines.
whole_calls() {
	perl -ne 'if (/^(\d+) (.*) <unfinished \.\.\.>$/) { $begun{$1} = $2 }
	    elsif (/^(\d+) +<\.\.\. \w+ resumed>(.*)/) {
	    print "$1 $begun{$1}$2\n" } else { print }' "$T/trace"
}
writes() {
	whole_calls | grep -E '\b(write|pwrite64|writev|ftruncate|fallocate|fchmod|fchown|f?utimensat|fsync|fdatasync|mkdirat|unlinkat|renameat2?|linkat|symlinkat|mknodat)\(' |
	    grep -v ' = -1 ' | grep -F -e "$(graph_dir)" -e "$(state_dir)"
}
idempotent() {
	leave
	TRACER="strace -f -qq -y -o $T/trace" \
	    elsewhen 1 refresh --apply >/dev/null
	[ -n "$(writes)" ]
	TRACER="strace -f -qq -y -o $T/trace" elsewhen 1 refresh --apply
	is "$(writes)" ""
	TRACER="strace -f -qq -y -o $T/trace" elsewhen 1 refresh --plan
	is "$(writes)" ""
	bh rm -f -a >/dev/null
}
@test "D15: a second apply makes no call that writes" { WHO=root; idempotent; }

# --- restart policies

count() { bh inspect --format '{{.RestartCount}}' "$1"; }
counted() { [ "$(count "$1")" = "$2" ]; }
stands() { [ "$(bh inspect --format '{{.State.Status}}' "$1")" = "$2" ]; }
policy() {
	bh create --restart "$1" localhost/busybox true >"$T/id"
	bh inspect --format '{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}' "$(cat "$T/id")"
}
policies() {
	is "$(policy always)" "always 0"
	is "$(policy on-failure)" "on-failure 0"
	is "$(policy on-failure:3)" "on-failure 3"
	is "$(policy unless-stopped)" "unless-stopped 0"
	is "$(policy no)" "no 0"
	is "$(policy never)" "no 0"
	for p in foo always:3 on-failure:x on-failure:-1 on-failure:1:2; do
		fails 125 bh create --restart "$p" localhost/busybox true
	done
	fails 125 bh run --rm --restart always localhost/busybox true
	is "$err" 'Error: the --rm option conflicts with --restart, when the restartPolicy is not "" and "no"'
	bh run --rm --restart no --network none localhost/busybox true
	is "$(bh ps -aq --filter restart-policy=always | wc -l)" 1
	is "$(bh ps -aq --filter restart-policy=on-failure | wc -l)" 2
	is "$(bh ps -aq --filter should-start-on-boot=true | wc -l)" 2
	bh rm -f -a >/dev/null
}
@test "restart: policies as podman has them" { each policies; }

on_failure() {
	bh run -d --name fx --restart on-failure:3 --network none \
	    localhost/busybox sh -c 'echo x >>/n; exit 5' >/dev/null
	until_true 10 counted fx 3
	until_true 10 stands fx exited
	is "$(bh inspect --format '{{.State.ExitCode}}' fx)" 5
	is "$(bh events --stream=false --since 10m --filter container=fx \
	    --filter event=restart | wc -l)" 3
	# By hand: it begins to count anew. Attached, the code is the first's.
	fails 5 bh start -a fx
	until_true 10 counted fx 3
	bh run -d --name ok --restart on-failure --network none \
	    localhost/busybox true >/dev/null
	until_true 5 stands ok exited
	sleep 0.3
	is "$(count ok)" 0
	bh rm -f -a >/dev/null
	clean
}
@test "restart: on-failure, so many times" { each on_failure; }

# The front end and everybody else is long gone.
always() {
	local pid
	long a --restart always
	pid=$(bh inspect --format '{{.State.Pid}}' a)
	kill -KILL "$pid"
	until_true 10 counted a 1
	until_true 10 stands a running
	[ "$(bh inspect --format '{{.State.Pid}}' a)" != "$pid" ]
	# Who stops it means it, and the same who kills it.
	bh stop -t 5 a >/dev/null
	sleep 0.3
	stands a exited
	is "$(bh inspect --format '{{.State.ExitCode}}' a)" 7
	bh start a >/dev/null
	is "$(count a)" 0
	bh kill a >/dev/null
	until_true 5 stands a exited
	sleep 0.3
	stands a exited
	bh start a >/dev/null
	bh rm -f -t 0 a >/dev/null
	is "$(bh ps -aq)" ""
	clean
}
@test "restart: always, but not what somebody stopped, killed or removed" {
	each always
}

# What root's container keeps for a restart is sealed, and does nothing.
kept() {
	local pids n
	long a --restart always
	pids=$(processes | awk '$2 ~ "/refresh" { print $1 }')
	case $WHO in
	root)	is "$(echo $pids | wc -w)" 1 ;;
	user)	is "$pids" "" ;;
	esac
	for p in $pids; do
		is "$(awk '/^CapEff|^CapInh|^CapAmb/ { print $2 }' \
		    "/proc/$p/status" | sort -u)" 0000000000000000
		is "$(awk '/^Seccomp:|^NoNewPrivs:/ { print $2 }' \
		    "/proc/$p/status" | sort | tr '\n' ' ')" "1 2 "
	done
	bh rm -f -t 0 a >/dev/null
	clean
}
@test "restart: what is kept for it holds nothing effective, and ends with it" {
	each kept
}

# Ten seconds of a container that cannot live: not hundreds of starts.
paced() {
	local n
	bh run -d --name loop --restart always --network none \
	    localhost/busybox false >/dev/null
	sleep 3
	n=$(count loop)
	echo "# $n restarts in 3 seconds"
	[ "$n" -ge 2 ] && [ "$n" -le 6 ]
	# In the pause it is exited, and is as easily stopped.
	bh stop --all >/dev/null
	n=$(count loop)
	sleep 2
	is "$(count loop)" "$n"
	stands loop exited
	bh rm loop >/dev/null
	clean 60
}
@test "restart: a crash loop is paced" { each paced; }

# Whenever it comes: while it runs, ends, waits or is being started again.
stopped_anywhere() {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		bh run -d --name l --restart always --network none \
		    localhost/busybox sh -c 'sleep 0.02; exit 1' \
		    "mark-$WHO-$T" >/dev/null
		sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
		case $((i % 3)) in
		0)	bh rm -f -t 0 l >/dev/null
			sleep 0.5
			is "$(bh ps -aq)" "" ;;
		1)	bh stop -t 1 l >/dev/null ;;
		2)	bh stop -t 0 --all >/dev/null ;;
		esac
		[ $((i % 3)) -eq 0 ] || {
			sleep 0.5
			stands l exited
			bh rm l >/dev/null
		}
	done
	clean 20
}
@test "restart: a stop is a stop, whenever it comes" { each stopped_anywhere; }

same_again() {
	bh run -d --name s --restart always --network none -v "$T/vol:/v" \
	    --read-only --tmpfs /scratch --cap-drop all --cap-add setuid \
	    --ulimit nofile=77:77 localhost/busybox sh -c '
	    { grep -e Cap -e Seccomp: -e NoNew /proc/self/status; ulimit -n;
	    cat /proc/self/uid_map | tr -s " " | cut -d" " -f2,4;
	    grep -c scratch /proc/self/mountinfo; } >/v/$(ls /v | wc -l)
	    while ! test -e /v/go; do sleep 0.1; done; exit 3' >/dev/null
	until_true 10 [ -e "$T/vol/0" ]
	touch "$T/vol/go"
	until_true 20 [ -s "$T/vol/2" ]
	bh rm -f -t 0 s >/dev/null
	is "$(cat "$T/vol/2")" "$(cat "$T/vol/0")"
	rm -f "$T"/vol/*
}
@test "restart: it gets the same as the first time" {
	install -d -m 777 "$T/vol"
	each same_again
	rm -rf "$T/vol"
}

by_filter() {
	long always --restart always
	long unless --restart unless-stopped
	long stopped --restart unless-stopped
	long plain
	bh stop -t 0 stopped >/dev/null
	bh stop -t 0 --until-boot --filter should-start-on-boot=true >/dev/null
	is "$(bh ps --format '{{.Names}}')" plain
	crash
	elsewhen 1 refresh --apply >/dev/null
	bh start --all --filter restart-policy=always >/dev/null
	is "$(bh ps --format '{{.Names}}')" always
	bh start --all --filter should-start-on-boot=true >/dev/null
	is "$(bh ps --sort names --format '{{.Names}}' | tr '\n' ' ')" \
	    "always unless "
	bh rm -f -a -t 0 >/dev/null
	clean
}
@test "start --all --filter: what is to run when the machine does" {
	each by_filter
}
