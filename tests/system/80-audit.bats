# What /proc says of every process of ours while a container runs: who has
# capabilities of the host, who is under a filter, and what the container got
# of either. As root, with an installed copy.

load lib

setup() {
	have_busybox
	# A foreground container with its whole star, and a detached one.
	for WHO in root user; do
		bh run -d --network none --name "aud-$WHO" localhost/busybox \
		    sleep 1000 >/dev/null
	done
}

teardown() {
	[ -z "${FRONT:-}" ] || kill "$FRONT" 2>/dev/null || true
	for WHO in root user; do
		bh rm -f -t 0 "aud-$WHO" "front-$WHO" >/dev/null 2>&1 || true
	done
}

# ours: the processes of the installed copy, as "PID NAME".
ours() {
	find /proc -maxdepth 2 -path '/proc/[0-9]*/exe' \
	    -lname "$BH_PREFIX/*" -printf '%h %l\n' 2>/dev/null |
	    sed -E 's,^/proc/([0-9]+) .*/,\1 ,'
}

# field PID NAME: one line of its status file.
field() { awk -v k="$2:" '$1 == k { print $2 }' "/proc/$1/status"; }

NONE=0000000000000000

# harmless PID: no capability in any set that it could use in its namespace.
harmless() {
	local set
	for set in CapInh CapPrm CapEff CapAmb; do
		is "$(field "$1" "$set")" $NONE "$set of $1" || return 1
	done
}

# confined PID: exactly one filter, its own, and no way to gain anything.
confined() {
	is "$(field "$1" NoNewPrivs)" 1 "NoNewPrivs of $1" &&
	    is "$(field "$1" Seccomp)" 2 "Seccomp of $1" &&
	    is "$(field "$1" Seccomp_filters)" 1 "filters of $1"
}

host_ns() { [ "$(readlink "/proc/$1/ns/user")" = "$(readlink /proc/self/ns/user)" ]; }

# privileged PID: refresh may have what its policy says, and nothing in effect.
privileged() {
	local most=$1
	is "$(field "$2" CapEff)" $NONE CapEff &&
	    is "$(field "$2" CapInh)" $NONE CapInh &&
	    is "$(field "$2" CapAmb)" $NONE CapAmb &&
	    is "$(field "$2" CapPrm)" "$most" CapPrm &&
	    [ "$(field "$2" Uid)" -ne 0 ]
}

# A container in the foreground that stays until teardown: its input is open,
# and nothing comes.
foreground() {
	[ -p "$T/input" ] || mkfifo "$T/input"
	exec 9<>"$T/input"
	ACCOUNT=$BH_USER
	if [ "$WHO" = root ]; then
		ACCOUNT=bulkhead
		root run --rm -i --network none --name front-root \
		    localhost/busybox cat <&9 >/dev/null 2>&1 3>&- 9>&- &
	else
		user run --rm -i --network none --name front-user \
		    localhost/busybox cat <&9 >/dev/null 2>&1 3>&- 9>&- &
	fi
	FRONT=$!
	until_true 10 running "front-$WHO"
}
running() { [ "$(bh inspect --format '{{.State.Running}}' "$1" 2>/dev/null)" = true ]; }

@test "audit: nothing installed is setuid, and only refresh has capabilities" {
	is "$(find "$BH_PREFIX" -perm /6000)" ""
	caps="$BH_PREFIX/libexec/bulkhead/refresh cap_setgid,cap_setuid=p"
	is "$(getcap -r "$BH_PREFIX" | sort)" "$caps"
	is "$(find "$BH_PREFIX" -type f ! -user root)" ""
	is "$(find "$BH_PREFIX" -type f -perm /022)" ""
}

@test "audit: the checks of this file can fail" {
	not harmless $$
	not confined $$
	cp /bin/true "$BH_PREFIX/bin/suid"
	chmod 4755 "$BH_PREFIX/bin/suid"
	found=$(find "$BH_PREFIX" -perm /6000)
	rm "$BH_PREFIX/bin/suid"
	is "$found" "$BH_PREFIX/bin/suid"
	# An unconfined process of an ordinary user is told from a confined one.
	as_user sh -c 'echo $$ >pid; exec sleep 20' 3>&- &
	until_true 5 test -s "$T/user/pid"
	pid=$(cat "$T/user/pid")
	harmless "$pid"
	not confined "$pid"
	kill "$pid"
}

