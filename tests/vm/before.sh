#!/bin/sh
# What the machine has when it goes down: running, ended, created, --rm.
cd /job && . ./lib.sh

# Who ends at SIGTERM; systemd waits 90 seconds for others before it reboots.
polite='trap "exit 5" TERM; echo x >>/kept; while :; do sleep 1; done'

leave() {
	bh run -d --name keep --network none localhost/busybox sh -c "$polite"
	bh run -d --rm --name gone --network none localhost/busybox \
	    sh -c "$polite"
	fails 4 bh run --name old --network none localhost/busybox sh -c 'exit 4'
	bh create --name made --network none localhost/busybox echo made
	bh run -d --name back --restart always --network none \
	    -v kept:/v localhost/busybox sh -c "echo x >>/v/starts; $polite"
	bh run -d --name home --restart unless-stopped --network none \
	    localhost/busybox sh -c "$polite"
	bh run -d --name stopped --restart unless-stopped --network none \
	    localhost/busybox sh -c "$polite"
	bh stop -t 5 stopped
	bh run -d --name frozen --network none localhost/busybox sh -c "$polite"
	bh pause frozen
	stands frozen paused
	bh pod create --infra=false pod
	bh volume create --label a=b empty
	stands keep running
	stands gone running
	stands old exited
}
t "containers are left for the reboot" leave
sync
