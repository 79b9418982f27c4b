# What a first day with the engine meets: files that the command line names,
# values that become lines of a container's files, the installation.

load lib

setup() { have_busybox; }

# A directory of $WHO's that no one else can enter, in $D.
private() {
	case $WHO in
	root)	D=$T/of-root; install -d -m 700 "$D" ;;
	user)	D=$T/user/own; as_user install -d -m 700 "$D" ;;
	esac
}

# put NAME MODE: standard input as a file of $WHO's in $D.
put() {
	cat >"$D/$1"
	chmod "$2" "$D/$1"
	[ "$WHO" = root ] || chown "$BH_USER" "$D/$1"
}

# run OPTION... -- COMMAND...: in a new container of busybox.
run() {
	local opts=()
	while [ "$1" != -- ]; do opts+=("$1"); shift; done
	bh run --rm --network none "${opts[@]}" localhost/busybox "${@:2}"
}

reads_private_files() {
	private
	printf 'A=env file\n' | put env 600
	printf 'L=label file\n' | put labels 600
	is "$(run --env-file "$D/env" -- sh -c 'echo $A')" "env file"
	bh create --network none --name labelled --label-file "$D/labels" \
	    localhost/busybox true
	is "$(bh inspect -f '{{.Config.Labels.L}}' labelled)" "label file"
	bh rm labelled
	bh pod create --infra=false --label-file "$D/labels" p
	bh pod rm p
	# Links are followed.
	ln -s env "$D/link"
	is "$(run --env-file "$D/link" -- sh -c 'echo $A')" "env file"
}

@test "files of the command line are opened with the person's rights" {
	each reads_private_files
}

keeps_profile() {
	private
	printf '%s' '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}' |
	    put profile.json 600
	bh create --network none --name prof --security-opt \
	    "seccomp=$D/profile.json" localhost/busybox \
	    sh -c 'mkdir /tmp/x 2>/dev/null && echo made || echo refused' >/dev/null
	# As podman: the profile is the container's from here on.
	rm "$D/profile.json"
	is "$(bh start -a prof)" refused
	is "$(bh start -a prof)" refused
	bh rm prof
	fails 125 run --security-opt "seccomp=$D/none.json" -- true
	is "$err" "Error: opening seccomp profile failed: open $D/none.json: No such file or directory"
}

@test "a seccomp profile of a private directory is read once, when the container is made" {
	each keeps_profile
}

reads_configuration() {
	private
	printf '[containers]\nenv = ["C=conf"]\n' | put c.conf 600
	printf '[containers]\nenv = ["C=module"]\n' | put m.conf 600
	# Twice: the second time from the cache.
	for i in 1 2; do
		is "$(CONF=CONTAINERS_CONF with_conf "$D/c.conf")" conf
		is "$(CONF=CONTAINERS_CONF_OVERRIDE with_conf "$D/c.conf")" conf
	done
	is "$(bh --module "$D/m.conf" run --rm --network none localhost/busybox \
	    sh -c 'echo $C')" module
	fails 125 bh --module "$D/none.conf" ps
	is "$err" "Error: cannot read $D/none.conf: No such file or directory"
}

# with_conf FILE: with $CONF set to it, the value of C in a container.
with_conf() {
	case $WHO in
	root)	env "$CONF=$1" "$BH" --root "$T/root/storage" --runroot \
		    "$T/root/run" run --rm --network none localhost/busybox \
		    sh -c 'echo $C' ;;
	user)	as_user env "$CONF=$1" "$BH" run --rm --network none \
		    localhost/busybox sh -c 'echo $C' ;;
	esac
}

@test "configuration that the person names may be private" {
	each reads_configuration
}

writes_private_files() {
	private
	bh run -d --name out --network none --cidfile "$D/cid" \
	    --pidfile "$D/pid" localhost/busybox sleep 100
	is "$(cat "$D/cid")" "$(bh inspect -f '{{.Id}}' out)"
	is "$(cat "$D/pid")" "$(bh inspect -f '{{.State.Pid}}' out)"
	fails 125 run --cidfile "$D/cid" -- true
	bh kill --cidfile "$D/cid"
	bh rm -f --cidfile "$D/cid"
	not bh inspect out
	# Nothing waits for a reader.
	mkfifo -m 600 "$D/fifo"
	[ "$WHO" = root ] || chown "$BH_USER" "$D/fifo"
	fails 125 limited --pidfile "$D/fifo"
}

