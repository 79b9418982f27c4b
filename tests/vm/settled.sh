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
	within 10 have_layers 0 || { layers; false; }
}
t "after a power cut nothing is left on the disk" clean

peer() {
	is "$(podman run --rm --network none localhost/thirty cat /layers/30)" 30
}
t "after a power cut podman runs what bulkhead loaded" peer
