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

# Nothing half-made is in the storage of $WHO, once its store has ended.
nothing_left() {
	until_true 10 none_left
}

none_left() {
	is "$(find "$(storage)/bulkhead/stage" "$(storage)/bulkhead/.trash" \
	    -mindepth 1 2>/dev/null | head -5)" "" "left in the storage"
}

# Layers and images in the storage of $WHO, as text to compare.
inventory() {
	cat "$(storage)"/*-layers/layers.json "$(storage)"/*-images/images.json |
	    grep -o '"id":"[0-9a-f]*"' | sort | uniq
}

same_inventory() { is "$(inventory)" "$1"; }

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

# docker_archive OUT NAME LAYER...: an archive of these layers, tars at $T/x.
docker_archive() {
	local out=$1 name=$2 l ids= layers= d=$T/x/archive; shift 2
	rm -rf "$d"; mkdir "$d"
	for l; do
		cp "$T/x/$l" "$d/$l"
		ids+="${ids:+,}\"sha256:$(gzip -dcf "$T/x/$l" | sha256sum | cut -d' ' -f1)\""
		layers+="${layers:+,}\"$l\""
	done
	echo "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[$ids]}}" >"$d/config.json"
	echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"$name\"],\"Layers\":[$layers]}]" >"$d/manifest.json"
	tar -C "$d" -cf "$out" manifest.json config.json "$@"
	chmod 644 "$out"
}

# tar_of OUT NAME TEXT: a layer with one file.
tar_of() {
	rm -rf "$T/x/tree"; mkdir "$T/x/tree"
	echo "$3" >"$T/x/tree/$2"
	tar -C "$T/x/tree" --mtime=@0 -cf "$T/x/$1" "$2"
}

# The same bytes but for one in the contents of a file.
flip() {
	sed 's/good text/evil text/' "$1" >"$2"
}

aborted() {
	local before=$(inventory)
	fails 125 bh load -q -i "$T/x/second-bad.tar"
	[[ $err == *"not what the image names: its stored bytes hash to"* ]]
	until_true 10 same_inventory "$before"
	nothing_left
	# The first layer of it is as new for the next one.
	bh load -q -i "$T/x/first.tar"
	bh rmi localhost/first
	is "$(inventory)" "$before"
}

@test "A10: of an image that fails no layer stays" {
	tar_of one.tar a "good text one"
	tar_of two.tar b "good text two"
	docker_archive "$T/x/first.tar" localhost/first one.tar
	docker_archive "$T/x/both.tar" localhost/both one.tar two.tar
	flip "$T/x/two.tar" "$T/x/two.tar.new"
	mkdir -p "$T/x/bad"; tar -C "$T/x/bad" -xf "$T/x/both.tar"
	mv "$T/x/two.tar.new" "$T/x/bad/two.tar"
	tar -C "$T/x/bad" -cf "$T/x/second-bad.tar" .
	chmod 644 "$T/x/second-bad.tar"
	each aborted
}

killed_between() {
	local before=$(inventory) line pid
	mapfile -t line < <(engine)
	"${line[@]}" load -q -i "$T/x/small-big.tar" >/dev/null 2>&1 &
	pid=$!
	until_true 10 sh -c "ls -d '$(storage)'/bulkhead/stage/*/diff/big" \
	    >/dev/null 2>&1
	kill -KILL $pid
	not wait $pid
	until_true 5 sh -c "test -z \"\$(ls '$(storage)'/bulkhead/stage)\""
	is "$(inventory)" "$before"
}

@test "A10: nor of one whose load is killed" {
	big_tar 200
	tar_of one.tar a "good text one"
	docker_archive "$T/x/small-big.tar" localhost/sb one.tar big.tar
	each killed_between
}

corrupt_blob() {
	bh load -q -i "$T/x/whole.$1"
	fails 125 bh load -q -i "$T/x/corrupt.$1"
	[[ $err == *"not what the image names: its $2"* ]] ||
	    is "$err" "a message about its $2"
	bh run --rm --network none localhost/both /a 2>/dev/null || true
	bh rmi localhost/both
	# Not there: refused as well.
	fails 125 bh load -q -i "$T/x/corrupt.$1"
	nothing_left
}