@test "ids and pids are written to, and read from, private directories" {
	each writes_private_files
}

# The engine as $WHO under a limit: seconds and memory.
limited() {
	mapfile -t cmd < <(engine)
	(ulimit -v 1500000; timeout 20 "${cmd[@]}" run --rm --network none "$@" \
	    localhost/busybox env)
}

bounds_files() {
	private
	fails 125 limited --env-file /dev/zero
	case $err in *"/dev/zero is a device"*) ;; *) is "$err" device ;; esac
	fails 125 limited --label-file /dev/zero
	fails 125 limited --security-opt seccomp=/dev/zero
	head -c 4194305 /dev/zero | tr '\0' '#' | put big 600
	fails 125 limited --env-file "$D/big"
	case $err in *"has more than 4194304 bytes"*) ;; *) is "$err" bound ;; esac
	head -c 4194304 "$D/big" | put most 600
	limited --env-file "$D/most" >/dev/null
	limited --env-file /dev/null >/dev/null
	mkfifo -m 600 "$D/pipe"
	[ "$WHO" = root ] || chown "$BH_USER" "$D/pipe"
	fails 125 limited --env-file "$D/pipe"
	case $err in *"has no writer"*) ;; *) is "$err" writer ;; esac
	(sleep 0.3; echo A=piped >"$D/pipe") &
	limited --env-file "$D/pipe" | grep -x A=piped
	wait
	fails 125 bh load -i /dev/zero
}

@test "files without end are refused, pipes without a writer are not waited for" {
	each bounds_files
}

substitutes() {
	private
	is "$(run --env-file <(sleep 0.2; echo A=b) --label-file <(echo L=l) -- \
	    sh -c 'echo $A')" b
	is "$(echo A=stdin | run --env-file /dev/stdin -- sh -c 'echo $A')" stdin
	run --security-opt seccomp=<(echo '{"defaultAction":"SCMP_ACT_ALLOW"}') \
	    -- true
	is "$(bh load -q -i <(cat "$BH_FIXTURES/busybox.docker.tar"))" \
	    "Loaded image: localhost/busybox:latest"
	is "$(bh load -q <"$BH_FIXTURES/busybox.docker.tar")" \
	    "Loaded image: localhost/busybox:latest"
	is "$(cat "$BH_FIXTURES/busybox.docker.tar" | bh load -q)" \
	    "Loaded image: localhost/busybox:latest"
}

@test "<(command) is a file" {
	each substitutes
}

refuses_lines() {
	local evil=$'a\nnameserver 6.6.6.6'
	for option in --dns --dns-search --dns-option --add-host --hostname --name; do
		fails 125 run "$option" "$evil" -- true
		fails 125 run "$option" "x y" -- true
		fails 125 run "$option" $'x\ty' -- true
		fails 125 run "$option" $'x\ry' -- true
	done
	fails 125 run --add-host $'h\n6.6.6.6 evil:1.2.3.4' -- true
	fails 125 run --add-host $'h\tevil:1.2.3.4' -- true
	fails 125 run --user $'1000:1000\nevil' -- true
	is "$(run --dns 1.2.3.4 --dns-search a.example --dns-search b.example \
	    --dns-option ndots:2 --add-host db:10.0.0.1 -- \
	    sh -c 'cat /etc/resolv.conf; grep -w db /etc/hosts')" \
	    $'search a.example b.example\nnameserver 1.2.3.4\noptions ndots:2\n10.0.0.1\tdb'
}

@test "values of options write no lines of their own into a container's files" {
	each refuses_lines
}

one_network() {
	for second in none host private; do
		fails 125 bh run --rm --network host --network "$second" \
		    localhost/busybox true
		is "$err" 'Error: cannot set multiple networks without bridge network mode, selected mode host: invalid argument'
	done
	fails 125 bh create --network none --net host localhost/busybox true
}

@test "two network modes contradict each other" {
	each one_network
}

