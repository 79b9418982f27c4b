# The configuration as a person meets it: config show, explain and check, the
# global options, and that nothing is ever written back.

load lib

conf() { echo "$T/user/.config/containers/${1:-containers.conf}"; }

setup() {
	rm -rf "$T/user" "$T/xdg"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
	as_user mkdir -p .config/containers
}

# What a test writes, the user owns.
write() {	# write FILE: from the standard input
	cat >"$1"
	chown "$BH_USER:" "$1"
}

@test "config show: files, JSON, and what is printed means the same" {
	write "$(conf)" <<-'END'
	[engine]
	num_locks = 77
	env = ["A=b", "C=d"]
	END
	user config show containers >"$T/shown"
	grep -qx "num_locks = 77	# $(conf):2" "$T/shown"
	user config show --format json >"$T/json"
	is "$(jq -c '.settings["engine.num_locks"]' "$T/json")" \
	    "{\"value\":77,\"origin\":\"$(conf):2\",\"overrode\":[\"built-in 2048\"],\"pinned\":false,\"supported\":true}"
	is "$(jq -c '.settings["engine.env"].value' "$T/json")" '["A=b","C=d"]'
	is "$(jq -c '.settings["engine.remote"].value' "$T/json")" false
	jq -e --arg f "$(conf)" '.files | index($f)' "$T/json" >/dev/null
	# Given back, it has the same values.
	chmod 644 "$T/shown"
	as_user env CONTAINERS_CONF="$T/shown" "$BH" config show --format json |
	    jq '.settings[].value | select(. != [])' >"$T/again"
	jq '.settings[].value | select(. != [])' "$T/json" | diff - "$T/again"
	# Nothing is made by asking.
	[ ! -e "$T/user/.local" ]
	is "$(ls "$T/xdg")" ""
	fails 125 user config show --format yaml
	fails 125 user config show podman
}

@test "D14: config explain: value, place, what it overrode, and by whom" {
	write "$(conf)" <<-'END'
	[engine]
	cgroup_manager = "cgroupfs"
	retry = 5
	END
	write "$(conf over.conf)" <<<$'[engine]\nretry = 6'
	is "$(as_user env CONTAINERS_CONF_OVERRIDE="$(conf over.conf)" \
	    "$BH" config explain retry)" \
	    "engine.retry = 6
  set by:   $(conf over.conf):2
  overrode: built-in 3
  overrode: $(conf):3 5
  pinned:   no
  effect:   none: not supported"
	[[ $(user --cgroup-manager systemd config explain \
	    engine.cgroup_manager 2>/dev/null) == *"overrode: $(conf):2 cgroupfs"* ]]
	[[ $(user --root /x/y config explain path.graph) == "path.graph = /x/y"* ]]
	is "$(user config explain --format json stop_timeout |
	    jq -c '.["engine.stop_timeout"].value')" 10
	fails 125 user config explain nosuchkey
	[[ $err == *'no configuration key "nosuchkey"'* ]]
	# Of several keys, those that have an effect are meant.
	[[ $(user config explain driver) == "storage.driver = "* ]]
	[[ $(user config explain volumes) == "containers.volumes = "* ]]
	fails 125 user config explain init_path
	[[ $err == *'can mean several keys: containers.init_path, engine.init_path' ]]
	fails 125 user config explain
}

