#!/bin/sh
# The same containers after a reboot.
cd /job && . ./lib.sh

# The unit has started them; the test has run no command yet.
started() {
	if [ "$WHO" = root ]; then
		within 60 systemctl is-active bulkhead-restart.service
	else
		within 60 systemctl --user is-active bulkhead-restart.service
	fi
	stands back running
	stands home running
	[ "$(bh run --rm --network none -v kept:/v localhost/busybox \
	    grep -c x /v/starts)" -ge 2 ]
}
t "after a reboot its unit has started what has --restart" started

listed() {
	out=$(bh ps -a --sort names --format '{{.Names}} {{.State}}')
	echo "$out"
	is "$out" "$(printf 'back running\nfrozen exited\nhome running\nkeep exited\nmade created\nold exited\nstopped exited')"
	is "$(bh inspect --format '{{.State.ExitCode}}' old)" 4
	is "$(bh inspect --format '{{.State.Pid}}' keep)" 0
	is "$(bh refresh --plan)" ""
}
t "after a reboot ps -a shows what is left, --rm is gone" listed

# Of the six left "made" never ran, and gets its layer when it does.
leftover() {
	is "$(one echo ran)" ran
	within 10 have_layers 6 || { layers; false; }
}
t "after a reboot the layer of the --rm container is gone" leftover

again() {
	bh start keep
	stands keep running
	bh start -a made | grep -q made
	bh stop -t 1 keep
	bh run -d --name gone --network none localhost/busybox true
	bh rm -f -t 0 gone made old
	bh rm -f -t 0 -a
	is "$(bh ps -aq)" ""
	is "$(one echo ran)" ran
}
t "after a reboot start, stop, run and rm work again" again

objects() {
	bh pod exists pod
	is "$(bh volume inspect --format '{{.Labels.a}}' empty)" b
	is "$(bh volume ls -q | sort | tr '\n' ' ')" "empty kept "
	bh run --rm --network none -v empty:/v localhost/busybox touch /v/x
	bh pod rm pod
	bh volume rm empty kept
	is "$(bh volume ls -q)" ""
}
t "after a reboot pods and volumes are there" objects

podman_after() {
	is "$(podman run --rm --network none localhost/thirty cat /layers/30)" 30
}
t "after a reboot podman still runs what bulkhead loaded" podman_after
sync
