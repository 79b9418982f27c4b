# store and Debian's podman, buildah and skopeo, on the same directories: what
# they wrote we read, what we wrote they list, run and remove. As root, for
# the peers; store itself runs as the user nobody, who owns the directories.

setup_file() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	for p in podman buildah skopeo jq busybox setpriv; do
		command -v $p >/dev/null || skip "needs $p"
	done
	cd "$BATS_TEST_DIRNAME/../.." || exit 1
	export TREE=$PWD B=${B:-build/plain}
	export STORE=$TREE/$B/libexec/bulkhead/store
	export DRIVE=$TREE/build/plain/obj/tests/store/drive_test
	[ -x "$STORE" ] || make -s "$B/libexec/bulkhead/store"
	make -s build/plain/obj/tests/store/drive_test
	export T=$(mktemp -d /tmp/store-bats.XXXXXX)
	chmod 755 "$T"
	for d in overlay vfs; do
		mkdir -m 700 "$T/$d" "$T/$d.run"
	done
	# Seven steps, three layers, one of them with a whiteout.
	mkdir "$T/ctx"
	cp "$(command -v busybox)" "$T/ctx/busybox"
	cat >"$T/ctx/Containerfile" <<-EOF
	FROM scratch
	COPY busybox /bin/busybox
	RUN ["/bin/busybox", "mkdir", "-p", "/a/b/c", "/d"]
	RUN ["/bin/busybox", "sh", "-c", "echo hi >/a/x; /bin/busybox rm -r /d"]
	ENV A=b
	LABEL k=v
	CMD ["/bin/busybox", "cat", "/a/x"]
	EOF
	for d in overlay vfs; do
		peer $d podman build -q --layers --isolation chroot -t bb \
		    -t localhost/two:v1 "$T/ctx" >/dev/null
	done
	# As files, for loading through store.
	mkdir "$T/oci"
	peer overlay podman save -q --format oci-dir -o "$T/oci" bb
	chmod -R a+rX "$T"/oci
	peer overlay podman save -q --format oci-archive -o "$T/oci.tar" bb
}

teardown_file() {
	[ -n "$T" ] || return 0
	umount "$T"/full 2>/dev/null || true
	for d in overlay vfs new.overlay new.vfs; do
		umount "$T/$d/overlay" 2>/dev/null || true
	done
	rm -rf "$T"
}

# peer DIRECTORY PROGRAM ARG...: podman or buildah on that store.
peer() {
	local dir=$1 prog=$2
	shift 2
	"$prog" --root "$T/$dir" --runroot "$T/$dir.run" \
	    --storage-driver "${dir##*.}" "$@" 2>"$T/err" || {
		cat "$T/err"
		return 1
	}
}

# store DIRECTORY WORD...: our store, as nobody, on a copy given to nobody.
store() {
	local dir=$1
	shift
	# Closed directories (0555) are podman's; podman unmounts its own.
	umount "$T/$dir/overlay" 2>/dev/null || true
	chown -R 65534:65534 "$T/$dir" "$T/$dir.run"
	setpriv --reuid 65534 --regid 65534 --clear-groups -- \
	    "$DRIVE" "$STORE" "${dir##*.}" "$T/$dir" "$T/$dir.run" -c "$@"
	local rc=$?
	chown -R 0:0 "$T/$dir" "$T/$dir.run"
	return $rc
}

new() {
	umount "$T/new.$1/overlay" 2>/dev/null || true
	rm -rf "$T/new.$1" "$T/new.$1.run"
	mkdir -m 700 "$T/new.$1" "$T/new.$1.run"
}

sum() {
	printf %s "$1" | sha256sum | cut -d' ' -f1
}

# load DIRECTORY NAME: the image in $T/oci, layer by layer, through store.
load() {
	local dir=$1 blobs=$T/oci/blobs/sha256 m c l tar diff id= chain=
	m=$(jq -r '.manifests[0].digest[7:]' "$T/oci/index.json")
	c=$(jq -r '.config.digest[7:]' "$blobs/$m")
	for l in $(jq -r '.layers[].digest[7:]' "$blobs/$m"); do
		tar=$T/layer.tar
		zcat "$blobs/$l" >"$tar" && chmod 644 "$tar"
		diff=$(sha256sum <"$tar" | cut -d' ' -f1)
		if [ -z "$id" ]; then
			chain=sha256:$diff
			parent= id=$diff
		else
			chain=sha256:$(sum "$chain sha256:$diff")
			parent=$id id=$(sum "$id+$diff")
		fi
		store "$dir" layer "$parent" "$chain" "$tar" || return 1
	done
	store "$dir" commit "$blobs/$c" "$blobs/$m" "$id" "$2"
}

