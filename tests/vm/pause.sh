#!/bin/sh
# pause under systemd on cgroup v2: as root below our own cgroup, as a user in
# a scope of that user's systemd, whichever the parent of its processes is.
cd /job && . ./lib.sh

echo "# $WHO: $(cat /proc/self/cgroup)"

ticker() {
	bh run -d --name tick --network none "$@" localhost/busybox sh -c \
	    'sleep 1000 & i=0; while :; do i=$((i+1)); echo $i; sleep 0.2; done'
}
lines() { bh logs tick | wc -l; }
ticks() { [ "$(lines)" -gt "$1" ]; }
groups_of() { find /sys/fs/cgroup -type d -name "*libpod-$1*"; }
gone() { [ -z "$(groups_of "$1")" ]; }

still() {
	n=$(lines)
	sleep 2
	is "$(lines)" "$n" "lines while paused"
}

paused() {
	id=$(ticker "$@")
	within 30 ticks 1
	is "$(groups_of "$id")" ""
	bh pause tick
	stands tick paused
	still
	group=$(groups_of "$id")
	echo "cgroup: $group"
	case $WHO in
	root)	has "$group" /sys/fs/cgroup/bulkhead/libpod- ;;
	*)	has "$group" "/user@$(id -u).service/user.slice/libpod-$id.scope" ;;
	esac
	fails 125 bh pause tick
	bh unpause tick
	stands tick running
	n=$(lines)
	within 30 ticks "$n"
	bh pause tick
	still
	bh kill -s KILL tick
	within 30 stands tick exited
	within 30 gone "$id"
	bh start tick
	bh pause tick
	bh rm -f -t 0 tick
	within 30 gone "$id"
}
t "pause, unpause, kill, rm -f" paused

# Processes of other users of the container, where only root could move them.
mapped() {
	[ "$WHO" != root ] || return 0
	id=$(bh run -d --name tick --network none localhost/busybox sh -c \
	    'su ann -c "sleep 1000" & while :; do echo x; sleep 0.2; done')
	within 30 ticks 1
	# A login session's: refused, and undone.
	case $(cat /proc/self/cgroup) in
	*session*)
		out=$(bh pause tick 2>&1) && return 1
		echo "$out"
		has "$out" "systemd-run --user --scope"
		stands tick running
		n=$(lines)
		within 30 ticks "$n" ;;
	esac
	bh rm -f -t 0 tick
	within 30 gone "$id"
	# Below the user's systemd: paused, all of them.
	systemd-run --quiet --user --scope "$BH" run -d --name tick \
	    --network none localhost/busybox sh -c \
	    'su ann -c "sleep 1000" & while :; do echo x; sleep 0.2; done'
	within 30 ticks 1
	bh pause tick
	still
	bh unpause tick
	bh rm -f -t 0 tick
}
t "processes of a container's other users" mapped

# With cgroupfs: below our own cgroup, if that is ours.
cgroupfs() {
	[ "$WHO" != root ] || return 0
	ticker
	within 30 ticks 1
	out=$(bh --cgroup-manager cgroupfs pause tick 2>&1) && return 1
	has "$out" "is not available to this user"
	bh rm -f -t 0 tick
	systemd-run --quiet --user --scope -p Delegate=yes sh -c \
	    "$BH --cgroup-manager cgroupfs run -d --name tick --network none \
	    localhost/busybox sleep 1000 &&
	    $BH --cgroup-manager cgroupfs pause tick &&
	    $BH inspect --format '{{.State.Status}}' tick &&
	    $BH rm -f -t 0 tick"
}
t "--cgroup-manager cgroupfs: the caller's own cgroup" cgroupfs

# S85: with systemd, a slice that goes with the pod.
pod() {
	pod=$(bh pod create --infra=false --name pp)
	id=$(ticker --pod pp)
	within 30 ticks 1
	if [ "$WHO" != root ]; then
		is "$(systemctl --user show -P ActiveState \
		    "user-libpod_pod_$pod.slice")" active
		is "$(bh pod inspect --format '{{.CgroupParent}}' pp)" \
		    "user.slice/user-libpod_pod_$pod.slice"
	fi
	bh pause tick
	still
	has "$(groups_of "$id")" "libpod_pod_$pod"
	bh rm -f -t 0 tick
	within 30 gone "$id"
	bh pod rm pp
	within 30 sh -c "! find /sys/fs/cgroup -type d | grep -q '$pod'"
}
t "S85: the cgroup of a pod" pod
bh rm -f -a -t 0 >/dev/null 2>&1