@test "D14: config explain: what the database has pinned" {
	command -v jq >/dev/null
	user ps -a >/dev/null
	write "$(conf storage.conf)" <<<$'[storage]\ndriver = "vfs"'
	rm "$(conf storage.conf)"
	# The graph root that the state was made with stays, whatever XDG says.
	as_user mkdir -p "$T/user/data"
	cp -a "$T/user/.local/share/bulkhead" "$T/user/data/"
	[[ $(as_user env XDG_DATA_HOME="$T/user/data" "$BH" config explain \
	    path.graph 2>&1) == *"path.graph = $T/user/.local/share/containers/storage
  set by:   the database
  overrode: derived $T/user/data/containers/storage
  pinned:   by the database" ]]
}

@test "config check: everything that is wrong, with its place; exit codes" {
	cd "$T/user"
	write bad.conf <<-'END'
	[engine]
	num_locks = "many"
	nosuch = 1
	events_logger = "syslog"
	[containers]
	shm_size = "64q"
	env = ["A=1", 3]
	END
	code=0
	user config check bad.conf >"$T/found" || code=$?
	is $code 1
	diff - "$T/found" <<-'END'
	bad.conf:2:1: error: engine.num_locks must be an integer, not a string: num_locks = "many"
	bad.conf:3:1: unknown key "engine.nosuch": nosuch = 1
	bad.conf:4:1: error: engine.events_logger must be file, journald or none, not "syslog": events_logger = "syslog"
	bad.conf:6:1: error: containers.shm_size must be a size such as 64m, not "64q": shm_size = "64q"
	bad.conf:7:15: error: containers.env must be an array of strings, not an integer: 3]
	END
	write broken.conf <<<$'[engine]\nretry = [1,'
	code=0
	out=$(user config check broken.conf) || code=$?
	is "$code $out" "1 broken.conf:2:9: error: array is never closed: [1,"
	write good.conf <<<$'[engine]\nretry = 1'
	is "$(user config check good.conf)" ""
	is "$(user config check --type storage - <<<$'[storage]\ndriver = "vfs"')" ""
	fails 125 user config check nosuch.conf
	fails 125 user config check good.conf nosuch.conf
	fails 125 user config check "$T"
	fails 125 user config check --type nosuch good.conf
	root config check "$T/user/good.conf"
	# What everybody has is right.
	for f in /etc/containers/registries.conf /etc/containers/policy.json \
	    /usr/share/containers/containers.conf \
	    /usr/share/containers/seccomp.json; do
		[ ! -e $f ] || user config check $f
	done
}

@test "config check: registries.conf, policy.json, mounts.conf" {
	cd "$T/user"
	write registries.conf <<-'END'
	unqualified-search-registries = ["https://x"]
	[[registry]]
	location = "http://a"
	foo = 1
	[[registry]]
	insecure = true
	[[registry.mirror]]
	location = "m.example"
	pull-from-mirror = "never"
	[aliases]
	"a/b:c" = "x"
	END
	code=0
	user config check registries.conf >"$T/found" || code=$?
	is $code 1
	for want in '1:1: error: unqualified-search' '3:1: error: location' \
	    '4:1: unknown key' '9:1: error: pull-from-mirror'; do
		grep -q "^registries.conf:$want" "$T/found" ||
		    { echo "# no $want"; cat "$T/found"; false; }
	done
	write registries.conf <<<$'[registries.search]\nregistries = ["x"]'
	[[ $(user config check registries.conf) == *"old format (version 1)"* ]]
	write policy.json <<<'{"default": [{"type": "signedBy"}]}'
	[[ $(user config check policy.json) == *"exactly one of keyPath"* ]]
	write policy.json <<<'{"default": [{"type": "reject"}], "default": []}'
	[[ $(user config check policy.json) == policy.json:1:*duplicate* ]]
	write mounts.conf <<<$'# mine\n/a:b'
	is "$(user config check mounts.conf)" \
	    "mounts.conf:2:4: error: the destination of a mount must be one absolute path: b"
}

@test "registries.conf: drop-ins, the user's instead of the system's" {
	local j
	write "$(conf registries.conf)" <<-'END'
	unqualified-search-registries = ["one.example"]
	short-name-mode = "enforcing"
	[[registry]]
	location = "reg.example"
	insecure = true
	[[registry.mirror]]
	location = "mirror.example/x"
	pull-from-mirror = "digest-only"
	[aliases]
	a = "reg.example/a"
	b = "reg.example/b"
	END
	as_user mkdir "$(conf registries.conf.d)"
	write "$(conf registries.conf.d/1.conf)" <<-'END'
	unqualified-search-registries = ["two.example", "three.example:5000"]
	[[registry]]
	prefix = "reg.example"
	location = "other.example"
	blocked = true
	[[registry]]
	prefix = "*.wild.example"
	blocked = true
	[aliases]
	b = ""
	END
	j=$(user config show --format json | jq '.settings')
	is "$(jq -c '."registries.unqualified-search-registries".value' <<<"$j")" \
	    '["two.example","three.example:5000"]'
	is "$(jq -r '."registries.short-name-mode".value' <<<"$j")" enforcing
	# The one of the later file, whole.
	is "$(jq -c '[."registries.registry.reg.example.location".value,
	    ."registries.registry.reg.example.insecure".value,
	    ."registries.registry.reg.example.blocked".value,
	    ."registries.registry.reg.example.mirror".value,
	    ."registries.registry.*.wild.example.blocked".value]' <<<"$j")" \
	    '["other.example",false,true,[],true]'
	is "$(jq -c '[."registries.aliases.a".value,
	    ."registries.aliases.b".value]' <<<"$j")" '["reg.example/a",""]'
	# As a file it means the same.
	user config show registries >"$T/reg"
	chmod 644 "$T/reg"
	as_user rm "$(conf registries.conf.d/1.conf)" "$(conf registries.conf)"
	as_user env CONTAINERS_REGISTRIES_CONF="$T/reg" \
	    "$BH" config show --format json | jq '.settings |
	    with_entries(select(.key | test("registries.registry|search"))) |
	    map_values(.value)' >"$T/again"
	jq 'with_entries(select(.key | test("registries.registry|search"))) |
	    map_values(.value)' <<<"$j" | diff - "$T/again"
	# What is wrong with it does not matter to a command without registries.
	write "$(conf registries.conf)" <<<'broken ='
	user ps -a >/dev/null
	[[ $(user config show 2>&1 >/dev/null) == "Warning: $(conf registries.conf):1:9: "* ]]
}

