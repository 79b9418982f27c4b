#!/bin/sh
# run.sh calls it last: root and ann do one thing over and over, and at some
# moment CUT-NOW is printed, at which the machine loses its power. What a
# command has said to be done is printed too, as ACK; the next boot is told.
cd /job && . ./lib.sh
op=$1

# ack SIGN KIND NAME COMMAND...: the command is done.
ack() {
	what="$WHO $1 $2 $3"; shift 3
	"$@" >/dev/null 2>&1 && echo "ACK $what" >&3
}

# work OP: without end, as the user who calls it.
work() {
	n=0
	while :; do
		n=$((n + 1))
		case $1 in
		run)
			bh run --rm --network none localhost/busybox true
			ack + ctr "c$n" bh run -d --name "c$n" \
			    --network none localhost/busybox sleep 1000 ;;
		load)
			bh load -q -i /job/busybox.docker.tar
			tar -C /etc -c hostname >"$HOME/i.tar"
			ack + image "localhost/i$n" \
			    bh import -q "$HOME/i.tar" "localhost/i$n"
			bh rmi -f localhost/busybox ;;
		rm)
			ack + ctr "d$n" bh run -d --name "d$n" \
			    --network none localhost/busybox sleep 1000
			ack + ctr "e$n" bh create --name "e$n" \
			    localhost/busybox true
			ack - ctr "d$n" bh rm -f -t 0 "d$n"
			ack - ctr "e$n" bh rm "e$n" ;;
		renumber)
			ack + ctr "n$n" bh create --name "n$n" \
			    localhost/busybox true
			bh system renumber
			bh run --rm --network none localhost/busybox true ;;
		esac
	done
}
if [ "${2-}" = work ]; then
	exec 3>&1
	work "$op" >/dev/null 2>&1
fi
sh ./cut.sh "$op" work &
login sh /job/cut.sh "$op" work &
# Between three and twenty seconds, to the hundredth.
ms=$(od -An -N2 -tu2 /dev/urandom)
sleep "$((3 + ms % 17)).$((ms % 100))"
echo "# cut during $op at $((3 + ms % 17)).$((ms % 100)) s"
echo CUT-NOW
sleep 600
