# Logs: their limit and rotation, a full disk, what a terminal is shown.
# Every flood has an end of its own, and the limits here are small.

load lib

setup() { have_busybox; }

teardown() {
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
	! mountpoint -q "$T/disk" || umount -l "$T/disk"
}

log_path() { bh inspect --format '{{.HostConfig.LogConfig.Path}}' "$1"; }
log_size() { bh inspect --format '{{.HostConfig.LogConfig.Size}}' "$1"; }
lost() { bh inspect --format '{{.HostConfig.LogConfig.LostBytes}}' "$1"; }
bytes() { stat -c %s "$1"; }

# The numbers on stdin, a line each, follow one another up to this.
counts_to() {
	awk -v last="$1" '
	NR > 1 && $1 != prev + 1 { print "# after " prev ": " $0; bad = 1 }
	{ prev = $1 }
	END { if (prev != last) print "# last: " prev; exit(bad || prev != last) }'
}

bounded() {
	local log
	bh create --network none --name b1 localhost/busybox true
	is "$(log_size b1)" "67.1 MB" "the default"
	bh create --network none --name b2 --log-opt max-size=-1 \
	    localhost/busybox true
	is "$(log_size b2)" 0B "no limit"
	bh run --network none --name b3 --log-opt max-size=256k \
	    localhost/busybox seq 1 100000 | tail -n 1 | grep -qx 100000
	log=$(log_path b3)
	[ "$(bytes "$log")" -le 262144 ]
	[ "$(bytes "$log.old")" -le 262144 ]
	[ "$(bytes "$log.old")" -gt 200000 ]
	# Cut off in front at a place by chance: the first line may be a part.
	bh logs b3 >"$T/out"
	[ "$(wc -l <"$T/out")" -gt 4000 ]
	tail -n +2 "$T/out" | counts_to 100000
	bh logs --tail 5000 b3 | counts_to 100000
	is "$(bh logs --tail 5000 b3 | wc -l)" 5000
	# What is there is started again, and goes on.
	bh start b3
	bh wait b3
	bh logs --tail 5000 b3 | counts_to 100000
	bh rm b3
	[ ! -e "$log" ] && [ ! -e "$log.old" ]
}
@test "Z04: a log has a limit, and one old file" { each bounded; }

# CONTAINERS_CONF as the engine of $WHO would be given it.
with_conf() {
	case $WHO in
	root)	CONTAINERS_CONF=$T/c.conf root "$@" ;;
	user)	as_user env CONTAINERS_CONF="$T/c.conf" "$BH" "$@" ;;
	esac
}

configured() {
	local log
	printf '[containers]\nlog_size_max = 65536\n' >"$T/c.conf"
	chmod 644 "$T/c.conf"
	with_conf run --network none --name c1 localhost/busybox \
	    seq 1 20000 >/dev/null
	log=$(log_path c1)
	[ "$(bytes "$log")" -le 65536 ] && [ "$(bytes "$log.old")" -le 65536 ]
	is "$(log_size c1)" "65.5 kB"
	with_conf config explain containers.log_size_max | grep -q 65536
	# The command line wins.
	with_conf run --network none --name c2 --log-opt max-size=-1 \
	    localhost/busybox seq 1 20000 >/dev/null
	log=$(log_path c2)
	[ "$(bytes "$log")" -gt 800000 ] && [ ! -e "$log.old" ]
	printf '[containers]\nlog_size_max = -1\n' >"$T/c.conf"
	with_conf run --network none --name c3 localhost/busybox \
	    seq 1 20000 >/dev/null
	log=$(log_path c3)
	[ "$(bytes "$log")" -gt 800000 ] && [ ! -e "$log.old" ]
}
@test "Z04: log_size_max is the limit of logs" { each configured; }

refused() {
	fails 125 bh create --log-driver journald localhost/busybox true
	[[ $err == *journald* ]]
	fails 125 bh create --log-opt max-file=3 localhost/busybox true
	[[ $err == *max-file* ]]
	fails 125 bh create --log-opt max-size=many localhost/busybox true
	fails 125 bh create --log-opt max-size=-5 localhost/busybox true
	fails 125 bh create --log-opt path=relative localhost/busybox true
}
@test "Z04: log options that are not known are refused by name" { each refused; }

# -f through some ten rotations, slow enough to be followed.
followed() {
	bh run -d --network none --name f1 --log-opt max-size=128k \
	    localhost/busybox sh -c 'i=0
		while [ $i -lt 30 ]; do
			seq $((i * 1000 + 1)) $((i * 1000 + 1000))
			i=$((i + 1)); usleep 40000
		done'
	bh logs -f f1 >"$T/out"
	is "$(head -n 1 "$T/out")" 1
	counts_to 30000 <"$T/out"
	[ -s "$(log_path f1).old" ]
}
@test "Z04: logs -f loses nothing while the log is rotated" { each followed; }

