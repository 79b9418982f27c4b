# The settings that a store was made with: used where no option or file has
# another value, and required where one has.

load lib

setup() {
	rm -rf "$T/user/.config" "$T/user/.local" "$T/xdg/bulkhead" \
	    "$T/xdg/containers" "$T/user/static"
	as_user mkdir -p .config/containers
}

# conf FILE TEXT: that file of the user's, or none.
conf() {
	if [ -n "$2" ]; then
		printf '%s\n' "$2" | as_user tee ".config/containers/$1" >/dev/null
	else
		rm -f "$T/user/.config/containers/$1"
	fi
}

says() { user "${2:-info}" --format "{{.Store.$1}}"; }

# kept KEY LABEL FILE TEXT OTHER: what TEXT said once is kept without TEXT,
# and OTHER is refused by a message with both.
kept() {
	local first
	rm -rf "$T/user/.local" "$T/xdg/bulkhead" "$T/user/static"
	conf "$3" "$4"
	user ps -a >/dev/null
	first=$(says "$1")
	conf "$3" ""
	is "$(says "$1" 2>/dev/null)" "$first" "$1 without $3"
	conf "$3" "$4"
	is "$(says "$1")" "$first" "$1 with $3"
	conf "$3" "$5"
	fails 125 user ps -a
	[[ $err == *"database $2 \""*"\" does not match our $2 \""*"\": database configuration mismatch" ]] ||
	    { echo "# $1: $err"; return 1; }
	conf "$3" ""
}

@test "S54 S55 S58: recorded graph root, run root, driver: used where none is set, another is refused" {
	# One state for several graph roots.
	conf containers.conf "[engine]
	    static_dir = \"$T/user/static\""
	kept GraphRoot "graph root" storage.conf \
	    "[storage]
	    graphroot = \"$T/user/g1\"" "[storage]
	    graphroot = \"$T/user/g2\""
	conf containers.conf ""
	kept RunRoot "run root" storage.conf \
	    "[storage]
	    runroot = \"$T/xdg/r1\"" "[storage]
	    runroot = \"$T/xdg/r2\""
	kept GraphDriverName "graph driver" storage.conf \
	    '[storage]
	    driver = "vfs"' '[storage]
	    driver = "overlay"'
}

@test "S54 S55 S58: the volume path and the tmp dir, too" {
	local graph=$T/user/.local/share/containers/storage
	user ps >/dev/null
	kept VolumePath "volume path" containers.conf \
	    "[engine]
	    volume_path = \"$graph/v1\"" "[engine]
	    volume_path = \"$graph/v2\""
	kept RunDir "tmp dir" containers.conf \
	    "[engine]
	    tmp_dir = \"$T/xdg/t1\"" "[engine]
	    tmp_dir = \"$T/xdg/t2\""
	[ ! -e "$T/xdg/t2" ]
}

# state OPTION...: where the state is.
state() { user "$@" info --format '{{.Store.StateDir}}'; }

@test "S54 S57: one graph root has one state, whatever names it" {
	local graph=$T/user/.local/share/containers/storage own
	own=$(state)
	is "$own" "$T/user/.local/share/bulkhead"
	as_user ln -sfn .local "$T/user/local"
	is "$(state --root "$graph")" "$own"
	is "$(state --root "$graph/")" "$own"
	is "$(state --root "$T/user/local/share/containers/storage")" "$own"
	conf storage.conf "[storage]
	    graphroot = \"$T/user/local/share/containers/storage\""
	is "$(state)" "$own"
	conf storage.conf "[storage]
	    graphroot = \"$T/user/g5\""
	own=$(state)
	is "$own" "$T/user/g5/bulkhead.state"
	user ps >/dev/null
	conf storage.conf ""
	is "$(state --root "$T/user/g5")" "$own"
	conf storage.conf "[storage]
	    rootless_storage_path = \"\$HOME/g5\""
	is "$(state)" "$own"
	rm -rf "$T/user/local" "$T/user/g5"
}

