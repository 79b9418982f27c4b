# The policies that the programs confine themselves with: none of them lacks a
# call that a command needs, whatever its options are; what they lack is
# reported by name; and paths relative to the working directory work under
# them. Every command here is run from an installed copy, confined.

load lib

setup_file() {
	load lib
	export T=$(mktemp -d /var/tmp/bulkhead-system.XXXXXX)
	chmod 711 "$T"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
	install -d -m 700 "$T/root"
	have_busybox
}

# home: the directory that commands of $WHO are started in.
home() { printf %s "$T/$WHO"; }

# bhd ARG...: bulkhead in the home directory.
bhd() {
	case $WHO in
	root)	(cd "$T/root" && root "$@") ;;
	user)	user "$@" ;;
	esac
}

# --- relative paths ---

see() {	# see WANT OPTION...: what the container has in /y/f
	is "$(bhd run --rm --network none "${@:2}" localhost/busybox \
	    cat /y/f 2>&1)" "$1" "${*:2}"
}

relative() {
	local d; d=$(home)
	mkdir -p "$d/x/in" "$d/w"
	echo here >"$d/f"; echo below >"$d/x/f"; echo deep >"$d/x/in/f"
	[ "$WHO" = root ] || chown -R "$BH_USER" "$d/f" "$d/x" "$d/w"
	see here -v .:/y
	see here -v ./:/y
	see below -v ./x:/y
	see below -v ./x:/y:ro
	see deep -v ./x/in/../in:/y
	see below -v ./w/../x/:/y
	see below --mount type=bind,src=./x,dst=/y
	see below --mount type=bind,source=x,target=/y
	see deep --mount type=bind,src=x/in,dst=/y,ro
	see below --mount "type=bind,src=$d/x,dst=/y"
	# None of these made a volume.
	is "$(bhd volume ls -q)" ""
	# The container has the absolute path, wherever it is started later.
	bhd create --name rel --network none -v ./x:/y localhost/busybox \
	    cat /y/f >/dev/null
	is "$(bh inspect --format '{{(index .Mounts 0).Source}}' rel)" "$d/x"
	is "$(bh start -a rel)" below
	bh rm rel >/dev/null
	# A path that is not there is named, and nothing is left.
	fails 125 bhd run --rm --network none -v ./nosuch:/y localhost/busybox true
	[[ ${err,,} == *"${d,,}/nosuch"*"no such file or directory"* ]] || {
		echo "# $err"; return 1; }
}
@test "policies: sources relative to the working directory, as podman has them" { each relative; }

rootfs() {
	local d; d=$(home)
	mkdir -p "$d/fs"
	tar -xf "$BH_FIXTURES/busybox.docker.tar" -C "$T" --wildcards '*.tar' \
	    2>/dev/null || skip "no layer in the archive"
	for layer in "$T"/*.tar "$T"/*/layer.tar; do
		[ ! -f "$layer" ] || tar -xf "$layer" -C "$d/fs"
	done
	[ "$WHO" = root ] || chown -R "$BH_USER" "$d/fs"
	is "$(bhd run --rm --network none --rootfs ./fs echo hi 2>&1)" hi
	is "$(bhd run --rm --network none --rootfs fs echo hi 2>&1)" hi
}
@test "policies: a root directory relative to the working directory" { each rootfs; }

# --- every command with every option ---

# What a sweep works with; made again where a command takes it away.
prepare() {
	bhd container inspect -f '{{.State.Status}}' swp-run swp >"$T/st" 2>/dev/null || true
	if [ "$(tr '\n' ' ' <"$T/st")" != "running exited " ]; then
		have_busybox
		bhd rm -f -a -t 0 >/dev/null 2>&1 || true
		bhd run -d --init --name swp-run --network none \
		    localhost/busybox sleep 1000 >/dev/null
		bhd run --name swp --network none localhost/busybox echo hi >/dev/null
		bhd container inspect -f '{{.Id}}' swp >"$(home)/cid"
	fi
	bhd volume exists swp-vol || bhd volume create swp-vol >/dev/null
	bhd pod exists swp-pod || bhd pod create --name swp-pod --infra=false >/dev/null
}