value() {
	sed -n "s/^$1=//p" | head -1
}

@test "what podman stored is found, and described alike (overlay, vfs)" {
	for d in overlay vfs; do
		id=$(peer $d podman image inspect --format '{{.Id}}' bb)
		size=$(peer $d podman image inspect --format '{{.Size}}' bb)
		digest=$(peer $d podman image inspect --format '{{.Digest}}' bb)
		run store $d find bb
		[ "$status" = 0 ]
		[ "$(value id <<<"$output")" = "$id" ]
		[ "$(value size <<<"$output")" = "$size" ]
		[ "$(value digest <<<"$output")" = "$digest" ]
		grep -qx env=A=b <<<"$output"
		grep -qx label=k=v <<<"$output"
		n=$(grep -c ^layer= <<<"$output")
		[ "$n" = "$([ $d = vfs ] && echo 1 || echo 3)" ]
		while read -r l; do
			[ -d "$T/$d/$l" ]
		done < <(sed -n 's/^layer=//p' <<<"$output")
	done
}

@test "a name means what it means to podman" {
	peer overlay podman tag bb quay.io/foo/bar/baz:v1 localhost/a/b/qq
	id=$(peer overlay podman image inspect --format '{{.Id}}' bb)
	for ref in bb bb:latest localhost/bb two two:v1 baz baz:v1 bar/baz:v1 \
	    foo/bar/baz:v1 az:v1 qq b/qq a/b/qq BB nope quay.io/bb bb: \
	    docker.io/library/bb docker.io/bb "$id" "${id:0:6}" "${id:0:12}" \
	    "sha256:$id" "sha256:${id:0:12}" "bb@sha256:$(sum x)" \
	    "bb@$(peer overlay podman image inspect --format '{{.Digest}}' bb)"
	do
		theirs=$(peer overlay podman image inspect \
		    --format '{{.Id}}' "$ref" | grep -x '[0-9a-f]\{64\}' || true)
		ours=$(store overlay find "$ref" | value id)
		echo "$ref: $theirs $ours"
		[ "$theirs" = "$ours" ]
	done
}

@test "a short name goes before an id that begins like it, an id before a tail" {
	for of in $(peer overlay podman images -a -q --no-trunc | sort -u); do
		of=${of#sha256:}
		peer overlay podman tag bb "localhost/${of:0:4}" \
		    "quay.io/foo/${of:0:6}"
		for ref in "${of:0:4}" "${of:0:6}"; do
			theirs=$(peer overlay podman image inspect \
			    --format '{{.Id}}' "$ref")
			ours=$(store overlay find "$ref" | value id)
			echo "$ref: $theirs $ours"
			[ "$theirs" = "$ours" ]
		done
		peer overlay podman untag bb "localhost/${of:0:4}" \
		    "quay.io/foo/${of:0:6}"
	done
}

@test "the list is podman's list: names, sizes, intermediate images" {
	peer overlay podman images -a --no-trunc --format json |
	    jq -r '.[] | "\(.Id) \(.Size) \(.ParentId)"' | sort -u >"$T/theirs"
	store overlay list | awk -F= '
		function out() { if (id) print id, size, parent }
		/^image:/ { out(); id = size = parent = "" }
		/^  id=/ { id = $2 }
		/^  size=/ { size = $2 }
		/^  parent=/ { parent = $2 }
		END { out() }' | sort -u >"$T/ours"
	sed -i 's/ *$//' "$T/theirs" "$T/ours"
	diff "$T/theirs" "$T/ours"
	peer overlay podman images -q --no-trunc | sort -u | wc -l >"$T/theirs"
	store overlay list | grep -c intermediate=0 >"$T/ours"
	diff "$T/theirs" "$T/ours"
}

@test "what we store, podman, buildah and skopeo list and read" {
	for d in overlay vfs; do
		new $d
		load new.$d localhost/mine:latest
		id=$(peer new.$d podman images -q --no-trunc mine)
		[ "$id" = "$(peer overlay podman images -q --no-trunc bb)" ]
		peer new.$d podman image inspect mine |
		    jq -S '.[0] | del(.RepoTags, .RepoDigests, .NamesHistory, .Parent,
		    .GraphDriver, .Digest, .Size, .VirtualSize)' >"$T/ours"
		peer overlay podman image inspect bb |
		    jq -S '.[0] | del(.RepoTags, .RepoDigests, .NamesHistory, .Parent,
		    .GraphDriver, .Digest, .Size, .VirtualSize)' >"$T/theirs"
		diff "$T/theirs" "$T/ours"
		peer new.$d buildah images | grep -q localhost/mine
		skopeo inspect --raw \
		    "containers-storage:[$d@$T/new.$d+$T/new.$d.run]localhost/mine:latest" |
		    jq -e .config.digest >/dev/null
	done
}

