# Commands for many containers work side by side.

load lib

setup() { have_busybox; }

teardown() {
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
	root pod rm -f -a -t 0 >/dev/null 2>&1 || true
	user pod rm -f -a -t 0 >/dev/null 2>&1 || true
}

# They ignore the signal that stops them: each takes its whole timeout.
stubborn() {
	local i
	for i in $(seq "$1"); do
		bh run -d --name "n$i" --network none ${2-} localhost/busybox sleep 1000 >/dev/null
	done
}
# within SECONDS COMMAND...
within() {
	local limit=$1 began=$SECONDS; shift
	"$@"
	[ $((SECONDS - began)) -le "$limit" ] ||
	    { echo "# $((SECONDS - began)) seconds: $*"; return 1; }
}

side_by_side() {
	stubborn 12
	within 20 bh stop -a -t 5 >"$T/out"
	is "$(wc -l <"$T/out")" 12 "told"
	is "$(bh ps -q)" ""
	is "$(bh ps -a --format '{{.State}}' | sort -u)" exited
	bh start n1 n2 n3 n4 n5 n6 n7 n8 n9 n10 >/dev/null
	within 20 bh stop -t 5 n1 n2 n3 n4 n5 n6 n7 n8 n9 n10 n11 >"$T/out"
	is "$(tr '\n' ' ' <"$T/out")" "n1 n2 n3 n4 n5 n6 n7 n8 n9 n10 n11 " "in their order"
	bh start n1 n2 n3 n4 n5 n6 n7 n8 n9 n10 >/dev/null
	within 20 bh rm -f -a -t 5 >"$T/out"
	is "$(wc -l <"$T/out")" 12 "removed"
	is "$(bh ps -aq)" ""
}
@test "stop --all and rm --force --all wait for the timeouts of all at the same time" { each side_by_side; }

of_a_pod() {
	bh pod create --infra=false --name many >/dev/null
	stubborn 6 --pod=many
	within 14 bh pod rm -f -t 5 many >/dev/null
	is "$(bh ps -aq)" ""
	bh volume create shared >/dev/null
	stubborn 6 --volume=shared:/s
	within 14 bh volume rm -f -t 5 shared >/dev/null
	is "$(bh ps -aq)" ""
}
@test "pod rm and volume rm with --force stop containers at the same time" {
	WHO=user of_a_pod
}

# One that cannot be stopped does not stop the others from being stopped.
with_errors() {
	stubborn 3
	bh stop -t 0 n2 >/dev/null
	fails 125 bh stop -t 2 n1 nosuch n3
	is "$(bh ps --format '{{.Names}}' | sort | tr '\n' ' ')" "n1 n3 " "nothing was done"
	bh stop -t 2 --ignore n1 nosuch n2 n3 >"$T/out"
	is "$(tr '\n' ' ' <"$T/out")" "n1 n2 n3 "
	bh run -d --rm --name gone --network none localhost/busybox sleep 1000 >/dev/null
	bh start n1 >/dev/null
	is "$(bh rm -f -t 1 gone n1 n2 | tr '\n' ' ')" "gone n1 n2 "
	is "$(bh ps -a --format '{{.Names}}')" n3
}
@test "stop and rm of several: errors, --rm, and what does not run" { each with_errors; }