@test "S3 S22: the first option that is wrong ends it, with one message" {
	fails 125 user --events-backend nosuch --root "" ps
	is "$(wc -l <<<"$err")" 1 "$err"
	[[ $err == *--events-backend* && $err == *nosuch* ]]
	fails 125 user --root "" --events-backend nosuch ps
	[[ $err == "Error: --root needs a value that is not empty" ]]
	for o in runtime conmon volumepath network-config-dir tmpdir runroot; do
		fails 125 user --$o "" ps
		[[ $err == *"--$o"* ]] || { echo "# $o: $err"; false; }
	done
	for o in hooks-dir=/x imagestore=/x network-cmd-path=/x storage-opt=a=b \
	    runtime-flag=debug syslog cdi-spec-dir=/x default-mounts-file=/x \
	    config=/x out=/x url=x connection=x identity=x; do
		fails 125 user --$o ps
		is "$err" "Error: --${o%%=*} is not supported by bulkhead yet"
	done
}

# Every global option of podman's is known: taken, or refused by its name.
@test "S22: no global option of podman's is unknown" {
	command -v podman >/dev/null || skip "no podman"
	local known o
	known=$("$BH" --dump-options | awk -F'\t' '$2 == "-" { print $3 }')
	for o in $(podman --help |
	    sed -n 's/^ *\(-[a-zA-Z],\)\? *--\([a-z0-9-]*\).*/\2/p'); do
		grep -qx -- "$o" <<<"$known" || { echo "# --$o"; return 1; }
	done
}

@test "S22: global options do what they say" {
	as_user mkdir -p "$(conf containers.conf.modules)"
	write "$(conf containers.conf.modules/quick)" <<<$'[engine]\nstop_timeout = 1'
	is "$(user --module quick config explain stop_timeout | head -1)" \
	    "engine.stop_timeout = 1"
	fails 125 user --module slow ps
	is "$err" 'Error: module "slow" is not in any containers.conf.modules directory'
	have_busybox
	user --module quick create --network none --name c localhost/busybox true >/dev/null
	is "$(user inspect -f '{{.Config.StopTimeout}}' c)" 1
	user --tmpdir "$T/xdg/tmp" ps -a 2>/dev/null || true
	is "$(user --tmpdir "$T/xdg/tmp" config explain path.run 2>/dev/null | head -1)" \
	    "path.run = $T/xdg/tmp/bulkhead"
	# Nobody sees the other namespace's, if it is one.
	is "$(user --namespace other config explain engine.namespace | head -1)" \
	    "engine.namespace = other"
	is "$(user --events-backend none info -f '{{.Host.EventLogger}}')" none
}

@test "S22: --transient-store: nothing that is created outlives the boot" {
	have_busybox
	user create --network none --name stays localhost/busybox true >/dev/null
	user --transient-store create --network none --name goes localhost/busybox true >/dev/null
	is "$(user ps -a --sort names --format '{{.Names}}' | tr '\n' ' ')" "goes stays "
	user start -a goes
	is "$(user inspect -f '{{.State.Status}}' goes)" exited
	rm -rf "$T/xdg/bulkhead"	# what a reboot does
	is "$(user ps -a --format '{{.Names}}')" stays
}

