# pause and unpause, on this machine's cgroups v1 as root, and on cgroup v2 in
# a mount namespace, as root and as a user whom one was delegated to.

load lib

setup() { have_busybox; }

teardown() {
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
}

# Writes a line to its log ten times a second, and has children that sleep.
ticker() { bh run -d --network none "$@" localhost/busybox sh -c \
    'sleep 1000 & sleep 1001 & i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done'; }
state() { bh inspect --format '{{.State.Status}}' "$1"; }
is_state() { [ "$(state "$1")" = "$2" ]; }
nothing_left() { [ -z "$(bh ps -aq)" ]; }
no_group() { [ -z "$(group "$1")" ]; }
lines() { bh logs "$1" | wc -l; }
ticks() { [ "$(lines "$1")" -gt "$2" ]; }
# Where the cgroup of a container is; "" when it has none.
group() { find -L "$GROUPS_AT" -depth -type d -name "*$1*" 2>/dev/null |
    grep -v '\.slice$' || true; }
freezer() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -e /sys/fs/cgroup/freezer/cgroup.procs ] ||
	    [ -e /sys/fs/cgroup/cgroup.procs ] || skip "no cgroups that freeze"
	GROUPS_AT=/sys/fs/cgroup/freezer
	[ -e /sys/fs/cgroup/freezer/cgroup.procs ] || GROUPS_AT=/sys/fs/cgroup
	WHO=root
}

# The rest of the test, in a view with cgroup v2 and nothing else.
in_v2() {
	env BH="$BH" T="$T" BH_USER="$BH_USER" WHO="${WHO-}" \
	    unshare -m bash -c 'set -eu
		umount -R /sys/fs/cgroup
		mount -t cgroup2 none /sys/fs/cgroup
		GROUPS_AT=/sys/fs/cgroup
		'"$(declare -f root user as_user bh is fails not until_true \
		    ticker state is_state lines ticks group no_group frozen_for_good \
		    comes_and_goes "$1")"'
		"$@"' sh "$@"
}

frozen_for_good() {
	local n
	n=$(lines "$1")
	sleep 0.5
	is "$(lines "$1")" "$n" "lines of what is paused"
}