@test "S54 S57: root's storage has one state, also if a file names it" {
	# What podman has made is a storage, where root makes our directory.
	mkdir -p -m 700 "$T/root/podman/overlay-layers"
	printf '[storage]\ngraphroot = "%s"\n' "$T/root/podman" >"$T/root/storage.conf"
	CONTAINERS_STORAGE_CONF=$T/root/storage.conf "$BH" --tmpdir "$T/root/t4" \
	    volume create v >/dev/null
	is "$(stat -c '%U %a' "$T/root/podman/bulkhead.state")" "bulkhead 700"
	is "$("$BH" --root "$T/root/podman" volume ls -q)" v
	# Not in a directory that is no storage.
	printf '[storage]\ngraphroot = "%s"\n' "$T/root/none" >"$T/root/storage.conf"
	CONTAINERS_STORAGE_CONF=$T/root/storage.conf fails 125 "$BH" \
	    --tmpdir "$T/root/t4" ps
	[[ $err == *"$T/root/none is no storage of containers yet"* ]]
	[ ! -e "$T/root/none" ]
}

@test "S54: a state that an older version made for a graph root of storage.conf is found" {
	local default=$T/user/.local/share
	conf storage.conf "[storage]
	    graphroot = \"$T/user/g6\""
	conf containers.conf "[engine]
	    static_dir = \"$default\""
	user volume create before >/dev/null
	conf containers.conf ""
	is "$(state)" "$default/bulkhead"
	is "$(user volume ls -q)" before
	# Another graph root's is another state, and stays that.
	conf storage.conf "[storage]
	    graphroot = \"$T/user/g7\""
	is "$(user volume ls -q)" ""
	is "$(state)" "$T/user/g7/bulkhead.state"
	user volume create after >/dev/null
	is "$(user volume ls -q)" after
	rm -rf "$T/user/g6" "$T/user/g7"
}

@test "S13 S57: static_dir and tmp_dir of a file are used, in a directory of ours" {
	conf containers.conf "[engine]
	    static_dir = \"$T/user/static\"
	    tmp_dir = \"$T/xdg/t3\""
	user volume create v >/dev/null
	is "$(says StateDir) $(says RunDir)" "$T/user/static/bulkhead $T/xdg/t3/bulkhead"
	is "$(ls "$T/user/static" "$T/xdg/t3" | tr '\n' ' ')" \
	    "$T/user/static: bulkhead  $T/xdg/t3: bulkhead bulkhead.key "
	[ ! -e "$T/user/.local/share/bulkhead" ]
	# Set, also if it is podman's default: the recorded tmp dir is another.
	conf containers.conf "[engine]
	    static_dir = \"$T/user/static\"
	    tmp_dir = \"$T/xdg/libpod/tmp\""
	fails 125 user ps
	[[ $err == *"database tmp dir \"$T/xdg/t3/bulkhead\" does not match our tmp dir \"$T/xdg/libpod/tmp/bulkhead\""* ]]
	conf containers.conf ""
	is "$(user volume ls -q)" ""
	rm -rf "$T/xdg/t3"
}

@test "S13 S58: a graph root that has a state gets no second one from static_dir, tmp_dir, volume_path of a file" {
	local k default=$T/user/.local/share/bulkhead
	user volume create v >/dev/null
	conf containers.conf "[engine]
	    static_dir = \"$T/user/static\"
	    tmp_dir = \"$T/xdg/t6\""
	fails 125 user volume ls
	[[ $err == *"database static dir \"$default\" does not match our static dir \"$T/user/static/bulkhead\": database configuration mismatch" ]] ||
	    { echo "# $err"; false; }
	[ ! -e "$T/user/static" ] && [ ! -e "$T/xdg/t6" ]
	conf containers.conf "[engine]
	    tmp_dir = \"$T/xdg/t6\""
	fails 125 user volume ls
	[[ $err == *"database tmp dir \"$T/xdg/bulkhead\" does not match our tmp dir \"$T/xdg/t6/bulkhead\": database configuration mismatch" ]]
	for k in elsewhere .local/share/containers/storage/v2; do
		conf containers.conf "[engine]
		    volume_path = \"$T/user/$k\""
		fails 125 user volume ls
		[[ $err == *"database volume path \"$T/user/.local/share/containers/storage/volumes\" does not match our volume path \"$T/user/$k\": database configuration mismatch" ]] ||
		    { echo "# $err"; false; }
	done
	# The place where it is; another graph root is another state.
	conf containers.conf "[engine]
	    static_dir = \"${default%/*}\""
	is "$(user volume ls -q)" v
	conf containers.conf "[engine]
	    static_dir = \"$T/user/static\""
	is "$(user --root "$T/user/g8" volume ls -q)" ""
	[ -e "$T/user/static/bulkhead" ]
	rm -rf "$T/user/g8"
}