# A disk of 256 kB for the log, which is given room after a while.
full_disk() {
	local log=$T/disk/ctr.log n
	mkdir -p "$T/disk"
	mount -t tmpfs -o size=256k,mode=1777 tmpfs "$T/disk"
	bh run -d --network none --name d1 --log-opt path="$log" \
	    localhost/busybox sh -c 'yes 0123456789 | head -c 1000000
		sleep 1000'
	until_true 20 running_lost d1
	bh ps --format '{{.Names}}' | grep -qx d1
	[ "$(bytes "$log")" -le 262144 ]
	mount -o remount,size=4m "$T/disk"
	bh logs d1 | tail -n 1 | grep -q 0123456789
	bh stop -t 0 d1
	n=$(lost d1)
	[ "$n" -gt 500000 ] && [ "$n" -lt 1000000 ]
	bh rm d1
	[ ! -e "$log" ]
	mount -o remount,size=256k "$T/disk"
	bh run -i --network none --name d2 --log-opt path="$log" \
	    localhost/busybox sh -c 'yes 0123456789 | head -c 1000000
		echo full >&2; read x; echo after' <"$T/go" \
	    >/dev/null 2>"$T/err" &
	until_true 20 grep -qx full "$T/err"
	mount -o remount,size=4m "$T/disk"
	echo go >"$T/go"
	wait $!
	is "$(bh logs d2 2>/dev/null | tail -n 1)" after
	bh logs d2 2>&1 >/dev/null |
	    grep -q '^bulkhead: the log could not be written, [0-9]* bytes'
	is "$(bh logs d2 2>&1 >/dev/null | sed -n 's/.*written, \([0-9]*\).*/\1/p')" \
	    "$(lost d2)"
	bh rm d2
	# No room for an old file: the newest lines are kept, none is refused.
	mount -o remount,size=256k "$T/disk"
	bh run --network none --name d3 --log-opt path="$log" --log-opt \
	    max-size=200k localhost/busybox seq 1 20000 >/dev/null
	is "$(bh logs --tail 1 d3)" 20000
	is "$(lost d3)" 0
	bh rm d3
	umount "$T/disk"
}
running_lost() { [ "$(lost "$1")" -gt 400000 ]; }
@test "Z04: a full disk stops the log and nothing else" {
	rm -f "$T/go"; mkfifo "$T/go"
	exec 9<>"$T/go"
	each full_disk
}

# A directory in which the engine's account can make nothing.
@test "Z04: root's log may lie in a directory of root's" {
	local n account
	WHO=root
	account=$(id -u bulkhead)
	mkdir -m 755 "$T/var"
	root run --name r1 --network none --log-opt path="$T/var/r1.log" \
	    --log-opt max-size=64k localhost/busybox seq 1 20000 >/dev/null
	is "$(stat -c '%u %a' "$T/var/r1.log")" "$account 600"
	[ "$(bytes "$T/var/r1.log")" -le 65536 ]
	[ "$(bytes "$T/var/r1.log.old")" -gt 40000 ]
	is "$(root logs r1 | tail -n 1)" 20000
	root start -a r1 >/dev/null
	is "$(root logs r1 | tail -n 1)" 20000
	root create --name r2 --network none --log-opt path="$T/var/r2.log" \
	    localhost/busybox echo second
	root start -a r2 >/dev/null
	is "$(root logs r2)" second
	# What a link leads to, or another user owns, is not root's to open.
	ln -s r2.log "$T/var/link.log"
	fails 125 root run --network none --log-opt path="$T/var/link.log" \
	    localhost/busybox true
	install -o "$BH_USER" -m 600 /dev/null "$T/var/other.log"
	fails 125 root run --network none --log-opt path="$T/var/other.log" \
	    localhost/busybox true
	[ ! -s "$T/var/other.log" ]
	[[ $err == *"$T/var/other.log"* ]]
}

# As `script` shows it: on a terminal.
on_terminal() {
	local cmd=
	printf -v cmd '%q ' "$@"
	script -qec "$cmd" /dev/null </dev/null
}

terminal() {
	local -a cmd
	mapfile -t cmd < <(engine)
	bh run --network none --name t1 localhost/busybox \
	    printf '\033[31mred\033[0m\033]0;title\007\033[2Jx\302\233y\r\nover\rwritten\n' \
	    >/dev/null
	bh logs t1 | od -An -c >"$T/piped"
	printf '\033[31mred\033[0m\033]0;title\007\033[2Jx\302\233y\r\nover\rwritten\n' |
	    od -An -c | cmp - "$T/piped"
	is "$(on_terminal "${cmd[@]}" logs t1 | tr -d '\r' | od -An -c)" \
	    "$(printf '\033[31mred\033[0m\\x1b]0;title\\x07\\x1b[2Jx\\x9by\nover\\x0dwritten\n' |
	    od -An -c)"
	is "$(on_terminal "${cmd[@]}" logs -f t1 | tr -d '\r' | head -n 1 | od -An -c)" \
	    "$(printf '\033[31mred\033[0m\\x1b]0;title\\x07\\x1b[2Jx\\x9by\n' | od -An -c)"
}
@test "B11: logs shows a terminal colours and nothing else that acts" {
	each terminal
}
