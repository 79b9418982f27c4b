#!/bin/sh
# As root: bob, who does not linger, leaves a container behind when he logs
# out. logind keeps his session, and /run/user, as long as something runs there.
. ./lib.sh

b() { login_as bob "$BH" "$@"; }

logout() {
	b run -d --name stay --network none localhost/busybox sleep 1000
	# logind takes /run/user away ten seconds after a user's last session.
	sleep 12
	has "$(b ps --format '{{.Names}} {{.Status}}')" "stay Up"
	b stop -t 1 stay
	is "$(b ps -a --format '{{.Names}} {{.State}}')" "stay exited"
	b rm stay
}
t "a container outlives its user's logout, and is known after it" logout