@test "S55: the recorded runtime directory, where the environment's cannot be made" {
	user volume create v >/dev/null
	is "$(as_user env XDG_RUNTIME_DIR=/nonexistent "$BH" volume ls -q 2>&1)" v
	is "$(as_user env XDG_RUNTIME_DIR=/nonexistent "$BH" info --format '{{.Store.RunDir}} {{.Store.RunRoot}}')" \
	    "$T/xdg/bulkhead $T/xdg/containers"
	is "$(as_user env XDG_RUNTIME_DIR=/proc/1 "$BH" volume ls -q 2>&1)" v
}

@test "S58: --runroot and --tmpdir with what is recorded are accepted" {
	user volume create v >/dev/null
	is "$(user --runroot "$T/xdg/containers" volume ls -q 2>&1)" v
	is "$(user --tmpdir "$T/xdg" volume ls -q 2>&1)" v
	fails 125 user --runroot "$T/xdg/r3" volume ls
	[[ $err == *"database run root \"$T/xdg/containers\" does not match our run root \"$T/xdg/r3\""* ]]
	fails 125 user --tmpdir "$T/xdg/t4" volume ls
	[[ $err == *"database tmp dir \"$T/xdg/bulkhead\" does not match our tmp dir \"$T/xdg/t4/bulkhead\""* ]]
	[ ! -e "$T/xdg/r3" ] && [ ! -e "$T/xdg/t4" ]
}

@test "X7: a first command that fails records nothing; one that succeeds does" {
	local o
	for o in "--tmpdir $T/xdg/t5" "--runroot $T/xdg/r5" "--storage-driver vfs" \
	    "--volumepath $T/user/.local/share/containers/storage/v5"; do
		rm -rf "$T/user/.local" "$T/xdg/bulkhead" "$T/xdg/containers"
		fails 125 user $o run --network none localhost/nosuch true
		fails 125 user $o inspect nosuch
		is "$(user images -q 2>&1)" "" "after $o"
		fails 125 user $o ps
		[[ $err == *"database configuration mismatch" ]] ||
		    { echo "# $o: $err"; false; }
	done
	rm -rf "$T/user/.local" "$T/xdg/bulkhead" "$T/xdg/containers" "$T/xdg"/[rt]5
}

# left: all that exists, but for the configuration and what is kept of it.
left() {
	find "$T/user" "$T/xdg" -path "$T/user/.config" -prune -o -print |
	    grep -v "^$T/xdg/bulkhead/settled" | sort
}

@test "S9: a command that is refused leaves nothing behind" {
	local before o
	rm -rf "$T/user/.local" "$T/xdg/bulkhead"*
	before=$(left)
	for o in "--volumepath $T/user/vols" "--runtime nosuch" \
	    "--events-backend nosuch" "--storage-driver zfs" "--module nosuch" \
	    "--root $T/user/n1 --tmpdir /proc/n2"; do
		fails 125 user $o ps
		is "$(left)" "$before" "left by $o"
	done
	# Of a store that is there.
	conf containers.conf "[engine]
	    static_dir = \"$T/user/static\""
	user volume create v >/dev/null
	before=$(left)
	for o in "--volumepath $T/user/vols" "--storage-driver vfs" \
	    "--root $T/user/n1" "--runroot $T/xdg/n2" "--tmpdir $T/xdg/n3" \
	    "--volumepath $T/user/.local/share/containers/storage/n4"; do
		fails 125 user $o ps
		fails 125 user $o images
		fails 125 user $o volume create w
		is "$(left)" "$before" "left by $o"
	done
	is "$(user volume ls -q)" v
}