own_root() {
	private
	case $WHO in
	root)	install -d -m 755 "$D/store" ;;
	user)	as_user install -d -m 755 "$D/store" ;;
	esac
	mapfile -t cmd < <(case $WHO in root) echo "$BH" ;; user) engine ;; esac)
	"${cmd[@]}" --root "$D/store" --runroot "$D/run" load -q -i \
	    "$BH_FIXTURES/busybox.docker.tar"
	is "$(stat -c %a "$D/store")" 700
	# A directory that holds something else is not taken over.
	case $WHO in
	root)	install -d -m 755 "$D/full" "$D/full/x" ;;
	user)	as_user install -d -m 755 "$D/full" "$D/full/x" ;;
	esac
	fails 125 "${cmd[@]}" --root "$D/full" --runroot "$D/run2" images
	is "$(stat -c %a "$D/full")" 755
}

@test "--root may be an empty directory of the caller's" {
	each own_root
}

@test "make uninstall removes all that make install put there" {
	local dest=$T/dest
	(umask 077
	make -s -C "$BH_SOURCE" install DESTDIR="$dest" PREFIX=/usr >/dev/null)
	# For all users, whatever the umask of the person who installs it; but for
	# the helpers, which users start and must not be able to trace. Three are
	# copied into memory, and read for that.
	is "$(find "$dest/usr" ! -perm -a+r -printf '%m %f\n' | sort)" \
	    "$(cd "$dest/usr/libexec/bulkhead" && ls -1 | LC_ALL=C sort |
	    grep -vx -e launch -e cgroup -e init | sed 's/^/711 /')"
	is "$(stat -c %a "$dest"/usr/lib/systemd/*/bulkhead-restart.service | tr '\n' ' ')" \
	    "644 644 "
	[ -x "$dest/usr/share/bulkhead/make-account" ]
	[ -x "$dest/usr/bin/bulkhead" ]
	# What another package has there stays.
	echo >"$dest/usr/share/man/man1/other.1"
	make -s -C "$BH_SOURCE" uninstall DESTDIR="$dest" PREFIX=/usr >/dev/null
	is "$(cd "$dest" && find . ! -type d)" ./usr/share/man/man1/other.1
	[ ! -e "$dest/usr/libexec/bulkhead" ]
	[ ! -e "$dest/usr/share/bulkhead" ]
	rm -rf "$dest"
}

@test "what building and running need is none of what testing needs" {
	cd "$BH_SOURCE"
	for p in podman clang sudo strace bats busybox-static debootstrap; do
		not grep -qw "$p" <<<"$(sh tools/deps.sh -n build run)"
		grep -qw "$p" <<<"$(sh tools/deps.sh -n test)"
	done
	# Without words it is everything; a word that is none is said.
	is "$(sh tools/deps.sh -n)" "$(sh tools/deps.sh -n build run test)"
	fails 64 sh tools/deps.sh -n bulid
	not grep -q 'deps-test' <<<"$(make -n run 2>&1)"
	not grep -qw podman <<<"$(make -n run | grep deps.sh)"
}

# A machine of its own as far as accounts go: /etc, /var/lib and /run.
other_machine() {
	mkdir -p "$T/etc.upper" "$T/etc.work"
	T=$T BH_PREFIX=$BH_PREFIX unshare -m bash -euc '
	mount -t tmpfs tmpfs "$T/etc.upper"
	mkdir "$T/etc.upper/u" "$T/etc.upper/w"
	mount -t overlay -o "lowerdir=/etc,upperdir=$T/etc.upper/u,workdir=$T/etc.upper/w" \
	    overlay /etc
	mount -t tmpfs tmpfs /var/lib
	mount -t tmpfs tmpfs /run
	sed -i /^bulkhead:/d /etc/passwd /etc/group /etc/shadow /etc/gshadow \
	    /etc/subuid /etc/subgid
	maker=$BH_PREFIX/share/bulkhead/make-account
	not() { if "$@"; then echo "# should have failed: $*"; exit 1; fi; }
	'"$1"
}

@test "root without the engine's account is told the command that makes it" {
	other_machine '
	not "$BH_PREFIX/bin/bulkhead" ps >"$T/said" 2>&1
	grep -F "make it with \`$maker\`" "$T/said"
	"$maker" && "$maker"
	grep -x "bulkhead:2147483648:1073741824" /etc/subuid
	[ "$(grep -c ^bulkhead: /etc/subgid)" = 1 ]
	"$BH_PREFIX/bin/bulkhead" --root /var/lib/s --runroot /run/r ps'
}

