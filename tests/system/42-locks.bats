# The locks of containers, as commands see them.

load lib

setup() {
	HELD=
}

teardown() {
	# Whoever still waits for a fifo, or was stopped, ends with this.
	for pid in $HELD; do
		kill -KILL "$pid" 2>/dev/null || true
	done
	rm -f "$T"/fifo.* "$T"/conf.*
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
}

# conf NAME=VALUE...: from here on, bhc is bulkhead with these of [engine].
conf() {
	CONF=$(mktemp "$T/conf.XXXXXX")
	chmod 644 "$CONF"
	echo '[engine]' >"$CONF"
	printf '%s\n' "$@" >>"$CONF"
}

bhc() {
	if [ "$WHO" = root ]; then
		CONTAINERS_CONF=$CONF root "$@"
	else
		as_user env CONTAINERS_CONF="$CONF" "$BH" "$@"
	fi
}

# create NAME...: containers, with the configuration of bhc.
create() {
	local n
	for n; do
		bhc create --name "$n" localhost/busybox true >/dev/null
	done
}

numbers() {
	bhc system locks -a -n --format '{{.ID}} {{.Name}}' | sort -n
}

# hold NAME: a command that makes a container, and holds its lock until
# something is written to $T/fifo.NAME. Its pid is in $HOLDER.
hold() {
	mkfifo -m 666 "$T/fifo.$1"
	bhc create --name "$1" --env-file "$T/fifo.$1" localhost/busybox true \
	    >/dev/null 3>&- &
	SHELL_PID=$!
	HELD="$HELD $SHELL_PID"
	until_true 20 is_holding
	HOLDER=$(bhc system locks -n --format '{{.Kind}} {{.Holder}}' |
	    sed -n 's/^container //p')
	HELD="$HELD $HOLDER"
}

# Is the lock of some container held?
is_holding() {
	bhc system locks -n --format '{{.Kind}}' | grep -q '^container$'
}

let_go() {
	echo >"$T/fifo.$1"
	rm -f "$T/fifo.$1"
	wait "$SHELL_PID"
}

@test "S43 S44 S46 S47: each container has a number; num_locks is their bound, and grows at once" {
	have_busybox
	numbered() {
		conf 'num_locks = 33'
		create a b c
		is "$(numbers)" "$(printf '0 a\n1 b\n2 c')" "numbers"
		bhc rm a >/dev/null
		is "$(numbers)" "$(printf '1 b\n2 c')" "freed with a container"
		create d
		is "$(numbers)" "$(printf '0 d\n1 b\n2 c')" "the lowest again"
		is "$(bhc run --rm localhost/busybox echo yes)" yes
		is "$(numbers | wc -l)" 3 "none for one that goes with its command"
		create $(seq -f n%g 61)
		is "$(numbers | tail -1)" "63 n61" "33 are 64"
		fails 125 bhc create --name more localhost/busybox true
		[[ "$err" == *"num_locks"* ]]
		bhc inspect more >/dev/null 2>&1 && return 1
		bhc ps -a >/dev/null
		conf 'num_locks = 96'
		create more
		is "$(numbers | tail -1)" "64 more" "in the enlarged table"
		conf 'num_locks = 64'
		fails 125 bhc rm n1
		[[ "$err" == *"system renumber"* ]]
		is "$(bhc ps -a -q | wc -l)" 65 "what takes no locks works"
		fails 125 bhc system renumber
		[[ "$err" == *"num_locks"* ]]
		conf 'num_locks = 96'
		bhc rm -f b c n1 >/dev/null
		conf 'num_locks = 64'
		# Into a file: grep -q would end it by SIGPIPE before it is done.
		bhc system renumber >"$T/plan.$WHO"
		grep -q 'more: lock 64 -> ' "$T/plan.$WHO"
		is "$(numbers | wc -l)" 62
		is "$(numbers | tail -1 | cut -d' ' -f1)" 61 "from 0 up"
		bhc rm -f -a >/dev/null
		is "$(numbers)" "" "all are free"
	}
	each numbered
}