@test "S58: --volumepath outside of the storage is refused, and not recorded" {
	fails 125 user --volumepath "$T/user/vols" ps
	is "$err" "Error: --volumepath $T/user/vols is not below the graph root $T/user/.local/share/containers/storage: volumes elsewhere are not supported by bulkhead yet"
	[ ! -e "$T/user/.local" ]
	user volume create v >/dev/null
	fails 125 user --volumepath "$T/user/vols" volume ls
	is "$(user volume ls -q)" v
	rm -rf "$T/user/.local" "$T/xdg/bulkhead"
	# A file is not refused before a volume is needed, nor recorded.
	conf containers.conf "[engine]
	    volume_path = \"$T/user/vols\""
	user ps >/dev/null
	fails 125 user volume create w
	[[ $err == *"$T/user/vols"* ]]
	conf containers.conf ""
	user volume create v >/dev/null
	is "$(user volume ls -q)" v
}

@test "S52: the static dir is made, for us alone, before the state opens" {
	rm -rf "$T/user/.local"
	user ps >/dev/null
	is "$(stat -c '%a %U' "$T/user/.local/share/bulkhead")" "700 $BH_USER"
	as_user chmod 777 "$T/user/.local/share/bulkhead"
	fails 125 user ps
	[[ $err == *"$T/user/.local/share/bulkhead must belong to uid "* ]]
	as_user chmod 700 "$T/user/.local/share/bulkhead"
	user ps >/dev/null
}

@test "S55 S57: a copy of the state leads to the store that it was made for" {
	have_busybox
	rm -rf "$T/user/.local"
	user load -q -i "$BH_FIXTURES/busybox.docker.tar" >/dev/null
	user create --name here --network none localhost/busybox true >/dev/null
	as_user mkdir -p "$T/user/other"
	as_user cp -a "$T/user/.local/share/bulkhead" "$T/user/other/bulkhead"
	as_user env XDG_DATA_HOME="$T/user/other" "$BH" create --name there \
	    --network none localhost/busybox true >/dev/null
	is "$(user ps -a --format '{{.Names}}' | sort | tr '\n' ' ')" "here there "
	user rm here there >/dev/null
	as_user rm -rf "$T/user/other"
}

@test "S55: another driver than the store's is told as an error, a path in the debug log" {
	conf storage.conf '[storage]
	    driver = "vfs"'
	user images >/dev/null
	conf storage.conf ""
	rm -rf "$T/user/.local/share/containers"
	err=$(user images 2>&1 >/dev/null)
	[[ $err == "Error: the graph driver \"overlay\" is overwritten by graph driver \"vfs\" from the database"* ]] ||
	    { echo "# $err"; false; }
	rm -rf "$T/user/.local"
	conf storage.conf "[storage]
	    runroot = \"$T/xdg/r1\""
	user ps >/dev/null
	conf storage.conf ""
	is "$(user ps 2>&1 >/dev/null)" "" "without the debug log"
	err=$(user --log-level debug ps 2>&1 >/dev/null)
	[[ $err == *"overriding run root \"$T/xdg/containers\" with \"$T/xdg/r1\" from the database"* ]] ||
	    { echo "# $err"; false; }
}