@test "make-account takes no ids that others have" {
	other_machine '
	echo "ann:2147483000:65536" >>/etc/subgid
	not "$maker" >"$T/said" 2>&1
	grep -F "/etc/subgid has the range ann:2147483000:65536" "$T/said"
	not getent passwd bulkhead
	not grep ^bulkhead: /etc/subuid
	not "$maker" 1x
	"$maker" 3000000000 65536
	grep -x "bulkhead:3000000000:65536" /etc/subuid'
}

names_first() {
	bh run -d --name there --network none localhost/busybox sleep 100 >/dev/null
	for command in "stop -t 0" "kill" "pause" "wait" "rm" "start"; do
		local code=125
		[ "$command" != rm ] || code=1
		fails $code timeout 20 "${cmd[@]}" $command there nosuch
		is "$err" 'Error: no container with name or ID "nosuch" found: no such container'
		is "$(bh ps --format '{{.Names}}')" there "after $command"
	done
	bh rm -f -t 0 there nosuch
	is "$(bh ps -aq)" ""
}

@test "of several names each is looked up before anything is done" {
	for WHO in root user; do
		mapfile -t cmd < <(engine)
		names_first
	done
}

small_things() {
	# What podman takes in silence, and what it refuses.
	bh rmi -f localhost/nosuch:latest
	fails 1 bh rmi localhost/nosuch:latest
	is "$(run -e '' -e A=b -- sh -c 'echo $A')" b
	fails 125 run -e =x -- true
	fails 125 run --annotation x -- true
	is "$err" "Error: annotations must be formatted KEY=VALUE"
	run --annotation x=y -- true
	fails 125 run -a nope -- true
	is "$err" 'Error: invalid stream "nope" for --attach - must be one of stdin, stdout, or stderr: invalid argument'
	fails 125 run --detach-keys x,ctrl-1 -- true
	is "$err" 'Error: invalid detach keys "x,ctrl-1"'
}

@test "small things are as podman has them" {
	each small_things
}

@test "--userns host: root is refused it, a user's container is as any other" {
	WHO=root
	fails 125 run --userns host -- true
	is "$err" "Error: --userns host is refused: a container's root is never the host's root; use --userns auto, or leave the option out"
	run --userns auto -- true
	WHO=user
	is "$(run --userns host -- cat /proc/self/uid_map)" \
	    "$(run -- cat /proc/self/uid_map)"
}

# caps USER OPTION...: the permitted, effective and ambient set of a process.
caps() {
	run --user "$1" "${@:2}" -- grep -E '^Cap(Prm|Eff|Amb)' /proc/self/status |
	    awk '{ printf "%s ", $2 }'
}

added_capabilities() {
	local none=0000000000000000 raw=0000000000002000
	is "$(caps 5 --cap-add net_raw)" "$raw $raw $raw "
	is "$(caps 5 --cap-add net_raw --security-opt no-new-privileges)" \
	    "$raw $raw $raw "
	is "$(caps 5 --cap-add net_raw --security-opt seccomp=unconfined)" \
	    "$raw $raw $raw "
	is "$(caps 5)" "$none $none $none "
	is "$(caps 5 --cap-drop all)" "$none $none $none "
	is "$(caps 5 --cap-drop all --cap-add net_raw)" "$raw $raw $raw "
	is "$(caps 0 --cap-drop all --cap-add net_raw)" "$raw $raw $none "
	not is "$(caps 5 --cap-add all)" "$none $none $none "
	is "$(caps 5 --cap-add all)" \
	    "$(run --cap-add all -- awk '/^CapBnd/ { printf "%s %s %s ", $2, $2, $2 }' /proc/self/status)"
	bh create --name capable --user 5 --cap-add net_raw --network none \
	    localhost/busybox true
	is "$(bh inspect -f '{{.EffectiveCaps}}' capable)" "[CAP_NET_RAW]"
	bh rm capable
}

@test "--cap-add gives a user that is not root what it names, and no more" {
	each added_capabilities
}

one_stream() {
	local both='echo out; echo err >&2'
	is "$(run -a stdout -- sh -c "$both" 2>&1)" out
	is "$(run -a stderr -- sh -c "$both" 2>&1)" err
	is "$(run -a stderr -- sh -c "$both" 2>/dev/null)" ""
	is "$(run -a stdout -a stderr -- sh -c "$both" 2>&1 | sort | tr '\n' ' ')" \
	    "err out "
	is "$(run -- sh -c "$both" 2>&1 | sort | tr '\n' ' ')" "err out "
}