@test "S42 S48: the lock type file is a directory of files, with numbers and no bound" {
	have_busybox
	files() {
		conf 'lock_type = "file"' 'num_locks = 1'
		create $(seq -f f%g 40)
		is "$(numbers | tail -1)" "39 f40"
		local dir=$T/root/run/bulkhead/locks
		[ "$WHO" = root ] || dir=$T/xdg/bulkhead/locks
		dir=$(ls -d "$dir"/*.file)
		[ -f "$dir/39" ]
		hold held
		is "$(bhc system locks -n --format '{{.Holder}}' | sort -u)" \
		    "$HOLDER"
		tr '\0' ' ' <"/proc/$HOLDER/cmdline" | grep -q 'create --name held '
		let_go held
		bhc rm f3 >/dev/null
		create again
		is "$(numbers | sed -n 3p)" "2 again"
		bhc system renumber >/dev/null
		is "$(numbers | tail -1 | cut -d' ' -f1)" 40
		bhc rm -fa >/dev/null
		is "$(numbers)" ""
	}
	each files
}

@test "S45: a lock type that is neither shm nor file is refused" {
	have_busybox
	unknown() {
		conf 'lock_type = "flock"'
		fails 125 bhc create localhost/busybox true
		[[ "$err" == *flock* && "$err" == *shm* ]]
		is "$(echo "$err" | grep -c '^Error')" 1
	}
	each unknown
}

@test "S49 X4 S79: renumber is planned, and excludes commands at work" {
	have_busybox
	renumbered() {
		conf 'num_locks = 2048'
		create a b c
		bhc rm a >/dev/null
		# In the order of their ids, which are random.
		is "$(bhc system renumber --plan | grep -c '^container [bc]: lock [12] -> [01]$')" \
		    "$(bhc system renumber --plan | grep -c .)"
		is "$(numbers)" "$(printf '1 b\n2 c')" "a plan changes nothing"
		hold h
		bhc system renumber >"$T/out" 2>"$T/err" 3>&- &
		local pid=$!
		until_true 10 grep -q "process $HOLDER " "$T/err"
		kill -0 $pid
		is "$(wc -l <"$T/err")" 1 "one line says for whom it waits"
		let_go h
		wait $pid
		is "$(numbers | cut -d' ' -f1 | tr '\n' ' ')" "0 1 2 "
		is "$(bhc inspect --format '{{.LockNumber}}' b c h | sort |
		    tr '\n' ' ')" "0 1 2 " "recorded"
		is "$(bhc system renumber)" "" "nothing to do again"
		is "$(bhc events --stream=false --filter event=renumber \
		    --format '{{.Type}} {{.Status}}' | sort -u)" \
		    "system renumber"
	}
	each renumbered
}

@test "S49: a renumbering that is killed is finished by the next command" {
	have_busybox
	killed() {
		conf 'num_locks = 2048'
		create a b c
		bhc rm a >/dev/null
		# Killed by turns at later and later moments.
		for ms in 1 3 5 7 9 11 13 15 17 20; do
			bhc system renumber >/dev/null 2>&1 3>&- &
			sleep 0.0$(printf %02d $ms)
			pkill -KILL -P $! 2>/dev/null || true
			kill -KILL $! 2>/dev/null || true
			wait $! 2>/dev/null || true
			create "k$ms"
			is "$(numbers | cut -d' ' -f1 | sort | uniq -d)" "" \
			    "no number twice"
			is "$(numbers | cut -d' ' -f2 | sort)" \
			    "$(bhc ps -a --format '{{.Names}}' | sort)"
			is "$(numbers | sort -k2)" "$(for n in $(bhc ps -a \
			    --format '{{.Names}}'); do
				echo "$(bhc inspect --format \
				    '{{.LockNumber}}' $n) $n"
			done | sort -k2)" "rows and table agree"
			bhc rm -f b >/dev/null
			create b
		done
		bhc rm -fa >/dev/null
	}
	each killed
}

@test "S47 S83: after a boot, containers have the locks that they had" {
	have_busybox
	boots() {
		conf 'num_locks = 2048'
		create a b c
		bhc rm a >/dev/null
		# The run directory goes, as at a boot.
		rm -rf "$T/root/run/bulkhead" "$T/xdg/bulkhead"
		create d
		is "$(numbers)" "$(printf '0 d\n1 b\n2 c')"
		bhc rm -fa >/dev/null
	}
	each boots
}

@test "X10: two stores of one user have locks of their own" {
	have_busybox
	two() {
		conf 'num_locks = 32'
		local r="$T/user/two"
		[ "$WHO" = user ] || r=$T/root2
		bhc --root "$r" load -q -i "$BH_FIXTURES/busybox.docker.tar" \
		    >/dev/null
		create $(seq -f n%g 32)
		fails 125 bhc create --name full localhost/busybox true
		bhc --root "$r" create --name other localhost/busybox true \
		    >/dev/null
		is "$(bhc --root "$r" system locks -a -n --format \
		    '{{.ID}} {{.Name}}')" "0 other"
		bhc rm -fa >/dev/null
		is "$(bhc --root "$r" system locks -a -n --format \
		    '{{.ID}} {{.Name}}')" "0 other"
		bhc --root "$r" rm -fa >/dev/null
	}
	each two
}

@test "D5: system locks shows holder, command, age and waiters; a holder's death frees its locks" {
	have_busybox
	seen() {
		conf 'num_locks = 2048'
		create idle
		hold h
		local line=$(bhc system locks -n --format \
		    '{{.ID}}|{{.Kind}}|{{.Holder}}|{{.Age}}|{{.Waiters}}' |
		    grep container)
		[[ "$line" == "1|container|$HOLDER|"*"|0" ]]
		[[ "$(bhc system locks)" == *COMMAND*WAITERS* ]]
		is "$(bhc system locks --format json | python3 -c '
import json, sys
for l in json.load(sys.stdin):
    if l["Kind"] == "container":
        print(l["Id"], l["Pid"], l["Held"], len(l["Waiters"]))')" \
		    "1 $HOLDER True 0"
		is "$(bhc system locks -a -n --format '{{.Name}} {{.Held}}' |
		    grep idle)" "idle false"
		kill -KILL "$HOLDER"
		wait "$SHELL_PID" || true
		until_true 5 not is_holding
		is "$(numbers)" "0 idle" "with the number that nobody recorded"
		rm -f "$T/fifo.h"
		# One that is stopped is named to those who wait for it.
		hold h
		kill -STOP "$HOLDER"
		bhc system renumber >/dev/null 2>"$T/err" 3>&- &
		local pid=$!
		until_true 10 grep -q "process $HOLDER (bulkhead " \
		    "$T/err"
		kill -CONT "$HOLDER"
		let_go h
		wait $pid
		bhc rm -fa >/dev/null
	}
	each seen
}