@test "what we store, podman runs" {
	peer overlay podman --runtime runc run --rm --network none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 bb ||
	    skip "podman itself runs nothing here"
	for d in overlay vfs; do
		new $d
		load new.$d localhost/mine:latest
		run peer new.$d podman --runtime runc run --rm --network none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
		    mine
		echo "$output"
		[ "$status" = 0 ]
		[ "$output" = hi ]
		# Built upon, and all of it removed.
		ctr=$(peer new.$d buildah from --pull-never mine)
		peer new.$d buildah commit -q "$ctr" upon
		peer new.$d buildah rm "$ctr"
		run store new.$d find upon
		[ "$status" = 0 ]
		peer new.$d podman rmi -a -f
		[ "$(store new.$d list)" = "" ]
	done
}

@test "podman's layers are ours: nothing is stored twice" {
	id=$(peer overlay podman images -q --no-trunc bb)
	before=$(ls "$T/overlay/overlay" | sort)
	load overlay localhost/again:latest
	[ "$before" = "$(ls "$T/overlay/overlay" | sort)" ]
	[ "$(peer overlay podman images -q --no-trunc again)" = "$id" ]
	# And ours are theirs.
	new overlay
	load new.overlay localhost/mine:latest
	before=$(ls "$T/new.overlay/overlay" | sort)
	peer new.overlay podman load -q -i "$T/oci.tar"
	[ "$before" = "$(ls "$T/new.overlay/overlay" | sort)" ]
	peer overlay podman untag again localhost/again:latest
}

@test "an image that podman built goes with its parents, as with podman" {
	new overlay
	cp -a "$T/overlay/." "$T/new.overlay/"
	cp -a "$T/overlay.run/." "$T/new.overlay.run/"
	rm -rf "$T/new.overlay/libpod"		# it knows its own path
	for n in two:v1 baz:v1 qq; do
		store new.overlay remove $n || true
	done
	run store new.overlay remove bb
	[ "$status" = 0 ]
	[ "$(grep -c ^deleted= <<<"$output")" = 6 ]
	run peer new.overlay podman images -a
	echo "$output"
	[ "$status" = 0 ]
	[ "${#lines[@]}" = 1 ]			# the heading
	[ "$(ls "$T/new.overlay/overlay")" = l ]
	[ "$(ls "$T/new.overlay/overlay/l")" = "" ]
	peer new.overlay podman load -q -i "$T/oci.tar"
}

@test "an image that podman's or buildah's container uses stays" {
	ctr=$(peer overlay podman create bb)
	for n in two:v1 baz:v1 qq; do
		store overlay remove $n || true
	done
	run store overlay remove bb
	[ "$status" = 1 ]
	grep -q "image used by $ctr: image is in use" <<<"$output"
	# With force it goes, and the container first: 56-two-engines.bats.
	peer overlay podman rm "$ctr"
	run store overlay find bb
	[ "$status" = 0 ]
}