@test "S5: a clean-up works with the configuration that its container had" {
	local id
	have_busybox
	id=$(user run -d --rm --network none localhost/busybox sleep 2)
	[ -d "$T/xdg/bulkhead/ctr/$id" ]
	write "$(conf)" <<<'this is = no configuration'
	fails 125 user ps
	# Nobody but its own clean-up looks after it meanwhile.
	until_true 30 test ! -e "$T/xdg/bulkhead/ctr/$id"
	rm "$(conf)"
	is "$(user ps -aq)" ""
}

@test "S9: what is wrong with the configuration leaves nothing half made" {
	write "$(conf)" <<<$'[engine]\nnum_locks = 0'
	fails 125 user ps -a
	is "$err" "Error: $(conf):2: engine.num_locks must be between 1 and 1048576, not \"0\""
	[ ! -e "$T/user/.local" ]
	is "$(ls "$T/xdg")" ""
}

@test "S10: a command that fails leaves the store to the others" {
	have_busybox
	user run -d --network none --name runs localhost/busybox sleep 100 >/dev/null
	fails 125 user run --network none --name runs localhost/busybox true
	fails 125 user --storage-driver vfs ps -a
	fails 125 user --events-backend nosuch ps -a
	is "$(user ps --format '{{.Names}}')" runs
	user rm -f -t 0 runs >/dev/null
}

helpers_end() {
	not pgrep -u "$BH_USER" -x \
	    "$(ls "$BH_PREFIX/libexec/bulkhead" | paste -sd '|')"
}

@test "X3: a command that fails gives back what it has taken" {
	have_busybox
	user create --network none --name there localhost/busybox true >/dev/null
	fails 125 user create --network none --name there localhost/busybox true
	fails 125 user --events-backend nosuch ps -a
	fails 125 user --runroot /proc/nosuch ps -a
	until_true 5 helpers_end
	# Nothing holds the state, the locks and the store.
	as_user timeout 10 "$BH" system renumber
	user rm there >/dev/null
}

@test "S16 X7: no configuration is ever written" {
	have_busybox
	before=$(find /etc/containers /usr/share/containers "$T/user/.config" \
	    -printf '%p %s %T@\n' | sort)
	user --cgroup-manager cgroupfs --events-backend none ps -a >/dev/null
	user config show >/dev/null
	user run --rm --network none localhost/busybox true
	is "$(user config explain --format json cgroup_manager events_logger |
	    jq -r '.[].origin' | sort -u)" built-in
	is "$(find /etc/containers /usr/share/containers "$T/user/.config" \
	    -printf '%p %s %T@\n' | sort)" "$before"
}

@test "S66: a run root that is longer than any socket's path" {
	local long=$T/xdg/$(printf 'r%.0s' {1..180})
	user --runroot "$long" load -q -i "$BH_FIXTURES/busybox.docker.tar" >/dev/null
	is "$(user --runroot "$long" run --rm --network none localhost/busybox echo ok)" ok
	id=$(user --runroot "$long" run -d --network none localhost/busybox sh -c 'echo said; sleep 100')
	logged() { user --runroot "$long" logs "$id" | grep -q said; }
	until_true 10 logged
	user --runroot "$long" rm -f -t 0 "$id" >/dev/null
}

@test "S67: what needs no store opens none" {
	user version >/dev/null
	user config show >/dev/null
	user ps -a >/dev/null
	[ ! -e "$T/user/.local/share/containers/storage/overlay-images" ]
	as_user mkdir -p .local/share/containers
	as_user sh -c 'echo >.local/share/containers/storage'
	out=$(user ps -aq)
	is "$out" ""
	fails 125 user images
}

@test "S89: a record names the configuration that shaped it" {
	have_busybox
	user create --network none --name one localhost/busybox true >/dev/null
	d=$(user inspect -f '{{.ConfigDigest}}' one)
	[[ $d == sha256:???????????????????????????????????????????????????????????????? ]]
	is "$(user config show --format json | jq -r .digest)" "$d"
	write "$(conf)" <<<$'[engine]\nstop_timeout = 3'
	user create --network none --name two localhost/busybox true >/dev/null
	[ "$(user inspect -f '{{.ConfigDigest}}' two)" != "$d" ]
	is "$(user inspect -f '{{.ConfigDigest}}' one)" "$d"
	user rm one two >/dev/null
}

# Cached answers are found by digests of the files, which only resolve parses.
asked_resolve() { "$@" --trace ps 2>&1 | grep '^resolve: trace.* config_resolve' >/dev/null; }

