# Images and archives that were made to do harm, and loads that are cut off:
# nothing of them stays, and the next command works.

load lib

setup_file() {
	export T=$(mktemp -d /var/tmp/bulkhead-system.XXXXXX)
	chmod 711 "$T"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
	mkdir -m 755 "$T/x"
	have_busybox
}

# The storage of $WHO.
storage() {
	case $WHO in
	root)	echo "$T/root/storage" ;;
	user)	echo "$T/user/.local/share/containers/storage" ;;
	esac
}

# Nothing half-made is in the storage of $WHO.
nothing_left() {
	is "$(find "$(storage)/bulkhead/stage" "$(storage)/bulkhead/.trash" \
	    -mindepth 1 | head -5)" "" "left in the storage"
}

# Layers and images in the storage of $WHO, as text to compare.
inventory() {
	cat "$(storage)"/*-layers/layers.json "$(storage)"/*-images/images.json |
	    grep -o '"id":"[0-9a-f]*"' | sort | uniq
}

# A tar of $1 MiB that no compression shrinks, at $T/x/big.tar.
big_tar() {
	[ -e "$T/x/big.tar" ] && return
	head -c "$1"M /dev/urandom >"$T/x/big"
	tar -C "$T/x" -cf "$T/x/big.tar" big
	rm "$T/x/big"
	chmod 644 "$T/x/big.tar"
}

import_killed() {
	local line pid store
	mapfile -t line < <(engine)
	"${line[@]}" import "$T/x/big.tar" localhost/killed 2>"$T/err.$WHO" &
	pid=$!
	until_true 10 sh -c "ls -d '$(storage)'/bulkhead/stage/*/diff/big" \
	    >/dev/null 2>&1
	store=$(pgrep -P $pid -x store)
	kill -KILL "$store"
	not wait $pid
	sleep 2.2
	bh import "$T/x/big.tar" localhost/after
	bh rmi localhost/after
	nothing_left
}

@test "a killed store helper: the next import, load and rmi work" {
	big_tar 200
	each import_killed
}

stage_without_lock() {
	local dir=$(storage)/bulkhead/stage/0123456789abcdef0123456789abcdef
	mkdir -p "$dir/diff"
	echo x >"$dir/diff/x"
	chown -R --reference="$(storage)/bulkhead" "$dir"
	touch -d '1 hour ago' "$(storage)/bulkhead/stage"
	bh load -q -i "$BH_FIXTURES/busybox.docker.tar"
	bh rmi localhost/busybox
	nothing_left
	bh load -q -i "$BH_FIXTURES/busybox.docker.tar"
}

@test "a staging directory without its lock is removed by the next load" {
	each stage_without_lock
}