# A container of its own: paused and let go, with nothing left at its end.
comes_and_goes() {
	local id n p
	id=$(ticker --name tick)
	until_true 20 ticks tick 2
	is "$(group "$id")" "" "cgroup before"
	is "$(bh pause tick)" tick
	is "$(state tick)" paused
	is "$(bh inspect --format '{{.State.Paused}} {{.State.Running}}' tick)" \
	    "true false"
	is "$(bh ps -a --format '{{.Status}}')" Paused
	is "$(bh ps -q)" ""
	is "$(bh ps -q --filter status=paused)" "${id:0:12}"
	frozen_for_good tick
	# The shell and its children: none is anywhere else.
	n=$(cat "$(group "$id" | head -1)/cgroup.procs" | wc -l)
	[ "$n" -ge 3 ]
	fails 125 bh pause tick
	[[ $err == "Error: \"$id\" is already paused: container state improper" ]]
	is "$(bh unpause tick)" tick
	is "$(state tick)" running
	n=$(lines tick)
	until_true 20 ticks tick "$n"
	fails 125 bh unpause tick
	[[ $err == "Error: \"$id\" is not paused, can't unpause: container state improper" ]]
	# Again, in the cgroup that is there.
	bh pause tick
	frozen_for_good tick
	fails 125 bh stop -t 1 tick
	[[ $err == *"can only stop created or running containers."*"paused"* ]]
	fails 2 bh rm tick
	[[ $err == *"as it is paused - running or paused containers cannot be removed without force"* ]]
	fails 125 bh start tick
	is "$(bh kill -s TERM tick)" tick
	is "$(state tick)" paused
	is "$(bh kill tick)" tick
	until_true 20 is_state tick exited
	is "$(bh inspect --format '{{.State.ExitCode}}' tick)" 137
	until_true 20 no_group "$id"
	fails 125 bh pause tick
	[[ $err == *'"exited" is not running, can'\''t pause: container state improper' ]]
	bh start tick
	bh pause tick
	is "$(bh rm -f -t 0 tick)" tick
	is "$(group "$id")" "" "cgroup after"
	is "$(bh ps -aq)" ""
}

@test "pause, unpause; kill, stop, rm and rm -f of what is paused" {
	freezer
	comes_and_goes
}

@test "cgroup v2: pause, unpause, as root" {
	freezer
	WHO=root in_v2 comes_and_goes
}

# The command that pauses is in the cgroup that was delegated.
delegated() {
	local d=/sys/fs/cgroup/$BH_USER
	mkdir "$d"
	chown "$BH_USER" "$d" "$d/cgroup.procs"
	echo $$ >"$d/cgroup.procs"
	WHO=user GROUPS_AT=$d comes_and_goes
	echo $$ >/sys/fs/cgroup/cgroup.procs
	is "$(find "$d" -mindepth 1 -type d)" ""
	until_true 20 rmdir "$d"
}
@test "cgroup v2: pause, unpause, as a user to whom a cgroup is delegated" {
	freezer
	in_v2 delegated
}

refused() {
	WHO=user
	local id
	id=$(ticker --name mine)
	fails 125 bh pause mine
	is "$(grep -c . <<<"$err")" 1
	[[ $err == "Error: cgroup /"*" is not available to this user: "*delegate* ]]
	is "$(state mine)" running
	until_true 20 ticks mine 2
	bh rm -f -t 0 mine
}
versions() {
	is "$(root info --format '{{.Host.CgroupsVersion}}')" "$1"
}
@test "S6: cgroup v2 is what /sys/fs/cgroup itself is" {
	freezer
	in_v2 versions v2
	[ -e /sys/fs/cgroup/cgroup.procs ] || versions v1
}

@test "a user without a cgroup is told what is missing, and nothing is changed" {
	freezer
	refused
}
@test "cgroup v2: a user without a cgroup is told so" {
	freezer
	in_v2 refused
}

@test "pause, unpause: --all, --filter, --cidfile, --latest, several" {
	freezer
	local a b c
	a=$(ticker --name a --label x=1 --cidfile "$T/a.cid")
	b=$(ticker --name b --label x=2)
	c=$(bh create --name c localhost/busybox true)
	is "$(bh pause --all | sort)" "$(printf '%s\n' "$a" "$b" | sort)"
	is "$(bh unpause --all | sort)" "$(printf '%s\n' "$a" "$b" | sort)"
	is "$(bh pause --filter label=x=2)" "$b"
	is "$(state a) $(state b)" "running paused"
	is "$(bh pause -a)" "$a"
	is "$(bh unpause --cidfile "$T/a.cid")" "$a"
	echo nosuch >"$T/nosuch.cid"
	chmod 644 "$T/nosuch.cid"
	fails 125 root pause --cidfile "$T/nosuch.cid"
	is "$err" 'Error: no container with name or ID "nosuch" found: no such container'
	fails 125 root pause --filter bogus=1
	is "$err" "Error: bogus is an invalid filter"
	is "$(bh pause a)" a
	is "$(bh unpause b a)" $'b\na'
	bh rm c
	is "$(bh pause --latest)" "$b"
	is "$(bh unpause -l)" "$b"
	is "$(bh container pause a)" a
	is "$(bh container unpause a)" a
	fails 125 bh pause
	[[ $err == *"you must provide at least one name or id"* ]]
	fails 125 bh pause nosuch
	is "$err" 'Error: no container with name or ID "nosuch" found: no such container'
	fails 125 bh unpause nosuch
	fails 125 bh pause --filter nosuch=1
	is "$(grep -c . <<<"$err")" 1
	# podman's rule: of several names, all are looked up first.
	fails 125 bh pause nosuch b
	is "$(state b)" running
	bh rm -f -a -t 0
}

# Something that forks as fast as it can is caught, all of it.
@test "pause: who forks meanwhile is frozen, too" {
	freezer
	local id n m
	id=$(bh run -d --name storm --network none --ulimit nproc=2000 \
	    localhost/busybox sh -c 'i=0; while :; do
	    i=$((i+1)); echo $i; (sleep 0.05; :) & done')
	until_true 20 ticks storm 50
	bh pause storm
	n=$(lines storm)
	m=$(sort -n "$(group "$id")/cgroup.procs" | md5sum)
	sleep 0.5
	is "$(lines storm)" "$n"
	is "$(sort -n "$(group "$id")/cgroup.procs" | md5sum)" "$m"
	bh unpause storm
	until_true 20 ticks storm "$n"
	bh rm -f -t 0 storm
	is "$(group "$id")" ""
}

# The container is root in its namespaces, and kills all that comes in.
@test "pause: a container that kills what it does not know is paused" {
	freezer
	local id
	id=$(bh run -d --name bad --network none localhost/busybox sh -c \
	    'i=0; while :; do i=$((i+1)); echo $i; kill -9 -1; done 2>/dev/null')
	until_true 20 ticks bad 20
	bh pause bad
	frozen_for_good bad
	bh rm -f -t 0 bad
	is "$(group "$id")" ""
}

@test "pause, unpause: killed at any moment, the next command finishes or undoes" {
	freezer
	local i id cmd n
	for i in 1 2 3 4 5 6 7 8; do
		id=$(ticker --name k)
		for cmd in pause unpause pause; do
			"$BH" --root "$T/root/storage" --runroot "$T/root/run" \
			    $cmd k >/dev/null 2>&1 &
			sleep "0.00$i"
			kill -9 $! 2>/dev/null || true
			wait $! 2>/dev/null || true
		done
		# In whichever state it is, the record is right.
		n=$(lines k)
		if [ "$(state k)" = paused ]; then
			frozen_for_good k
		else
			until_true 20 ticks k "$n"
		fi
		case $i in
		[1357])	# And it can be paused, and let go.
			bh unpause k >/dev/null 2>&1 || true
			bh pause k >/dev/null
			frozen_for_good k
			bh unpause k >/dev/null ;;
		esac
		bh rm -f -t 0 k >/dev/null
		is "$(group "$id")" "" "round $i"
	done
}

@test "a paused container outlives whoever could have paused it" {
	freezer
	local id pid
	id=$(ticker --name left)
	bh pause left
	# Its monitor and its reaper, too.
	for pid in $(pgrep -f "container cleanup.*$id|$id" -x reaper; \
	    pgrep -x monitor); do
		grep -qz "$id" "/proc/$pid/cmdline" && kill -9 "$pid" || true
	done
	is "$(state left)" paused
	bh unpause left
	is "$(state left)" running
	bh pause left
	bh rm -f -t 0 left
	is "$(group "$id")" ""
	is "$(bh ps -aq)" ""
}

@test "a cgroup goes with the end of its container, however it ends" {
	freezer
	local id pid
	# By itself, in the foreground of a command that never heard of it.
	bh run --name fore --network none localhost/busybox sleep 2 &
	until_true 20 is_state fore running
	id=$(bh inspect --format '{{.Id}}' fore)
	bh pause fore
	bh unpause fore
	[ -n "$(group "$id")" ]
	wait $!
	is "$(group "$id")" "" "after its end in the foreground"
	bh rm fore
	# Killed from outside, and --rm.
	id=$(ticker --rm --name gone)
	bh pause gone
	bh unpause gone
	kill -9 "$(bh inspect --format '{{.State.Pid}}' gone)"
	until_true 20 nothing_left
	is "$(group "$id")" "" "after it was killed"
}

# As if the clean-up had been killed in the middle.
@test "a cgroup that was left over goes with the run directory that names it" {
	freezer
	local id all
	id=$(bh create --name left localhost/busybox true)
	ticker --name keeps >/dev/null
	bh pause keeps		# so that there is a place for cgroups
	all=$(find "$T/root" -type d -name ctr | head -1)
	mkdir "$GROUPS_AT/bulkhead/libpod-$id" "$all/$id"
	printf %s "$GROUPS_AT/bulkhead/libpod-$id" >"$all/$id/cgroup"
	chown -R --reference="$all" "$all/$id" "$GROUPS_AT/bulkhead/libpod-$id"
	bh stop left
	is "$(ls -d "$all/$id" 2>/dev/null)" ""
	is "$(group "$id")" ""
	is "$(state keeps)" paused
	bh rm -f -a -t 0
}

@test "events: pause and unpause, once each" {
	freezer
	ticker --name ev >/dev/null
	bh pause ev
	bh unpause ev
	is "$(bh events --stream=false --filter container=ev \
	    --format '{{.Status}}' | grep -c '^pause$')" 1
	is "$(bh events --stream=false --filter container=ev \
	    --format '{{.Status}}' | grep -c '^unpause$')" 1
	bh rm -f -t 0 ev
}

@test "wait: what is paused has not ended" {
	freezer
	ticker --name w >/dev/null
	bh pause w
	bh wait w >"$T/waited" &
	sleep 1
	is "$(cat "$T/waited")" ""
	bh kill w
	wait $!
	is "$(cat "$T/waited")" 137
	bh rm w
}

@test "run makes no cgroup" {
	freezer
	local id
	id=$(ticker --name none)
	is "$(group "$id")" ""
	bh rm -f -t 0 none
}

@test "S85: the cgroup of a pod: its name, what is beneath it, nothing left" {
	freezer
	local pod id
	pod=$(bh pod create --infra=false --name pp)
	is "$(bh pod inspect --format '{{.CgroupParent}}' pp)" \
	    "/bulkhead/libpod_pod_$pod"
	is "$(group "$pod")" "" "made before it is needed"
	id=$(ticker --pod pp --name inpod)
	bh pause inpod
	is "$(group "$id")" \
	    "$GROUPS_AT/bulkhead/libpod_pod_$pod/libpod-$id"
	bh unpause inpod
	bh rm -f -t 0 inpod
	is "$(group "$pod")" ""
	bh pod rm pp
	is "$(WHO=user bh pod create --infra=false --name up | wc -c)" 65
	is "$(WHO=user bh pod inspect --format '{{.CgroupParent}}' up)" \
	    "/libpod_parent/libpod_pod_$(WHO=user bh pod inspect --format '{{.Id}}' up)"
	WHO=user bh pod rm up
}
