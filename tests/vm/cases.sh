#!/bin/sh
# Containers on this kernel: the same as root and as ann.
cd /job && . ./lib.sh

loads() {
	bh load -q -i /job/busybox.docker.tar
	bh load -q -i /job/thirty.docker.tar
	bh load -q -i /job/debian.buildah.tar
	out=$(bh images --format '{{.Repository}}:{{.Tag}}' | sort | tr '\n' ' ')
	is "$out" "localhost/busybox:latest localhost/debian:buildah localhost/thirty:30 localhost/thirty:latest "
}
t "load: busybox, 30 layers, debian" loads

runs() {
	is "$(one echo hello)" hello
	fails 3 one sh -c 'exit 3'
	fails 127 one nosuchprogram
	is "$(echo in | bh run --rm -i --network none localhost/busybox cat)" in
	is "$(one sh -c 'ls /proc/self/fd | tr "\n" " "')" "0 1 2 3 "
}
t "run --rm: streams, exit codes, descriptors" runs

debian() {
	out=$(bh run --rm --network none localhost/debian:buildah sh -c \
	    'apt --version; perl -e "print 6 * 7, qq{\n}"; id; ps -e | wc -l')
	has "$out" "apt 2."
	has "$out" 42
	has "$out" "uid=0(root)"
}
t "debian: apt, perl, id, ps" debian

# The sum of the mapped ids, and nobody's or root's id among them.
ids() {
	map=$(one cat /proc/self/uid_map)
	[ "$(echo "$map" | awk '{ n += $3 } END { print n }')" -ge 65536 ]
	echo "$map" | awk '$2 == 0 { exit 1 }'
	is "$(bh run --rm --network none -u ann localhost/busybox id -u)" 1000
	is "$(bh run --rm --network none -u ann localhost/busybox /bin/euid)" 0
}
t "its own user namespace with many ids; setuid works inside" ids

thirty() {
	is "$(bh run --rm --network none localhost/thirty \
	    sh -c 'cat /layers/* | wc -l; cat /layers/30')" "$(printf '15\n30')"
	bh run --rm --network none localhost/thirty sh -c \
	    'rm /layers/5 && touch /layers/new && mkdir /d && mv /d /e &&
	    chown 7:8 /etc/group && ! test -e /layers/5'
	has "$(bh run --rm --network none localhost/thirty \
	    grep ' / / ' /proc/self/mountinfo)" overlay
}
t "an overlay of 30 layers" thirty

detached() {
	bh run -d --name det --network none localhost/busybox sh -c \
	    'trap "echo bye; exit 9" TERM; echo up; while :; do sleep 0.1; done'
	stands det running
	within 20 sh -c "$BH logs det | grep -q up"
	has "$(bh ps --format '{{.Names}} {{.Image}}')" \
	    "det localhost/busybox:latest"
	bh stop -t 20 det
	is "$(bh wait det)" 9
	has "$(bh logs det)" bye
	bh start det
	stands det running
	bh kill det
	within 20 stands det exited || { bh kill -s KILL det; false; }
	bh rm det
	is "$(bh ps -aq)" ""
}
t "-d: ps, logs, stop, wait, start, kill, rm" detached

removed() {
	bh run -d --name r1 --network none localhost/busybox sleep 100
	fails 2 bh rm r1
	bh rm -f -t 0 r1
	bh create --name r2 localhost/busybox true
	stands r2 created
	bh rm r2
	is "$(bh ps -aq)" ""
	within 10 sh -c "! pgrep -u $WHO -x monitor"
}
t "create, rm -f" removed

terminal() {
	out=$(script -qec "$BH run --rm -it --network none localhost/busybox \
	    sh -c 'stty size; test -t 0 && test -t 1 && echo yes'" \
	    /dev/null </dev/null | tr -d '\r')
	has "$out" yes
	has "$(bh run --rm -t --network none localhost/busybox tty)" /dev/
}
t "-t: a terminal" terminal

# Root's containers have ids of the engine's range: the mount is id-mapped.
volumes() {
	d=$HOME/vol
	mkdir -p "$d"
	echo text >"$d/file"
	is "$(bh run --rm --network none -v "$d:/v" localhost/busybox \
	    sh -c 'echo made >/v/made; chown 7:7 /v/made; stat -c %u /v/made;
	    stat -c %u /v/file; cat /v/file')" "$(printf '7\n0\ntext')"
	is "$(stat -c %U "$d/file")" "$WHO"
	echo "made belongs to $(stat -c %u "$d/made")"
	if [ "$WHO" = root ]; then
		is "$(stat -c %u "$d/made")" 7
	else
		[ "$(stat -c %u "$d/made")" -gt 65536 ]
	fi
	fails 1 bh run --rm --network none -v "$d:/v:ro" localhost/busybox \
	    touch /v/new
	is "$(bh run --rm --network none -v "$d/file:/etc/one" \
	    localhost/busybox cat /etc/one)" text
	fails 125 bh run --rm --network none -v "$d/none:/v" localhost/busybox true
	bh run --rm --network none -v "$d:/v" localhost/busybox rm -f /v/made
}
t "-v: directory, file, read-only, owners" volumes

