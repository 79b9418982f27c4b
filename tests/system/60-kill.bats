# kill -9 of any one process of ours, at any moment: the next command is
# right, rm -f works the first time, and nothing is left behind.

load lib
load traces

setup() {
	have_busybox
	RANDOM=${BH_SEED:-1}	# the same moments each time, as far as can be
}

teardown() {
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
}

# strike PROGRAM SPAN COMMAND...: kill one of PROGRAM within SPAN ms, which are few:
# the sooner ones happen on any machine, the later ones on a slow one.
strike() {
	local program=$1 span=$2 uid argv out; shift 2
	mapfile -t argv < <(engine)
	uid=$(id -u "$BH_USER")
	[ "$WHO" = user ] || uid=-$uid
	out=$(T=$T perl "$BATS_TEST_DIRNAME/strike.pl" "$BH_PREFIX" "$uid" \
	    "$program" $((RANDOM % span * 1000)) "${argv[@]}" "$@")
	case $out in
	"struck "*)	struck=$((struck + 1)) ;;
	hung)	echo "# $program killed: $1 never ended"; return 1 ;;
	esac
	# Whoever was killed, the command itself does not crash.
	case ${out##* } in
	0)	;;
	9)	[ "$program" = bulkhead ] ||
		    { echo "# $1: was killed with $program"; return 1; } ;;
	*)	echo "# $1: $out when $program was killed"; cat "$T/strike.err"
		return 1 ;;
	esac
	last=$out
}

# It may have ended since ps looked: then the next ps does not say it again.
still_says() {
	local out
	out=$(bh ps -a --format '{{.Names}} {{.State}} {{.Pid}}')
	[[ $out != *" running $2"* ]] || { echo "# after $1: $out"; return 1; }
}

# All are in a state that lasts.
at_rest() {
	! bh ps -a --format '{{.State}}' | grep -qvE '^(created|exited|running)$'
}

# The next commands: what ps says is so, and the name can be had again.
sane() {
	local out pid
	out=$(bh ps -a --format '{{.Names}} {{.State}} {{.Pid}}') || {
		echo "# ps failed after $1"; return 1; }
	while read -r name state pid; do
		case $state in
		"")	;;
		running)	[ -d "/proc/$pid" ] || still_says "$1" "$pid" || return 1 ;;
		created|exited)	;;
		# Between two: it may live on, told to stop by who was killed;
		# and the last of a dead command may be there for a moment.
		stopping)	[ -d "/proc/$pid" ] || until_true 5 at_rest ||
				    { echo "# after $1: $out"; return 1; } ;;
		*)	until_true 5 at_rest ||
			    { echo "# after $1: $out"; return 1; } ;;
		esac
	done <<<"$out"
}
gone() {
	bh rm -f -t 0 "$2" || { echo "# after $1: rm -f failed"; return 1; }
	not bh inspect --type container "$2" >/dev/null 2>&1 ||
	    { echo "# after $1: still there"; return 1; }
}

# Everything is as it was, once two ordinary commands have run.
settled() {
	sleep 2
	is "$(bh run --rm --network none localhost/busybox echo works)" works
	is "$(bh ps -aq)" ""
	clean 10
}

killed_run() {
	local p i struck=0
	for p in refresh resolve statekeep lockbroker store reaper monitor \
	    launch bulkhead; do
		for i in 1 2; do
			strike $p 25 run --rm --name n --network none \
			    localhost/busybox sh -c 'sleep 0.02' "mark-$WHO-$T"
			sane "run --rm without $p"
			gone "run --rm without $p" n
		done
		strike $p 25 run -d --stop-timeout 0 --name n \
		    --network none localhost/busybox sh -c 'sleep 100' "mark-$WHO-$T"
		sane "run -d without $p"
		# The name is free for --replace.
		bh run --rm --replace --name n --network none localhost/busybox true
		gone "run -d without $p" n
	done
	settled
	echo "# $struck struck"
	[ $struck -gt 9 ]
}
@test "kill -9 during run" { each killed_run; }

killed_create() {
	local p i struck=0
	for p in resolve statekeep lockbroker store bulkhead; do
		for i in 1 2; do
			strike $p 12 create --name n --network none localhost/busybox true
			sane "create without $p"
			bh create --replace --name n --network none localhost/busybox true
			gone "create without $p" n
		done
	done
	for p in refresh resolve statekeep store reaper monitor launch bulkhead; do
		bh create --name n --network none localhost/busybox sh -c \
		    'sleep 100' "mark-$WHO-$T" >/dev/null
		strike $p 15 start n
		sane "start without $p"
		gone "start without $p" n
	done
	settled
	echo "# $struck struck"
	[ $struck -gt 6 ]
}
@test "kill -9 during create and start" { each killed_create; }