# A file changed less than a second ago may change again with the same time.
settle() { touch -d '-5 seconds' "$1" && sleep 2.1 && user --trace ps >/dev/null 2>&1; }

@test "a configuration is settled once, and again when a file of it changes" {
	have_busybox
	write "$(conf)" <<<$'[containers]\nenv = ["A=1"]'
	run_a() { user run --rm --network none localhost/busybox sh -c 'echo $A'; }
	is "$(run_a)" 1
	# It is so new that a change would not show in its time.
	asked_resolve user
	settle "$(conf)"
	not asked_resolve user
	is "$(run_a)" 1
	write "$(conf)" <<<$'[containers]\nenv = ["A=2"]'
	is "$(run_a)" 2
	# One more file, one less, another question.
	as_user mkdir "$(conf containers.conf.d)"
	write "$(conf containers.conf.d/1.conf)" <<<$'[containers]\nenv = ["A=3"]'
	is "$(run_a)" 3
	settle "$(conf containers.conf.d/1.conf)"
	not asked_resolve user
	rm "$(conf containers.conf.d/1.conf)"
	is "$(run_a)" 2
	write "$(conf over)" <<<$'[containers]\nenv = ["A=4"]'
	is "$(as_user \
	    env CONTAINERS_CONF_OVERRIDE="$(conf over)" "$BH" run --rm \
	    --network none localhost/busybox sh -c 'echo $A')" 4
	is "$(run_a)" 2
}

