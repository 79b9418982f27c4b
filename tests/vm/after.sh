#!/bin/sh
# The same containers after a reboot; ps is the first command.
cd /job && . ./lib.sh

listed() {
	out=$(bh ps -a --sort names --format '{{.Names}} {{.State}}')
	echo "$out"
	is "$out" "$(printf 'keep exited\nmade created\nold exited')"
	is "$(bh ps -q)" ""
	is "$(bh inspect --format '{{.State.ExitCode}}' old)" 4
	is "$(bh inspect --format '{{.State.Pid}}' keep)" 0
}
t "after a reboot ps -a shows what is left, --rm is gone" listed

# Looking changes nothing; the first command that works there clears up. Of
# the three left "made" never ran, and gets its layer when it does.
leftover() {
	is "$(one echo ran)" ran
	within 10 have_layers 2 || { layers; false; }
}
t "after a reboot the next command clears up after the --rm container" leftover

again() {
	bh start keep
	stands keep running
	bh start -a made | grep -q made
	bh stop -t 1 keep
	bh run -d --name gone --network none localhost/busybox true
	bh rm -f -t 0 keep gone made old
	is "$(bh ps -aq)" ""
	is "$(one echo ran)" ran
}
t "after a reboot start, stop, run and rm work" again

podman_after() {
	is "$(podman run --rm --network none localhost/thirty cat /layers/30)" 30
}
t "after a reboot podman still runs what bulkhead loaded" podman_after
sync