killed_end() {
	local p c struck=0
	for p in refresh resolve statekeep lockbroker store reaper monitor bulkhead; do
		for c in "stop -t 0" "stop -t 1" "rm -f -t 0" kill; do
			bh run -d --name n --network none localhost/busybox sh -c \
			    'trap "exit 0" TERM; while :; do sleep 0.05; done' \
			    "mark-$WHO-$T" >/dev/null
			strike $p 10 $c n
			sane "$c without $p"
			gone "$c without $p" n
		done
	done
	settled
	echo "# $struck struck"
	[ $struck -gt 12 ]
}
@test "kill -9 during stop, rm and kill" { each killed_end; }

images_as_before() {
	is "$(bh images --format '{{.Repository}}' | sort -u | xargs)" "$1" "$2"
}
killed_load() {
	local p i struck=0
	for p in refresh resolve store fetch unpack digest bulkhead; do
		for i in 1 2; do
			bh rmi -f localhost/busybox >/dev/null
			strike $p 60 load -q -i "$BH_FIXTURES/busybox.docker.tar"
			case $last in
			*" 0 0")	images_as_before localhost/busybox "load without $p" ;;
			esac
			bh load -q -i "$BH_FIXTURES/busybox.docker.tar"
			images_as_before localhost/busybox "load after load without $p"
		done
	done
	for p in refresh resolve statekeep store bulkhead; do
		for i in 1 2; do
			strike $p 12 rmi -f localhost/busybox
			bh load -q -i "$BH_FIXTURES/busybox.docker.tar"
			is "$(bh run --rm --network none localhost/busybox echo ok)" ok
		done
	done
	settled
	echo "# $struck struck"
	[ $struck -gt 6 ]
}
@test "kill -9 during load and rmi" { each killed_load; }

# While bytes go through them all: unpack is held up, so that the pipes are
# full and none before it has come to its end, and then one is killed.
killed_midway() {
	local p pid want
	for p in fetch digest inflate unpack; do
		want="the helper $p was killed by signal 9 (Killed)"
		bh import -q "$T/big.tar" localhost/big >"$T/out" 2>"$T/err" &
		pid=$!
		perl -e '
			sub find {
				grep { (readlink("/proc/$_/exe") // "") eq
				    "$ARGV[0]/$_[0]" } map { m{(\d+)} }
				    glob("/proc/[0-9]*");
			}
			my ($unpack, @gone);
			# The last that is started.
			for (1 .. 3000) {
				find("inflate") and last;
				select(undef, undef, undef, 0.001);
			}
			($unpack) = find("unpack") or exit(1);
			kill("STOP", $unpack);
			select(undef, undef, undef, 0.3);
			@gone = find($ARGV[1]);
			kill("KILL", $gone[0]) if @gone;
			select(undef, undef, undef, 0.1);
			kill("CONT", $unpack);
			exit(@gone ? 0 : 2);
		' "$BH_PREFIX/libexec/bulkhead" $p || echo "# no $p: $?"
		not wait $pid
		[[ $(cat "$T/err") == *"$want"* ]] ||
		    is "$(cat "$T/err")" "$want" "$p"
		is "$(bh images -q localhost/big)" ""
	done
}
@test "kill -9 while a layer is unpacked: the one that was killed is named" {
	mkdir -p "$T/big"
	head -c 64M /dev/zero >"$T/big/zeros"
	tar -cf "$T/big.tar" -C "$T/big" zeros
	each killed_midway
	rm -rf "$T/big" "$T/big.tar"
}

# An anonymous volume is removed with a container that was not completed.
killed_volume() {
	local i struck=0
	for i in {1..24}; do
		strike bulkhead 24 create --name n --network none -v /data \
		    localhost/busybox true
		# ps has no store: what it finds half made, the next one removes.
		if bh ps -a --format '{{.Names}}' | grep -qx n; then
			bh rm -v n >/dev/null
		else
			bh rm -i n >/dev/null
		fi
		is "$(bh volume ls -q)" "" "volumes after create was killed"
	done
	[ $struck -gt 0 ]
}
@test "kill -9 during create: its own volume does not stay" { each killed_volume; }

# Whoever let go of the process may be killed before saying so.
killed_launch() {
	local i state struck=0
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		bh create --name n --network none localhost/busybox \
		    sleep 4242 >/dev/null
		strike launch 18 start n
		state=$(bh ps -a --format '{{.State}}')
		[ "$state" = running ] ||
		    until_true 2 not pgrep -f "^sleep 4242"
		gone "start without launch" n
		until_true 2 not pgrep -f "^sleep 4242"
	done
	[ $struck -gt 0 ]
}
@test "a start that is said to have failed has left nothing running" {
	each killed_launch
}
