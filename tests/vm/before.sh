#!/bin/sh
# What the machine has when it goes down: running, ended, created, --rm.
cd /job && . ./lib.sh

leave() {
	bh run -d --name keep --network none localhost/busybox sh -c \
	    'echo x >>/kept; while :; do sleep 1; done'
	bh run -d --rm --name gone --network none localhost/busybox sleep 10000
	fails 4 bh run --name old --network none localhost/busybox sh -c 'exit 4'
	bh create --name made --network none localhost/busybox echo made
	stands keep running
	stands gone running
	stands old exited
}
t "containers are left for the reboot" leave
sync