# allowed PID NAME: is this process of ours as its program has to be?
allowed() {
	[ "$(field "$1" Uid)" -ne 0 ] || { echo "# $2 is root"; return 1; }
	case $2 in
	refresh)
		if [ "$WHO" = root ]; then
			is "$(field "$1" CapBnd)" $NONE CapBnd &&
			    privileged 00000000002000c0 "$1" && confined "$1"
		else
			privileged 00000000000000c0 "$1" && confined "$1"
		fi ;;
	# README: a reaper's confinement would pass to its clean-up.
	reaper|bulkhead)
		harmless "$1" ;;
	*)
		harmless "$1" && confined "$1" ;;
	esac
}

# All of the star of a container that runs; what is inside a namespace of its
# own (the container, an init) is for the tests of the container below.
star() {
	local pid name seen=
	foreground
	while read -r pid name; do
		[ -d "/proc/$pid" ] && host_ns "$pid" || continue
		[ "$(id -un "$(field "$pid" Uid)")" = "$ACCOUNT" ] || continue
		seen="$seen $name"
		allowed "$pid" "$name" || { echo "# $name"; return 1; }
	done < <(ours)
	for name in bulkhead refresh statekeep reaper monitor; do
		[[ "$seen " == *" $name "* ]] || {
			echo "# $name not among: $seen"; return 1; }
	done
	kill "$FRONT"
	FRONT=
}
@test "audit: no host capability but refresh's, a filter for each but reaper" { each star; }

front() {
	local pid
	foreground
	pid=$(ours | awk '$2 == "bulkhead" { print $1; exit }')
	[ -n "$pid" ]
	confined "$pid"
	kill "$FRONT"
	FRONT=
}
@test "audit: the front end is under a filter of its own" { each front; }

# Of the container: its own filter only, its own namespace, host ids that are
# neither root's nor anyone's, and no_new_privs only where it was asked for.
payload() {
	local pid
	pid=$(bh inspect --format '{{.State.Pid}}' "aud-$WHO")
	not host_ns "$pid"
	is "$(field "$pid" NoNewPrivs)" 0 NoNewPrivs
	is "$(field "$pid" Seccomp_filters)" 1 "the default profile alone"
	is "$(field "$pid" CapInh)" $NONE CapInh
	is "$(field "$pid" CapAmb)" $NONE CapAmb
	is "$(field "$pid" CapBnd)" 00000000800405fb CapBnd
	[ "$(field "$pid" Uid)" -ne 0 ]
	is "$(awk '$2 == 0 { print }' "/proc/$pid/uid_map")" "" "host root mapped"
	if [ "$WHO" = user ]; then
		is "$(field "$pid" Uid)" "$(id -u "$BH_USER")"
	else
		[ "$(field "$pid" Uid)" -gt 65536 ]
	fi
	# Nothing of ours is open in it.
	is "$(ls -l "/proc/$pid/fd" | awk 'NR > 1 { print $9 }' |
	    tr '\n' ' ')" "0 1 2 "
}
@test "audit: the container carries what its configuration says and no more" { each payload; }

# Without a profile there is no filter at all, and no Landlock domain: in one
# that handles files, mount would fail with EPERM.
bare() {
	is "$(bh run --rm --network none --security-opt seccomp=unconfined \
	    localhost/busybox awk '/^(Seccomp|Seccomp_filters|NoNewPrivs):/ {
	    printf "%s ", $2 }' /proc/self/status)" "0 0 0 "
	bh run --rm --network none --security-opt seccomp=unconfined \
	    --cap-add SYS_ADMIN localhost/busybox \
	    sh -c 'mount -t tmpfs none /tmp && touch /tmp/x'
}
@test "audit: an unconfined container is free of our filters and Landlock" { each bare; }