tmpfs() {
	bh run --rm --network none --read-only --tmpfs /scratch:size=1m \
	    localhost/busybox sh -c 'df -k /scratch | grep -q 1024 &&
	    touch /scratch/x /tmp/x /run/x && ! touch /x'
	is "$(bh run --rm --network none --init localhost/busybox sh -c 'echo $$')" 2
	is "$(bh run --rm --network none --ulimit nofile=100:200 \
	    localhost/busybox sh -c 'ulimit -n')" 100
}
t "--read-only, --tmpfs, --init, --ulimit" tmpfs

rootfs() {
	mkdir -p "$HOME/rootfs/bin"
	cp /bin/busybox "$HOME/rootfs/bin/sh"
	chmod 755 "$HOME/rootfs"
	is "$(bh run --rm --network none --rootfs "$HOME/rootfs" sh -c 'echo here')" here
}
t "--rootfs" rootfs

cgroup() {
	is "$(one cat /proc/self/cgroup)" "0::/"
	line=$(one grep ' /sys/fs/cgroup ' /proc/self/mountinfo)
	has "$line" "- cgroup2 "
	has "$line" " ro,"
	is "$(echo "$line" | awk '{ print $4 }')" / "root of the cgroup namespace"
	fails 1 one mkdir /sys/fs/cgroup/x
	fails 1 one sh -c 'echo 1 >/sys/fs/cgroup/cgroup.procs'
	has "$(one cat /sys/fs/cgroup/cgroup.controllers)" ""
}
t "cgroup v2, read-only, of its own namespace" cgroup

NONE=0000000000000000

harmless() {
	for set in CapInh CapPrm CapEff CapAmb; do
		is "$(field "$1" $set)" $NONE "$set of $1 ($2)"
	done
}

payload() {
	pid=$(pid_of aud)
	is "$(field "$pid" Seccomp)" 2
	is "$(field "$pid" Seccomp_filters)" 1
	is "$(field "$pid" NoNewPrivs)" 0
	is "$(field "$pid" CapBnd)" 00000000800405fb
	[ "$(field "$pid" Uid)" -ne 0 ]
	[ "$(readlink "/proc/$pid/ns/cgroup")" != \
	    "$(readlink /proc/self/ns/cgroup)" ]
}

# monitor and reaper stay; the monitor is confined, neither can do anything.
stays() {
	n=0
	for p in $(pgrep -u "$1" -x "monitor|reaper"); do
		n=$((n + 1))
		name=$(cat "/proc/$p/comm")
		harmless "$p" "$name"
		[ "$name" = reaper ] || {
			is "$(field "$p" NoNewPrivs)" 1
			is "$(field "$p" Seccomp)" 2
			is "$(field "$p" Seccomp_filters)" 1
		}
	done
	is $n 2 "processes that stay"
}

audit() {
	bh run -d --name aud --network none localhost/busybox sleep 1000
	payload
	if [ "$WHO" = root ]; then
		stays bulkhead
	else
		stays ann
	fi
	bh rm -f -t 0 aud
	is "$(one awk '/^NoNewPrivs:|^Seccomp:/ { printf "%s ", $2 }' \
	    /proc/self/status)" "0 2 "
	is "$(bh run --rm --network none --security-opt no-new-privileges \
	    localhost/busybox awk '/^NoNewPrivs:/ { print $2 }' \
	    /proc/self/status)" 1
}
t "audit: seccomp, no_new_privs, capabilities" audit
bh rm -f -a -t 0 >/dev/null 2>&1

# No profile is applied: the container starts, and has no profile of another.
apparmor() {
	aa-enabled 2>/dev/null || cat /sys/module/apparmor/parameters/enabled
	echo "label: $(one cat /proc/self/attr/current)"
	has "$(one cat /proc/self/attr/current)" unconfined
}
t "AppArmor is there, and the container starts" apparmor

info() {
	has "$(bh info)" 6.1.
	bh version >/dev/null
	bh info --format json >/dev/null ||
	    bh info --format '{{json .}}' >/dev/null
}
t "info, version" info

# Debian's podman, of the same user, on the same storage.
podman_ours() {
	has "$(podman images --format '{{.Repository}}:{{.Tag}}')" \
	    localhost/thirty:latest
	is "$(podman run --rm --network none localhost/busybox echo podman)" podman
	is "$(podman run --rm --network none localhost/thirty cat /layers/30)" 30
}
t "podman lists and runs what bulkhead loaded" podman_ours

podman_theirs() {
	ctr=$(podman create --network none localhost/busybox \
	    sh -c 'echo theirs >/made; chown 5:6 /made')
	podman start -a "$ctr"
	podman commit -q "$ctr" localhost/theirs
	podman rm "$ctr"
	has "$(bh images --format '{{.Repository}}')" localhost/theirs
	is "$(bh run --rm --network none localhost/theirs \
	    sh -c 'cat /made; stat -c %u:%g /made')" "$(printf 'theirs\n5:6')"
	bh rmi localhost/theirs
	case $(podman images --format '{{.Repository}}') in
	*theirs*) echo "podman still lists it"; return 1 ;;
	esac
}
t "bulkhead runs and removes what podman committed" podman_theirs

bad() {
	head -c 1000000 /job/busybox.docker.tar >/tmp/short.$WHO.tar
	fails 125 bh load -i /tmp/short.$WHO.tar
	fails 125 bh run --rm localhost/nosuch true
	is "$(one echo still)" still
}
t "a truncated archive, an unknown image" bad
