# Files of the engine that are lost, or that are something else than files.

load lib

setup() { have_busybox; }

teardown() {
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
}

graph() {
	case $WHO in
	root)	echo "$T/root/storage" ;;
	user)	echo "$T/user/.local/share/containers/storage" ;;
	esac
}
state() {
	case $WHO in
	root)	echo "$T/root/storage/bulkhead.state" ;;
	user)	echo "$T/user/.local/share/bulkhead" ;;
	esac
}

# Each is empty, or gone, and then as it was.
lost_index() {
	local g f how id
	g=$(graph)
	have_busybox
	bh load -q -i "$BH_FIXTURES/layers.docker.tar" >/dev/null
	id=$(bh images -q --no-trunc localhost/busybox)
	for f in overlay-images/images.json overlay-layers/layers.json; do
		for how in empty gone; do
			cp -a "$g/$f" "$T/kept"
			cp -a "$g/$f.previous" "$T/kept.previous"
			if [ $how = empty ]; then : >"$g/$f"; else rm "$g/$f"; fi
			is "$(bh images -q 2>"$T/err" | wc -l)" 2 "$f $how"
			grep -q "$f was empty or missing beside [0-9]* directories of [a-z]*s, and is written anew: [0-9]* of them are in it$" "$T/err" ||
			    { sed 's/^/# /' "$T/err"; return 1; }
			is "$(bh run --rm --network none "$id" echo ran 2>"$T/err")" ran
			# Mended once, and said once.
			bh images >"$T/out" 2>"$T/err"
			not grep anew "$T/err"
			cp -a "$T/kept" "$g/$f"
			cp -a "$T/kept.previous" "$g/$f.previous"
		done
	done
	# What the index before its last change does not have is read from the
	# documents of the images; only their names are lost.
	rm "$g"/overlay-images/images.json* "$g"/overlay-layers/layers.json*
	is "$(bh images -q 2>"$T/err" | wc -l)" 2 "both are gone"
	grep -q "2 of these images have no name (<none>)" "$T/err" ||
	    { sed 's/^/# /' "$T/err"; return 1; }
	is "$(bh run --rm --network none "$id" echo ran 2>"$T/err")" ran
	bh rmi -f -a >/dev/null
	# A store that has none is not damaged.
	: >"$g/overlay-images/images.json"
	is "$(bh images -q 2>"$T/err")" ""
	not grep anew "$T/err"
}
@test "S62 D18: an index that is lost beside its images is named and written anew" { each lost_index; }

# put fifo|directory PATH: in place of a file of the engine.
put() {
	if [ "$1" = fifo ]; then mkfifo -m 600 "$2"; else mkdir -m 700 "$2"; fi
}

# run_ends WHAT: a container runs, or `run` fails with 125 or less than 124, in
# 20 seconds. Its exit code is in $code, what it said in $T/err.
run_ends() {
	local argv
	code=0
	mapfile -t argv < <(engine)
	timeout -k 1 20 "${argv[@]}" run --rm --network none localhost/busybox true \
	    >"$T/out" 2>"$T/err" </dev/null || code=$?
	[ $code -lt 124 ] || [ $code -eq 125 ] || { echo "# $1: $code"; return 1; }
}

# Whatever stands in place of a file: a command ends soon, and names it or works.
no_file() {
	local what path code
	bh volume create v >/dev/null
	bh create --name x --network none localhost/busybox true >/dev/null
	for path in "$(state)/state.journal" "$(state)/state.lock" "$(state)/state.kct" \
	    "$(graph)/overlay-images/images.json" "$(graph)/overlay-images/images.lock" \
	    "$(graph)/overlay-layers/layers.json" "$(graph)/overlay-containers/containers.lock" \
	    "$(graph)/overlay-containers/containers.json"; do
		[ -e "$path" ]
		mv "$path" "$T/kept"
		for what in fifo directory; do
			put $what "$path"
			chown --reference="$T/kept" "$path"
			run_ends "$what $path"
			[ $code -eq 0 ] || grep -q "${path##*/}" "$T/err" ||
			    { echo "# $what $path:"; sed 's/^/# /' "$T/err"; return 1; }
			rm -rf "$path"
		done
		mv "$T/kept" "$path"
	done
	is "$(bh ps -a --format '{{.Names}}')" x
	bh volume rm v >/dev/null
}
@test "D18: a FIFO or a directory in place of a file of the engine is named, and hangs nothing" { each no_file; }

# Locks, of both types.
no_lock() {
	local type path what code
	for type in shm file; do
		as_user mkdir -p .config/containers
		printf '[engine]\nlock_type = "%s"\n' $type |
		    as_user tee .config/containers/containers.conf >/dev/null
		bh create --name l --network none localhost/busybox true >/dev/null
		path=$(find "$T/xdg/bulkhead/locks" -type f | grep -E "/(0|table)$|shm" | head -1)
		[ -n "$path" ] || path=$(find "$T/xdg/bulkhead/locks" -type f | head -1)
		for what in fifo directory; do
			rm -rf "$path"
			put $what "$path"
			chown "$BH_USER" "$path"
			run_ends "$what $path"
		done
		rm -rf "$path"
		bh rm -f l >/dev/null 2>&1 || true
		rm -rf "$T/xdg/bulkhead/locks"
		bh rm -f -a >/dev/null 2>&1 || true
	done
	rm -rf "$T/user/.config"
}
@test "S46 S42: a FIFO or a directory in place of a lock hangs nothing" { WHO=user no_lock; }