@test "a configuration that was kept: relative paths, warnings, damage" {
	have_busybox
	sleep 2.1
	for d in one two; do
		as_user mkdir -p "$d"
		write "$T/user/$d/my.conf" <<<"[containers]
env = [\"A=$d\"]
nosuch = 1"
	done
	sleep 2.1
	for d in one two one two; do
		as_user sh -c "cd $d && CONTAINERS_CONF=my.conf exec '$BH' run \
		    --rm --network none localhost/busybox sh -c 'echo \$A'" \
		    >"$T/out" 2>"$T/err"
		is "$(<"$T/out")" $d
		grep -q "$d/my.conf:3:.*nosuch" "$T/err"
	done
	# Whoever keeps nonsense there is asked anew.
	kept=$T/xdg/bulkhead/settled
	user ps
	not asked_resolve user
	for f in "$kept"/*; do
		head -c 100 /dev/urandom >"$f"
	done
	asked_resolve user
	not asked_resolve user
	for f in "$kept"/*; do
		truncate -s 3000 "$f"
	done
	asked_resolve user
	# What is well made, but not by a command, neither; nor with a key
	# that others could know.
	write "$(conf)" <<<$'[containers]\nenv = ["A=mine"]'
	settle "$(conf)"
	not asked_resolve user
	grep -q A=mine "$kept"/*
	sed -i 's/A=mine/A=evil/' "$kept"/*
	is "$(user run --rm --network none localhost/busybox \
	    sh -c 'echo $A')" mine
	not asked_resolve user
	is "$(stat -c '%U %a %s' "$T/xdg/bulkhead.key")" "$BH_USER 600 32"
	chmod 644 "$T/xdg/bulkhead.key"
	asked_resolve user
	asked_resolve user
	chmod 600 "$T/xdg/bulkhead.key"
	not asked_resolve user
	rm "$T/xdg/bulkhead.key"
	asked_resolve user
	not asked_resolve user
	chmod 777 "$T/xdg/bulkhead"
	fails 125 user ps
	[[ $err == *"must belong to uid"* ]]
	chmod 700 "$T/xdg/bulkhead"
	# As root: what the engine's account has seen.
	root ps
	not asked_resolve root
	is "$(stat -c '%U %a %s' "$T/root/run/bulkhead.key")" "root 600 32"
}

@test "a filter that is not kept is compiled, however old the configuration" {
	have_busybox
	user run --rm --network none localhost/busybox true
	run_chroot() {
		user run --rm --network none "$@" localhost/busybox \
		    grep -c '^Seccomp:.2' /proc/self/status
	}
	is "$(run_chroot --cap-add SYS_ADMIN --cap-drop CHOWN)" 1
	is "$(run_chroot --cap-add SYS_ADMIN --cap-drop CHOWN)" 1
	rm -r "$T/xdg/bulkhead/filters"
	is "$(run_chroot)" 1
	id=$(user create --network none --cap-add SYS_TIME localhost/busybox \
	    grep -c '^Seccomp:.2' /proc/self/status)
	is "$(user start -a "$id")" 1
	user rm "$id"
}

# The user without a session, whose state is in state/; $home as HOME.
bare() {
	setpriv --reuid "$BH_USER" --regid "$BH_USER" --init-groups timeout 60 \
	    env -i HOME="$home" XDG_CONFIG_HOME="$T/user/bare/config" \
	    XDG_DATA_HOME="$T/user/bare/data" \
	    ASAN_OPTIONS="${ASAN_OPTIONS-}" PATH=/usr/bin:/bin "$BH" "$@"
}
run_dir() { bare info --format '{{.Store.RunDir}}'; }

bare_begin() {
	home=$T/user/bare/home uid=$(id -u "$BH_USER")
	last=/tmp/bulkhead-run-$uid
	bare_end
	[ ! -e "/run/user/$uid" ]
	as_user mkdir -p "$home"
}
bare_end() {
	rm -rf "$T/user/bare" "$last" "$last.key" "/tmp/podman-run-$uid"
}

@test "S23: without a session the run directory is the user's own, in HOME" {
	bare_begin
	bare load -q -i "$BH_FIXTURES/busybox.docker.tar" >/dev/null
	bare run -d --name s --network none localhost/busybox sleep 100 >/dev/null
	is "$(run_dir)" "$home/rundir/bulkhead"
	is "$(stat -c '%U %a' "$home/rundir" "$home/rundir/bulkhead")" \
	    "$BH_USER 700"$'\n'"$BH_USER 700"
	[ -e "$home/rundir/bulkhead/alive" ] && [ ! -e "$last" ]
	is "$(bare ps --format '{{.Names}}')" s
	bare rm -f -t 0 s >/dev/null

	# In the place of the user's own directory there is another user's.
	rm -rf "$home/rundir"
	install -d -o nobody -m 777 "$home/rundir"
	fails 125 bare ps
	is "$err" "Error: the run directory $home/rundir/bulkhead cannot be used: $home/rundir belongs to user $(id -u nobody), who could put something else in its place"
	chown "$BH_USER" "$home/rundir"
	fails 125 bare ps
	[[ $err == *"every user can write to $home/rundir (mode 0777)"* ]]
	chmod 700 "$home/rundir"
	install -d -o nobody -m 755 "$home/rundir/bulkhead"
	fails 125 bare ps
	[[ $err == "Error: the run directory $home/rundir/bulkhead cannot be used: it is a directory of user $(id -u nobody)'s" ]]
	rmdir "$home/rundir/bulkhead"
	bare ps >/dev/null
	bare_end
}

@test "S23: without HOME it is in /tmp, and nothing that another user put there" {
	local kind
	bare_begin
	as_user mkdir -m 700 "$T/user/bare/own"
	for kind in directory 'symbolic link' FIFO file; do
		home=/nonexistent
		case $kind in
		directory)	install -d -o nobody -m 755 "$last" ;;
		sym*)		ln -s "$T/user/bare/own" "$last" ;;
		FIFO)		mkfifo "$last" ;;
		file)		: >"$last" ;;
		esac
		chown -h nobody "$last"
		fails 125 bare ps
		is "$err" "Error: the run directory $last cannot be used: it is a $kind of user $(id -u nobody)'s"
		rm -rf "$last"
		# The user's own is no directory either.
		[ "$kind" != file ] || {
			as_user touch "$last"
			fails 125 bare ps
			is "$err" "Error: the run directory $last cannot be used: it is a file"
			rm "$last"
		}
	done
	bare load -q -i "$BH_FIXTURES/busybox.docker.tar" >/dev/null
	is "$(run_dir)" "$last"
	is "$(stat -c '%U %a' "$last")" "$BH_USER 700"
	bare run -d --name s --network none localhost/busybox sleep 100 >/dev/null
	# Recorded, it is used on, also with a HOME.
	home=$T/user/bare/home
	is "$(bare ps --format '{{.Names}}')" s
	is "$(run_dir)" "$last"
	bare rm -f -t 0 s >/dev/null
	# After a boot another user may have been faster.
	until_true 20 rm -rf "$last"
	ln -s "$T/user/bare/own" "$last"
	chown -h nobody "$last"
	err=$(bare ps 2>&1 >/dev/null)
	[[ $err == *"the tmp dir of this store, $last, cannot be used: "*"; using $home/rundir/bulkhead until the next boot" ]] ||
	    { echo "# $err"; false; }
	rm "$last"
	bare_end
}