# Of eight of Debian's buildah at once (storage 1.43) some lose the names that
# others give; so it is only asked that ours do not, and that all stays whole.
@test "several at once lose nothing, also while buildah writes" {
	new overlay
	load new.overlay localhost/one:latest
	chown -R 65534:65534 "$T/new.overlay" "$T/new.overlay.run"
	m=$(jq -r '.manifests[0].digest[7:]' "$T/oci/index.json")
	c=$(jq -r '.config.digest[7:]' "$T/oci/blobs/sha256/$m")
	top=$(jq -r '.[0].layer' "$T/new.overlay/overlay-images/images.json")
	ours() {
		setpriv --reuid 65534 --regid 65534 --clear-groups -- "$DRIVE" \
		    "$STORE" overlay "$T/new.overlay" "$T/new.overlay.run" \
		    commit "$T/oci/blobs/sha256/$c" "$T/oci/blobs/sha256/$m" \
		    "$top" "localhost/$1:latest" >/dev/null
	}
	names() {
		jq -r '.[].names[]' "$T/new.overlay/overlay-images/images.json"
	}
	for i in 1 2 3 4 5 6 7 8; do
		ours ours$i &
	done
	wait
	[ "$(names | grep -c ours)" = 8 ]
	for i in 1 2 3 4; do
		setpriv --reuid 65534 --regid 65534 --clear-groups -- \
		    env HOME="$T" unshare -rm buildah --root "$T/new.overlay" \
		    --runroot "$T/new.overlay.run" --storage-driver overlay \
		    tag "$c" "localhost/theirs$i:latest" &
		ours more$i &
	done
	wait
	names | grep -q theirs
	ours last
	for i in 1 2 3 4 5 6 7 8; do
		names | grep -qx "localhost/ours$i:latest"
	done
	names | grep -qx localhost/last:latest
	chown -R 0:0 "$T/new.overlay" "$T/new.overlay.run"
}