# value COMMAND OPTION FIRST: a plausible value; FIRST is the first word that
# the table completes it with.
value() {
	case $2 in
	add-host) echo h:127.0.0.1 ;;
	annotation|label|env) echo a=b ;;
	condition) echo exited ;;
	boot-id) cat /proc/sys/kernel/random/uuid ;;
	cap-add|cap-drop) echo KILL ;;
	change) echo CMD=true ;;
	cidfile|pod-id-file|pidfile)
		case $1 in
		*run|*create) echo "new.$2.$RANDOM$RANDOM" ;;
		*) echo cid ;;
		esac ;;
	conmon) echo /bin/true ;;
	detach-keys) echo ctrl-q ;;
	dns) echo 192.0.2.1 ;;
	dns-option) echo ndots:1 ;;
	dns-search) echo example.org ;;
	entrypoint) echo true ;;
	env-file|label-file) echo lines ;;
	exit-status|last|tail) echo 1 ;;
	filter)
		case $1 in
		*images|image*) echo dangling=true ;;
		events) echo event=start ;;
		volume*) echo label=a ;;
		*) echo label=a=b ;;
		esac ;;
	group-entry|passwd-entry) echo x ;;
	hostname) echo host ;;
	input) echo image.tar ;;
	interval|since) echo 1s ;;
	log-opt) echo max-size=1m ;;
	module) echo module.conf ;;
	mount) echo type=bind,src=.,dst=/m ;;
	namespace) echo swp ;;
	network-config-dir|tmpdir) echo "$(home)/dir" ;;
	opt) echo type=none ;;
	pod) echo swp-pod ;;
	root|runroot) echo "$(home)/other/$2" ;;
	runtime) echo launch ;;
	security-opt) echo seccomp=profile.json ;;
	shm-size) echo 1m ;;
	state) echo dir ;;
	stop-signal|signal) echo TERM ;;
	stop-timeout|time|timeout) echo 0 ;;
	storage-driver) echo overlay ;;
	tmpfs) echo /t ;;
	ulimit) echo nofile=64:64 ;;
	umask) echo 0022 ;;
	until) echo 0s ;;
	user) echo 0 ;;
	volume) echo ./dir:/v ;;
	workdir) echo / ;;
	*)	[ "$3" = - ] && echo x || echo "$3" ;;
	esac
}

# operands COMMAND OPTION: what the command is about.
operands() {
	case "$1 $2" in
	'start all'|*' latest'|'stop all'|'kill all'|'rm all'|'pause all'|\
	'unpause all'|'volume inspect all'|'volume rm all'|'pod rm all'|\
	'rmi all'|'container cleanup all'|*' cidfile'|*' pod-id-file')
		case $1 in run|create) ;; *) return 0 ;; esac ;;
	esac
	case $1 in
	run|create)
		[ "$2" = rootfs ] && echo ./nosuch true ||
		    echo localhost/busybox true ;;
	start|history|logs|inspect|wait|rm|'container cleanup') echo swp ;;
	stop|kill|pause|unpause) echo swp-run ;;
	rmi) echo localhost/busybox ;;
	import) echo plain.tar localhost/imported ;;
	'volume create') echo "vol$RANDOM$RANDOM" ;;
	'volume inspect'|'volume rm'|'volume exists') echo swp-vol ;;
	'pod create') ;;
	'pod inspect'|'pod rm'|'pod exists') echo swp-pod ;;
	'config check') echo module.conf ;;
	'config explain') echo containers.seccomp_profile ;;
	esac
}

# one COMMAND OPTION KIND FIRST: run it, and see how it ended.
one() {
	local words=($1) code=0 fixed=()
	case $1 in
	rm|rmi|stop|kill|start|pause|unpause|'pod rm'|'volume rm'|\
	'volume prune'|'system shutdown'|'container cleanup') prepare ;;
	esac
	case $1 in
	run|create) fixed=(--network none) ;;
	events) fixed=(--stream=false) ;;
	refresh) fixed=(--plan) ;;
	'volume prune') fixed=(--force) ;;
	'system shutdown') fixed=(--force --time 0) ;;
	esac
	[ "$2" != apply ] || fixed=()
	[ "$2" != network ] || fixed=()
	[ "$2" != stream ] || fixed=(--until 0s)
	case $3 in
	flag)	words+=("${fixed[@]}" "--$2") ;;
	value)	words+=("${fixed[@]}" "--$2" "$(value "$1" "$2" "$4")") ;;
	global)	words=("--$2" "$(value "$1" "$2" "$4")" "${words[@]}") ;;
	none)	words+=("${fixed[@]}") ;;
	esac
	words+=($(operands "$1" "$2"))
	case "$1 $2" in
	'logs follow') words=(logs -f swp) ;;
	'load '*) [ "$2" = input ] || words+=(-i image.tar) ;;
	esac
	timeout -k 1 30 "${ENGINE[@]}" "${words[@]}" </dev/null \
	    >"$T/sweep.out" 2>&1 || code=$?
	n=$((n + 1))
	[ $code -eq 0 ] || echo "# $code: ${words[*]}: $(tail -1 "$T/sweep.out" |
	    cut -c1-150)"
	case $code in
	0|1|2|125|126|127) ;;
	*)	echo "# ended with $code: bulkhead ${words[*]}"; bad=$((bad + 1)) ;;
	esac
	if grep -aE 'internal fault|signal 31|Bad system call' "$T/sweep.out"; then
		echo "# stopped by a policy: bulkhead ${words[*]}"
		bad=$((bad + 1))
	fi
}

