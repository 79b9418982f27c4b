#!/bin/sh
# bob, who does not linger, and whose podman was there first: with the driver
# that it chose for him.
cd /job && . ./lib.sh

first() {
	podman load -q -i /job/busybox.docker.tar
	is "$(podman info --format '{{.Store.GraphDriverName}}')" vfs
	is "$(bh info --format '{{.Store.GraphDriverName}}')" vfs
	is "$(one sh -c 'echo x >/x; cat /x')" x
	is "$(bh run --rm --network none -u ann localhost/busybox \
	    sh -c 'stat -c %u ~')" 1000
}
t "vfs: bulkhead runs what podman loaded" first

second() {
	bh load -q -i /job/thirty.docker.tar
	is "$(podman run --rm --network none localhost/thirty cat /layers/30)" 30
	bh run -d --name b --network none localhost/thirty sh -c 'exit 3'
	is "$(bh wait b)" 3
	bh rm b
}
t "vfs: podman runs what bulkhead loaded" second