@test "B09: a corrupted blob is refused, also when its layer is in the store" {
	tar_of one.tar a "good text one"
	tar_of two.tar b "good text two"
	# Plain layers of a docker archive: the stored bytes have a digest.
	docker_archive "$T/x/whole.plain" localhost/both one.tar two.tar
	flip "$T/x/whole.plain" "$T/x/corrupt.plain"
	# Compressed ones: only what they unpack to has.
	flip "$T/x/two.tar" "$T/x/evil.tar"
	gzip -nkf "$T/x/one.tar" "$T/x/two.tar" "$T/x/evil.tar"
	docker_archive "$T/x/whole.gz" localhost/both one.tar.gz two.tar.gz
	rm -rf "$T/x/bad"; mkdir "$T/x/bad"
	tar -C "$T/x/bad" -xf "$T/x/whole.gz"
	cp "$T/x/evil.tar.gz" "$T/x/bad/two.tar.gz"
	tar -C "$T/x/bad" -cf "$T/x/corrupt.gz" .
	chmod 644 "$T"/x/*.plain "$T"/x/*.gz
	each corrupt_blob plain "stored bytes hash to"
	each corrupt_blob gz "contents hash to"
}

@test "B09: so is one of an OCI archive" {
	local m l
	rm -rf "$T/x/oci"; mkdir "$T/x/oci"
	tar -C "$T/x/oci" -xf "$BH_FIXTURES/busybox.oci.tar"
	m=$(jq -r '.manifests[0].digest[7:]' "$T/x/oci/index.json")
	l=$(jq -r '.layers[0].digest[7:]' "$T/x/oci/blobs/sha256/$m")
	# Another gzip of the same contents, as long as the first: all that
	# differs is the time in its header.
	printf '\1' | dd of="$T/x/oci/blobs/sha256/$l" bs=1 seek=4 \
	    conv=notrunc status=none
	tar -C "$T/x/oci" -cf "$T/x/corrupt.oci" .
	chmod 644 "$T/x/corrupt.oci"
	oci_blob() {
		bh load -q -i "$BH_FIXTURES/busybox.oci.tar"
		fails 125 bh load -q -i "$T/x/corrupt.oci"
		[[ $err == *"not what the image names: its stored bytes"* ]]
	}
	each oci_blob
}

limits_hold() {
	local before=$(inventory)
	fails 125 bh load -q --max-size 1m -i "$T/x/limits.tar"
	[[ $err == *"--max-size"* ]]
	# Each layer is below it, both together are not.
	fails 125 bh load -q --max-size 3m -i "$T/x/limits.tar"
	[[ $err == *"--max-size"* ]]
	fails 125 bh load -q --max-files 1 -i "$T/x/limits.tar"
	[[ $err == *"--max-files"* ]]
	until_true 5 sh -c "test -z \"\$(ls '$(storage)'/bulkhead/stage)\""
	is "$(inventory)" "$before"
	bh load -q --max-size 5m --max-files 2 -i "$T/x/limits.tar"
	bh rmi localhost/limits
	fails 125 bh import "$T/x/zeros.tar" localhost/zeros
	[[ $err == *"zeros behind its end"* ]]
	nothing_left
}

@test "A09, A10: limits of the whole archive, by name" {
	head -c 2000000 /dev/urandom >"$T/x/r1"
	head -c 2000000 /dev/urandom >"$T/x/r2"
	tar -C "$T/x" -cf "$T/x/one.tar" r1
	tar -C "$T/x" -cf "$T/x/two.tar" r2
	docker_archive "$T/x/limits.tar" localhost/limits one.tar two.tar
	truncate -s 8G "$T/x/zeros.tar"
	chmod 644 "$T/x/zeros.tar"
	each limits_hold
}

@test "A10: a layer that unpacks to more than --max-ratio times its size" {
	truncate -s 1200M "$T/x/z"
	tar -C "$T/x" -cf - z | gzip -1 >"$T/x/bomb.tgz"
	rm "$T/x/z"
	chmod 644 "$T/x/bomb.tgz"
	WHO=user
	fails 125 user import --max-ratio 100 "$T/x/bomb.tgz" localhost/bomb
	[[ $err == *"--max-ratio"* ]]
	nothing_left
	user import "$T/x/bomb.tgz" localhost/bomb
	user rmi localhost/bomb
}

podman_lists() {
	case $WHO in
	root)	podman --root "$T/root/storage" --runroot "$T/root/run" \
		    --storage-driver overlay images >/dev/null ;;
	user)	as_user podman images >/dev/null ;;
	esac
}

names() {
	local n before=$(inventory)
	for n in localhost/UPPER UPPER x:y:z localhost/x:y:z -rf a..b a___b \
	    'a b' "localhost/x:$(printf 'a%.0s' {1..129})" \
	    "$(printf 'a%.0s' {1..256})" x@sha256:aa localhost/x: ../x; do
		fails 125 bh import "$T/x/one.tar" -- "$n"
		[[ $err == *"is not a name for an image"* ]]
	done
	for n in 0 1 2 3 4; do
		fails 125 bh load -q -i "$T/x/name$n.tar"
		[[ $err == *"is not a name for an image"* ]]
	done
	is "$(inventory)" "$before"
	bh import "$T/x/one.tar" Foo.com:80/a__b.c/d-e:V_1.0-x
	bh rmi Foo.com:80/a__b.c/d-e:V_1.0-x
	# A dot does not make a host of what can be none.
	bh import "$T/x/one.tar" a_b__c-d.e/f
	bh rmi localhost/a_b__c-d.e/f:latest
	fails 125 bh import "$T/x/one.tar" sha256:aaaa
	[[ $err == *"sha256:aaaa"*"tag by digest not supported"* ]]
	# Asked for, they are not there, and nothing else happens.
	for n in localhost/UPPER x:y:z; do
		fails 125 bh run --rm --network none "$n" true
		fails 1 bh rmi "$n"
		fails 125 bh inspect --type image "$n"
	done
	podman_lists
}

@test "names of images follow one grammar, and podman still lists them" {
	local i=0 n
	tar_of one.tar a "good text one"
	for n in localhost/UPPER x:y:z -rf 'a:b c' \
	    "$(printf 'a%.0s' {1..256}):x"; do
		docker_archive "$T/x/name$i.tar" "$n" one.tar
		i=$((i + 1))
	done
	each names
}

@test "an unpack that a layer has taken over cannot give it another's name" {
	local lie b=$BH_SOURCE/${B:-build/plain}
	tar_of one.tar a "good text one"
	flip "$T/x/one.tar" "$T/x/evil.tar"
	lie=sha256:$(sha256sum "$T/x/one.tar" | cut -d' ' -f1)
	cc -std=gnu17 -D_GNU_SOURCE -DLIE="\"$lie\"" \
	    -I"$BH_SOURCE/common/base" -I"$BH_SOURCE/common/protocol" \
	    -o "$T/x/liar" "$BH_SOURCE/tests/unpack/liar.c" \
	    "$b/obj/common/protocol.a" "$b/obj/common/base.a" -lbsd -lseccomp
	# Its configuration names what it wants to be taken for.
	docker_archive "$T/x/first.tar" localhost/first one.tar
	rm -rf "$T/x/bad"; mkdir "$T/x/bad"
	tar -C "$T/x/bad" -xf "$T/x/first.tar"
	cp "$T/x/evil.tar" "$T/x/bad/one.tar"
	gzip -n "$T/x/bad/one.tar"		# so that it has no digest
	sed -i 's/one\.tar/one.tar.gz/' "$T/x/bad/manifest.json"
	tar -C "$T/x/bad" -cf "$T/x/claims.tar" .
	chmod 644 "$T"/x/*.tar
	cp -a "$BH_PREFIX" "$T/prefix"
	cp "$T/x/liar" "$T/prefix/libexec/bulkhead/unpack"
	chmod 755 "$T/prefix"
	claims() {
		local before=$(inventory)
		BH=$T/prefix/bin/bulkhead fails 125 bh load -q \
		    -i "$T/x/claims.tar"
		[[ $err == *"not what the image names: its contents hash to"* ]]
		until_true 10 same_inventory "$before"
		# The layer with that name is what it says.
		bh load -q -i "$T/x/first.tar"
		[ ! -e "$(storage)"/overlay/*/diff/evil ]
		bh rmi localhost/first
	}
	each claims
	rm -rf "$T/prefix"
}

@test "A02: only fetch reads archives with libarchive, and makes no files" {
	run grep -lr -e 'archive_read' -e '<archive' "$BH_SOURCE/bin" \
	    "$BH_SOURCE/common" "$BH_SOURCE/libexec" --include='*.[ch]'
	[ -z "$(grep -v /libexec/fetch/ <<<"$output")" ]
	not grep -q 'ALLOW(\(mkdirat\|openat\|openat2\|symlinkat\|linkat\))' \
	    "$BH_SOURCE/policy/fetch.policy"
}