@test "-a attaches the streams that it names" {
	each one_stream
}

two_mounts() {
	local a=$T/place-a b=$T/place-b again
	install -d -m 755 "$a" "$b"
	for again in "-v $b:/b" "-v $a:/b/" "-v $a:/b:ro" "-v /b" "--tmpfs /b" \
	    "-v vol:/b" \
	    "--mount type=bind,src=$b,dst=//b/."; do
		fails 125 run -v "$a:/b" $again -- true
		is "$err" "Error: /b: duplicate mount destination" "$again"
	done
	fails 125 run --tmpfs /b --tmpfs /b:size=1m -- true
	is "$err" "Error: /b: duplicate mount destination"
	again="type=bind,src=$a,dst=/b"
	fails 125 run --mount "$again" --mount "$again" -- true
	# What says the same is no contradiction.
	is "$(run -v "$a:/b" -v "$a:/b" --mount "$again" -- \
	    grep -c ' /b ' /proc/self/mountinfo)" 1
	is "$(run --tmpfs /b --tmpfs /b --mount type=tmpfs,dst=/b -- \
	    grep -c ' /b ' /proc/self/mountinfo)" 1
	is "$(bh volume ls -q)" ""
}

@test "one mount for a place" {
	each two_mounts
}

quoted_mount() {
	install -d -m 755 "$T/co,mma"
	echo here >"$T/co,mma/f"
	is "$(run --mount "type=bind,\"src=$T/co,mma\",dst=/y" -- cat /y/f)" here
	fails 125 run --mount 'type=bind,"src=/va"r,dst=/y' -- true
	is "$err" 'Error: parse error on line 1, column 19: extraneous or missing " in quoted-field'
}

@test "--mount has quotes for a value with a comma" {
	each quoted_mount
}

log_options() {
	fails 125 run --log-opt path=/nope/x -- true
	[[ $err == *"the log /nope/x cannot be opened: "* ]]
	fails 125 run --log-opt max-size=5q -- true
	is "$err" "Error: invalid log option \"max-size=5q\": invalid suffix: 'q'"
}

@test "an error of a log option names what was given" {
	each log_options
}

# Of `bulkhead [GROUP] --help`: the commands that it lists.
listed() {
	"$BH" "$@" --help | sed -n '/^Available/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p'
}

@test "bulkhead(1) lists every command that --help lists" {
	local page=$BH_SOURCE/bin/bulkhead/bulkhead.1 command
	listed | grep -qx pause
	for command in $(listed); do
		grep -qx "\.It Cm $command" "$page" ||
		    grep -q "^\.It Cm $command " "$page" ||
		    { echo "# $command"; return 1; }
	done
	for group in config pod volume; do
		for command in $(listed "$group"); do
			grep -qx "\.It Cm $group $command" "$page" ||
			    { echo "# $group $command"; return 1; }
		done
	done
	# ... and each page that there is.
	for command in "$BH_SOURCE"/bin/bulkhead/*/bulkhead-*.1; do
		grep -qx "\.Xr $(basename "$command" .1) 1" "$page" ||
		    { echo "# $command"; return 1; }
	done
}

masked() {
	(umask 0777
	bh create --name masked --network none localhost/busybox true >/dev/null
	bh start masked >/dev/null
	bh rm -f masked >/dev/null)
	is "$(bh run --rm --network none localhost/busybox echo on)" on
	(umask 077; bh create --name masked --cidfile "$T/cid/$WHO" \
	    --network none localhost/busybox true >/dev/null)
	is "$(stat -c %a "$T/cid/$WHO")" 600
	bh rm masked >/dev/null
}
@test "a umask that takes the owner's own rights changes nothing" {
	mkdir -m 777 "$T/cid"
	chmod 777 "$T/cid"
	each masked
}

closed() {
	local code=0
	mapfile -t cmd < <(engine)
	timeout -k 1 20 "${cmd[@]}" run --rm --network none localhost/busybox \
	    echo x >&- || code=$?
	[ $code -ne 124 ] || { echo "# it hung"; return 1; }
	code=0
	timeout -k 1 20 "${cmd[@]}" rm nosuch <&- >&- 2>&- || code=$?
	is "$code" 1 "all closed"
}
@test "closed standard streams: nothing hangs, and nothing gets their numbers" {
	each closed
}