@test "S56 X1: what is merged counts everywhere: images, writable layers, what clean-ups work with" {
	have_busybox
	rm -rf "$T/user/.local"
	conf containers.conf "[engine]
	    static_dir = \"$T/user/static\""
	conf storage.conf "[storage]
	    graphroot = \"$T/user/g1\"
	    runroot = \"$T/xdg/r1\""
	user load -q -i "$BH_FIXTURES/busybox.docker.tar" >/dev/null
	conf storage.conf ""
	is "$(user run --rm --network none localhost/busybox echo there)" there
	user run -d --name c --network none localhost/busybox sh -c 'exit 3' >/dev/null
	is "$(user wait c)" 3
	is "$(user ps -a --format '{{.Names}} {{.ExitCode}}')" "c 3"
	[ -d "$T/user/g1/overlay-images" ]
	[ ! -e "$T/user/.local/share/containers/storage" ]
	user rm -f c >/dev/null
	is "$(ls "$T/user/g1/bulkhead" | grep -c '^[0-9a-f]\{64\}$' || true)" 0 "layers left"
	# Another session's runtime directory: the store's is used.
	user run -d --name d --network none localhost/busybox sleep 100 >/dev/null
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/xdg2"
	is "$(as_user env XDG_RUNTIME_DIR="$T/xdg2" "$BH" ps --format '{{.Names}} {{.State}}')" "d running"
	as_user env XDG_RUNTIME_DIR="$T/xdg2" "$BH" rm -f -t 0 d >/dev/null
	is "$(user ps -aq)" ""
	rm -rf "$T/xdg2"
}

@test "S55: the runtime directory of a session that is over: said, and ours is used" {
	as_user mkdir -p "$T/user/gone" -m 700
	as_user env XDG_RUNTIME_DIR="$T/user/gone" "$BH" ps >/dev/null
	rm -rf "$T/user/gone"
	install -o root -m 600 /dev/null "$T/user/gone"
	err=$(user ps -a 2>&1 >/dev/null)
	[[ $err == *"Warning: the tmp dir of this store, $T/user/gone/bulkhead, cannot be used: "*"; using $T/xdg/bulkhead until the next boot"* ]] ||
	    { echo "# $err"; false; }
	# And from then on in this boot by all, also where it is back again.
	is "$(user ps -a 2>&1 >/dev/null)" ""
	have_busybox
	user run -d --name stays --network none localhost/busybox sleep 100 >/dev/null
	rm -f "$T/user/gone"
	as_user mkdir -p "$T/user/gone" -m 700
	is "$(as_user env XDG_RUNTIME_DIR="$T/user/gone" "$BH" ps --format '{{.Names}} {{.State}}' 2>&1)" "stays running"
	as_user env XDG_RUNTIME_DIR="$T/user/gone" "$BH" rm -f -t 0 stays >/dev/null
	is "$(user ps -aq)" ""
	rm -rf "$T/user/gone"
}

@test "S58: links are resolved on both sides before they are compared" {
	as_user mkdir -p "$T/user/real"
	as_user ln -sfn "$T/user/real" "$T/user/link"
	conf storage.conf "[storage]
	    graphroot = \"$T/user/link/g\""
	user ps >/dev/null
	conf storage.conf "[storage]
	    graphroot = \"$T/user/real/g\""
	user ps >/dev/null
	user images >/dev/null
	as_user rm "$T/user/link"
	as_user mkdir "$T/user/link"
	fails 125 user ps
	[[ $err == *"database graph root \"$T/user/link/g\" does not match our graph root \"$T/user/real/g\""* ]]
	as_user rmdir "$T/user/link"
}

@test "S55 S57: root, too, keeps the run root that a store was made with" {
	root ps >/dev/null
	is "$("$BH" --root "$T/root/storage" info --format '{{.Store.RunRoot}}')" "$T/root/run"
	fails 125 "$BH" --root "$T/root/storage" --runroot "$T/root/run2" ps
	[[ $err == *"does not match our run root \"$T/root/run2\""* ]] ||
	    [[ $err == *"does not match our tmp dir \"$T/root/run2"* ]]
	# The recorded tmp dir is root's choice: its code is looked at first.
	is "$("$BH" --root "$T/root/storage" --runroot "$T/root/run" info --format '{{.Store.RunDir}}')" "$T/root/run/bulkhead"
	fails 125 "$BH" --root "$T/root/storage" --tmpdir "$T/root/run3" ps
	[[ $err == *"does not match our tmp dir \"$T/root/run3/bulkhead\": database configuration mismatch" ]]
	[ ! -e "$T/root/run3" ]
	# And root's refused command, too, has made nothing.
	[ ! -e "$T/root/run2" ]
}