@test "a full disk is said in one message and leaves nothing half-made" {
	mkdir -p "$T/full"
	mount -t tmpfs -o size=1m,nr_inodes=200 none "$T/full"
	mkdir -m 700 "$T/full/new.overlay" "$T/full/new.overlay.run"
	dir=$T/full/new.overlay
	chown -R 65534:65534 "$T/full"
	on() {
		setpriv --reuid 65534 --regid 65534 --clear-groups -- "$DRIVE" \
		    "$STORE" overlay "$dir" "$dir.run" -c "$@"
	}
	# Space for the layer, and byte by byte less for what comes after it.
	printf x >"$T/f" && tar -C "$T" -cf "$T/small.tar" f
	chmod 644 "$T/small.tar"
	for free in 0 1 2 3 4 5 6 7 8 9 10 12 14 16; do
		on layer "" "" "$T/small.tar" >/dev/null 2>&1 || true
		find "$dir/overlay" -mindepth 1 -maxdepth 1 ! -name l \
		    -exec rm -rf {} +
		rm -rf "$dir"/overlay/l/* "$dir"/overlay-layers/*
		pages=$(($(stat -f -c %f "$T/full") - free))
		[ "$pages" -lt 1 ] ||
		    dd if=/dev/zero of="$T/full/fill" bs=4096 count=$pages \
		    status=none || true
		run on layer "" "" "$T/small.tar"
		echo "$free: $output"
		if [ "$status" = 0 ] && [[ $output != *error* ]] &&
		    [[ $output != *"tar failed"* ]]; then
			[ "$(ls "$dir/overlay" | wc -l)" = 2 ]
			jq -e length "$dir/overlay-layers/layers.json"
		elif [[ $output != *"tar failed"* ]]; then
			[[ $output == *"error ENOSPC: "*"is full"* ]]
			[ "$(ls "$dir/overlay")" = l ]
			[ "$(ls "$dir/overlay/l")" = "" ]
		fi
		[ "$(ls "$dir/bulkhead/stage")" = "" ]
		[ "$(ls "$dir/bulkhead/.trash")" = "" ]
		rm -f "$T/full/fill"
	done
	# The same for an image on that layer.
	on layer "" "" "$T/small.tar"
	id=$(sha256sum <"$T/small.tar" | cut -d' ' -f1)
	printf '{"os":"linux","config":{},"rootfs":{"diff_ids":["sha256:%s"]}}' \
	    "$id" >"$T/config"
	printf '{"config":{"digest":"sha256:%s"},"layers":[{}]}' \
	    "$(sha256sum <"$T/config" | cut -d' ' -f1)" >"$T/manifest"
	chmod 644 "$T/config" "$T/manifest"
	full=0
	for free in 0 1 2 3 4 5 6 7 8 9 10; do
		rm -rf "$dir"/overlay-images/*
		pages=$(($(stat -f -c %f "$T/full") - free))
		dd if=/dev/zero of="$T/full/fill" bs=4096 count=$pages status=none
		run on commit "$T/config" "$T/manifest" "$id" localhost/x:1
		echo "$free: $output"
		if [[ $output == *error* ]]; then
			[[ $output == *"error ENOSPC: "*"is full"* ]]
			[ "$(ls "$dir/overlay-images" | grep -v lock)" = "" ]
			full=$((full + 1))
		else
			run on find x:1
			[ "$status" = 0 ]
		fi
		[ "$(ls "$dir/bulkhead/stage")" = "" ]
		[ "$(ls "$dir/bulkhead/.trash")" = "" ]
		rm -f "$T/full/fill"
	done
	[ "$full" -gt 3 ]
	# And a writable layer, for which there is no inode.
	i=0
	while : >"$T/full/i$i"; do i=$((i + 1)); done 2>/dev/null
	run on rwmake "$(sum x)" ""
	[[ $output == *"error ENOSPC: "*"is full"* ]]
	[ ! -e "$dir/bulkhead/$(sum x)" ]
	umount "$T/full"
}

@test "killed at any moment, the next one is right" {
	new overlay
	load new.overlay localhost/one:latest
	chown -R 65534:65534 "$T/new.overlay" "$T/new.overlay.run"
	on() {
		setpriv --reuid 65534 --regid 65534 --clear-groups -- "$DRIVE" \
		    "$STORE" overlay "$T/new.overlay" "$T/new.overlay.run" "$@"
	}
	top=$(jq -r '.[0].layer' "$T/new.overlay/overlay-images/images.json")
	m=$(jq -r '.manifests[0].digest[7:]' "$T/oci/index.json")
	c=$(jq -r '.config.digest[7:]' "$T/oci/blobs/sha256/$m")
	echo 1 >"$T/f" && tar -C "$T" -cf "$T/small.tar" f
	for i in $(seq 25); do
		# KILLAT: the driver kills the store so many us after asking.
		export KILLAT=$((i * i * 20))
		on layer "$top" "" "$T/small.tar" >/dev/null 2>&1 || true
		on remove one >/dev/null 2>&1 || true
		on commit "$T/oci/blobs/sha256/$c" "$T/oci/blobs/sha256/$m" \
		    "$top" localhost/one:latest >/dev/null 2>&1 || true
		unset KILLAT
		on tidy >/dev/null
		[ "$(ls "$T/new.overlay/bulkhead/stage")" = "" ]
		[ "$(ls "$T/new.overlay/bulkhead/.trash")" = "" ]
		# Every image is whole, and every layer that is listed is there.
		if on find one >"$T/found"; then :; else
			grep -q "image not known" "$T/found"
			chown -R 0:0 "$T/new.overlay" "$T/new.overlay.run"
			load new.overlay localhost/one:latest >/dev/null
			chown -R 65534:65534 "$T/new.overlay" \
			    "$T/new.overlay.run"
		fi
		jq -r '.[].id' "$T/new.overlay/overlay-layers/layers.json" |
		    sort >"$T/listed"
		ls "$T/new.overlay/overlay" | grep -vx l | sort >"$T/there"
		diff "$T/listed" "$T/there"
		[ "$(ls "$T/new.overlay/overlay/l" | wc -l)" = \
		    "$(wc -l <"$T/there")" ]
	done
	chown -R 0:0 "$T/new.overlay" "$T/new.overlay.run"
	peer new.overlay podman images | grep -q localhost/one
}

@test "10,000 writable layers cost a new one nothing" {
	new overlay
	store new.overlay list
	chown -R 65534:65534 "$T/new.overlay" "$T/new.overlay.run"
	setpriv --reuid 65534 --regid 65534 --clear-groups -- \
	    sh -c 'cd "$1" && seq -f "%064.0f" 10000 | xargs mkdir' x \
	    "$T/new.overlay/bulkhead"
	run strace -f -o "$T/trace" setpriv --reuid 65534 --regid 65534 \
	    --clear-groups -- "$DRIVE" "$STORE" overlay "$T/new.overlay" \
	    "$T/new.overlay.run" -c rwmake "$(sum x)" "" , rss , \
	    rwremove "$(sum x)"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' <<<"$output")" -lt 16384 ]
	# 10,000 names take hundreds of these. After a few seconds store also looks
	# whether its trash and stage are idle.
	! grep -q getdents64 "$T/trace" ||
	    [ "$(grep -c getdents64 "$T/trace")" -lt 16 ]
}