# Each container of root's has ids that no other has.
@test "audit: no two containers of root's share an id" {
	root run -d --network none --name front-root localhost/busybox \
	    sleep 1000 >/dev/null
	a=$(root inspect --format '{{.State.Pid}}' aud-root)
	b=$(root inspect --format '{{.State.Pid}}' front-root)
	for map in uid_map gid_map; do
		read -r _ first _ <"/proc/$a/$map"
		read -r _ second _ <"/proc/$b/$map"
		[ "$first" -ge $((second + 65536)) ] ||
		    [ "$second" -ge $((first + 65536)) ]
	done
}

# given_up TRACE: whatever is executed, but the front end and refresh, is so by
# a process that has become the account (subids: ids that nobody has) for good,
# or by a child of one.
given_up() {
	awk -v uid="$(id -u bulkhead)" '
	    NR == FNR {
		if (/(clone|clone3|vfork|fork)[( ].*= [0-9]+$/)
			parent[$NF] = $1
		next
	    }
	    index($0, "setresuid(" uid ", " uid ", " uid) ||
	    index($0, "setresuid(65534, 65533, 65533") {
		drops[$1] = 1
	    }
	    # strace prints a call in two lines when another process runs on.
	    /setresuid(\(| resumed)/ && /= 0$/ && drops[$1] {
		dropped[$1] = 1
	    }
	    /execve(at)?\(/ && !/= -1/ {
		n++
		for (p = $1; p != "" && !dropped[p]; p = parent[p])
			;
		if (p == "" && n > 1 && !/"refresh"/) {
			print "# " $0
			bad = 1
		}
	    }
	    END { exit bad || n < 6 }' "$1" "$1"
}

# "Has ever had": a helper is the account before it is executed, and can gain
# nothing from then on, because no file of ours but refresh gives any.
@test "audit: root is given up before any other helper is executed" {
	strace -f -qq -o "$T/trace" \
	    -e trace=execve,execveat,setresuid,clone,clone3,fork,vfork \
	    "$BH" --root "$T/root/storage" --runroot "$T/root/run" \
	    run --rm --network none localhost/busybox true
	given_up "$T/trace"
	# When all is executed first and given up then, it must not pass.
	{ grep -v setresuid "$T/trace"; grep setresuid "$T/trace"; } >"$T/late"
	not given_up "$T/late"
	# As the user, there is nothing to give up.
	is "$(as_user awk '/^Cap(Prm|Eff|Inh|Amb):/ { print $2 }' \
	    /proc/self/status | sort -u)" $NONE
}

# The reaper and the monitor that stay behind are all that stays.
stays() {
	local names
	names=$(ours | awk '{ print $2 }' | sort | uniq -c | tr -s ' \n' ' ')
	is "$names" " 2 monitor 2 reaper "
}
@test "audit: of a detached container a reaper and a monitor stay, no more" {
	until_true 5 stays
}

# early PROGRAM: what a second process of the account or of the user reaches.
early() { is "$("$T/early" "$(id -u "$ACCOUNT")" "$1")" "$2" "$1, as $ACCOUNT"; }

@test "audit: no process of the same user traces a helper before it has confined itself" {
	local copied="launch cgroup init" p
	cc -Wall -Werror -D_GNU_SOURCE -O1 -o "$T/early" tests/system/early.c
	# These are copied by who starts them, and must be readable.
	is "$(cd "$BH_PREFIX/libexec/bulkhead" && find . -type f -perm -044 | sort)" \
	    "$(printf './%s\n' $copied | sort)"
	for ACCOUNT in bulkhead "$BH_USER"; do
		for p in "$BH_PREFIX"/libexec/bulkhead/*; do
			case " $copied " in
			*" ${p##*/} "*)	continue ;;
			esac
			early "$p" closed
		done
		# It can fail: the same program, where the user may read it.
		install -m 755 "$BH_PREFIX/libexec/bulkhead/resolve" "$T/open"
		early "$T/open" "mem"$'\n'"ptrace"
		rm "$T/open"
	done
}
