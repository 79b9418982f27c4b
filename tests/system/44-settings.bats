# The settings that a store was made with: used where no option or file has
# another value, and required where one has.

load lib

setup() {
	rm -rf "$T/user/.config" "$T/user/.local" "$T/xdg/bulkhead" \
	    "$T/xdg/containers"
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
	rm -rf "$T/user/.local" "$T/xdg/bulkhead"
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

@test "S54 S55 S58: graph root, run root, driver: the store's where nobody says, refused where somebody says other" {
	kept GraphRoot "graph root" storage.conf \
	    "[storage]
	    graphroot = \"$T/user/g1\"" "[storage]
	    graphroot = \"$T/user/g2\""
	kept RunRoot "run root" storage.conf \
	    "[storage]
	    runroot = \"$T/xdg/r1\"" "[storage]
	    runroot = \"$T/xdg/r2\""
	kept GraphDriverName "graph driver" storage.conf \
	    '[storage]
	    driver = "vfs"' '[storage]
	    driver = "overlay"'
}

@test "S54 S55 S58: the volume path, too" {
	user ps >/dev/null
	kept VolumePath "volume path" containers.conf \
	    "[engine]
	    volume_path = \"$T/user/v1\"" "[engine]
	    volume_path = \"$T/user/v2\""
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
	rm -rf "$T/root/run2"
}
