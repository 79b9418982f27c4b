#!/bin/sh
# After a power cut, as the first commands of the boot: all is in order, and
# unfinished work is removed at once.
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

# What was said to be there is there, and what was said to be gone is gone.
# (Later changes had not been reported.)
acknowledged() {
	[ -s acks ] || return 0
	echo "acknowledged: $(grep -c "^$WHO " acks)"
	bh ps -a --format '{{.Names}}' >"/tmp/there.$WHO"
	bh images --format '{{.Repository}}' >>"/tmp/there.$WHO"
	while read -r who sign kind name; do
		[ "$who" = "$WHO" ] || continue
		last=$(awk -v w="$who" -v n="$name" '$1 == w && $4 == n {
		    s = $2 } END { print s }' acks)
		[ "$sign" = "$last" ] || continue
		case $sign in
		+)	grep -qx "$name" "/tmp/there.$WHO" || begun "$name" ||
			    { echo "lost: $kind $name"; return 1; } ;;
		-)	! grep -qx "$name" "/tmp/there.$WHO" ||
			    { echo "came back: $kind $name"; return 1; } ;;
		esac
	done <acks
}
# The last one there may be on its way out again, when rm is what was cut.
begun() {
	case $1 in
	d*|e*)	[ "${1#?}" = "$(awk -v w="$WHO" '$1 == w { n = substr($4, 2) }
		    END { print n }' acks)" ] ;;
	*)	false ;;
	esac
}
t "after a power cut nothing that was acknowledged is lost" acknowledged

# The four commands that have to work at once, before anything else has.
works() {
	bh info --format '{{.Host.Kernel}}'
	is "$(bh run --rm --network none localhost/thirty echo works)" works
}
t "after a power cut info and run work at once" works

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
