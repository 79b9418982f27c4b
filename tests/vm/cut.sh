#!/bin/sh
# run.sh calls it last: root and ann do one thing over and over, and at some
# moment CUT-NOW is printed, at which the machine loses its power.
cd /job && . ./lib.sh
op=$1

# work OP: without end, as whoever it is.
work() {
	n=0
	while :; do
		n=$((n + 1))
		case $1 in
		run)
			bh run --rm --network none localhost/busybox true
			bh run -d --name "c$n" --network none \
			    localhost/busybox sleep 1000 ;;
		load)
			bh load -q -i /job/busybox.docker.tar
			bh rmi -f localhost/busybox ;;
		rm)
			bh run -d --name "d$n" --network none \
			    localhost/busybox sleep 1000
			bh create --name "e$n" localhost/busybox true
			bh rm -f -t 0 "d$n" "e$n" ;;
		esac
	done
}
if [ "${2-}" = work ]; then
	work "$op" >/dev/null 2>&1
fi
sh ./cut.sh "$op" work &
login sh /job/cut.sh "$op" work &
# Between two and ten seconds, to the hundredth.
ms=$(od -An -N2 -tu2 /dev/urandom)
sleep "$((2 + ms % 8)).$((ms % 100))"
echo "# cut during $op at $((2 + ms % 8)).$((ms % 100)) s"
echo CUT-NOW
sleep 600