sweep() {
	local d n=0 bad=0; d=$(home)
	mkdir -p "$d/dir" "$d/other"
	echo a=b >"$d/lines"
	echo '[containers]' >"$d/module.conf"
	echo '{"defaultAction":"SCMP_ACT_ALLOW"}' >"$d/profile.json"
	cp "$BH_FIXTURES/busybox.docker.tar" "$d/image.tar"
	tar -cf "$d/plain.tar" -C "$d" lines
	[ "$WHO" = root ] || chown -R "$BH_USER" "$d/dir" "$d/other" "$d"/*.*
	mapfile -t ENGINE < <(engine)
	cd "$d"
	prepare
	# Words that mean the same command are swept once.
	while IFS=$'\t' read -r kind command option _ how first _; do
		case $command in
		container\ cleanup) ;;
		container\ *|image\ *|'system info') continue ;;
		esac
		case $kind in
		command)	one "$command" - none - ;;
		option)
			case $how in refused|ignored) continue ;; esac
			first=${first%%|*}
			case $option in dump-*|trace|help) continue ;; esac
			if [ "$command" = - ]; then
				[ "$how" = value ] && one ps "$option" global "$first"
			else
				one "$command" "$option" "$how" "$first"
			fi ;;
		esac
	done < <("$BH" --dump-options)
	echo "# $n commands, $bad of them bad"
	[ $bad -eq 0 ] && [ $n -gt 250 ]
}
@test "policies: no command with any of its options meets what its policy lacks, as root" {
	WHO=root
	sweep
}
@test "policies: no command with any of its options meets what its policy lacks, as a user" {
	WHO=user
	sweep
}

# On a terminal other calls are made: its size, raw mode, and back.
terminal() {
	local line code
	mapfile -t ENGINE < <(engine)
	for line in 'ps -a' 'images' 'info' 'version' 'volume ls' 'pod ps' \
	    'inspect swp-run' 'events --stream=false' 'logs swp' \
	    'load -i image.tar' 'run --rm -it --network none localhost/busybox tty' \
	    'run --rm -t --network none localhost/busybox tty' \
	    'start -a swp' 'history swp' 'rm -f nosuch' \
	    'config show' 'system locks'; do
		code=0
		(cd "$(home)" && timeout -k 1 20 script -qec \
		    "$(printf '%q ' "${ENGINE[@]}") $line" /dev/null \
		    </dev/null) >"$T/tty.out" 2>&1 3>&- || code=$?
		case $code in 0|1|125) ;; *) echo "# $code: $line"; cat "$T/tty.out"; return 1 ;; esac
		not grep -aE 'internal fault|signal 31' "$T/tty.out" || {
			echo "# $line"; return 1; }
	done
}
@test "policies: nor does any on a terminal" {
	for WHO in root user; do prepare; cp "$BH_FIXTURES/busybox.docker.tar" "$(home)/image.tar"; done
	chmod 644 "$T/user/image.tar"
	each terminal
}

# --- files of a helper ---

# restricted TRACE: each process that looks at a process of the container in
# its /proc is in a Landlock domain of its own by then, and so is the program
# that reads messages.
restricted() {
	awk '
	    /execve(at)?\(.*"cgroup"/ && !/= -1/ { main[$1] = 1 }
	    /landlock_restrict_self\(/ && /= 0$/ { domain[$1] = 1 }
	    /openat\([0-9]+, "[0-9]+\/stat"/ {
		n++
		if (!domain[$1]) { print "# " $0; bad = 1 }
	    }
	    END {
		for (p in main) { m++; if (!domain[p]) bad = 1 }
		exit bad || n == 0 || m == 0
	    }' "$1"
}
@test "policies: the helper cgroup opens nothing but a container's /proc" {
	WHO=root
	prepare
	strace -f -qq -o "$T/trace" \
	    -e trace=execve,execveat,landlock_restrict_self,openat \
	    "$BH" --root "$T/root/storage" --runroot "$T/root/run" \
	    pause swp-run
	bh unpause swp-run
	restricted "$T/trace"
	grep -v landlock_restrict_self "$T/trace" >"$T/without"
	not restricted "$T/without"
	# Both of its processes have ended with the command.
	until_true 5 not pgrep -f "^$BH_PREFIX/libexec/bulkhead/cgroup"
}
