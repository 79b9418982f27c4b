#!/bin/sh
# After a power cut, as the first commands of the boot: all is in order, and
# what is not finished goes away at once.
cd /job && . ./lib.sh

lists() {
	out=$(bh ps -a --format '{{.Names}} {{.State}}')
	echo "$out" | awk '$2 == "running" || $2 == "stopping" { exit 1 }' || {
		echo "$out"
		return 1
	}
	bh images
}
t "after a power cut ps -a and images" lists

removes() {
	bh rm -f -a -t 0
	is "$(bh ps -aq)" ""
}
t "after a power cut rm -f -a works the first time" removes

# A load that was cut has left the image whole, or not at all.
whole() {
	bh images -q localhost/busybox | grep -q . ||
	    bh load -q -i /job/busybox.docker.tar
	is "$(one sh -c 'md5sum </bin/busybox >/x && cat /x | wc -l')" 1
	bh load -q -i /job/busybox.docker.tar
	is "$(bh run --rm --network none localhost/thirty cat /layers/30)" 30
	is "$(bh run --rm --network none localhost/busybox cat /bin/busybox |
	    md5sum)" "$(md5sum </bin/busybox)"
}
t "after a power cut images are whole, run works" whole

clean() {
	graph=/var/lib/containers/storage
	[ "$WHO" = root ] || graph=$HOME/.local/share/containers/storage
	is "$(ls "$graph/bulkhead" | grep -cE '^[0-9a-f]{64}$')" 0 layers
	for d in stage .trash; do
		is "$(ls -A "$graph/bulkhead/$d" 2>/dev/null)" "" "$d"
	done
}
t "after a power cut nothing is left on the disk" clean

peer() {
	is "$(podman run --rm --network none localhost/thirty cat /layers/30)" 30
}
t "after a power cut podman runs what bulkhead loaded" peer
