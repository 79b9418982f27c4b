# One storage, two engines: bulkhead, and Debian's podman and buildah. What one
# uses, the other does not remove; what one made, the other does not delete.

load lib

setup() {
	for p in podman buildah; do
		command -v $p >/dev/null || skip "there is no $p"
	done
	have_storage
	have_busybox
}

teardown() {
	for WHO in root user; do
		bh rm -f -a -t 0 >/dev/null 2>&1 || true
		bh volume rm -f -a >/dev/null 2>&1 || true
		pod rm -f -a >/dev/null 2>&1 || true
		pod volume rm -f -a >/dev/null 2>&1 || true
		bld rm -a >/dev/null 2>&1 || true
	done
}

# podman takes the driver vfs in a storage that has nothing yet.
have_storage() {
	install -d -o "$BH_USER" -g "$BH_USER" "$T/user/.config" \
	    "$T/user/.config/containers"
	echo '[storage]' >"$T/user/.config/containers/storage.conf"
	echo 'driver = "overlay"' >>"$T/user/.config/containers/storage.conf"
}

# The other engines, on the storage of $WHO.
other() {
	local prog=$1; shift
	case $WHO in
	root)	timeout 60 "$prog" --root "$T/root/storage" \
		    --runroot "$T/root/run" --storage-driver overlay "$@" ;;
	user)	as_user timeout 60 "$prog" "$@" ;;
	esac
}
pod() { other podman "$@"; }
bld() { other buildah "$@"; }

graph() {
	case $WHO in
	root)	echo "$T/root/storage" ;;
	user)	echo "$T/user/.local/share/containers/storage" ;;
	esac
}

# Does the file name it? It is not there before the first container.
listed() { grep -qs "$1" "$(graph)/overlay-containers/containers.json"; }

image_kept() {
	# While it runs, with --rm and without a name: what costs least.
	bh run -d --rm --network none busybox sleep 1000 >"$T/id"
	fails 2 pod rmi busybox
	[[ $err == *"image used by $(cat "$T/id"): image is in use by a container"* ]]
	fails 125 bld rmi busybox
	[[ $err == *"image is in use by a container"* ]]
	pod ps -a --external --no-trunc | grep -q "^$(cat "$T/id").*Storage"
	bld containers --all --notruncate | grep -q "$(cat "$T/id")"
	bh rm -f -t 0 "$(cat "$T/id")"
	until_true 10 not listed "$(cat "$T/id")"

	# A container that was only created, and one that has exited.
	bh create --name made busybox true
	fails 2 pod rmi busybox
	bh start -a made
	fails 2 pod rmi busybox
	bh rm made
	bh run --rm --network none busybox true
	until_true 10 not listed bulkhead
	pod rmi busybox
	fails 1 bh rmi busybox
}

@test "engines: podman and buildah keep the image of our container" { each image_kept; }

others_work() {
	# Our entries are none that the others stumble over.
	bh create --name made busybox true
	bh create busybox true
	case $WHO in
	root)	pod mount ;;
	user)	pod unshare podman mount ;;
	esac
	pod system df
	pod umount -a
	pod container prune -f
	pod image prune -a -f
	bld rm -a
	is "$(pod ps -a --external --format '{{.Names}}' | grep -c made)" 1
	is "$(pod images -q | wc -l)" 1
	bh start -a made
	bh rm -a
}

@test "engines: our containers disturb no command of podman's" { each others_work; }

names_taken() {
	pod create --name theirs busybox true >"$T/theirs"
	bld from --name working localhost/busybox
	for name in theirs working; do
		for how in create run; do
			fails 125 bh $how --network none --name $name busybox true
			[[ $err == *"Error: creating container storage: the container name \"$name\" is already in use by "*". You have to remove that container to be able to reuse that name: that name is already in use" ]]
		done
		fails 125 bh run --rm --network none --name $name busybox true
	done
	is "$(bh ps -aq)" "" "nothing is left of these"
	grep -q "$(cat "$T/theirs")" "$(graph)/overlay-containers/containers.json"

	bh create --name ours busybox true
	fails 125 pod create --name ours busybox true
	[[ $err == *"that name is already in use"* ]]
	fails 125 bld from --name ours localhost/busybox
	bh rm ours
	pod create --name ours busybox true
	fails 125 bh create --replace --name ours busybox true
	pod rm ours
	bh create --replace --name ours busybox true
}

@test "engines: a name that another engine's container has is taken" { each names_taken; }

force() {
	local g img
	g=$(graph)
	img=$(bh images -q --no-trunc busybox); img=${img#sha256:}
	bld from --name working localhost/busybox
	pod create --name theirs busybox true
	fails 2 bh rmi busybox
	[[ $err == *"image is in use by a container: consider listing external containers and force-removing image"* ]]
	is "$(pod ps -aq --external | wc -l)" 2 "containers of the others"
	bh create --name ours busybox true
	bh rmi -f busybox
	is "$(bh ps -aq)" ""
	is "$(bld containers -aq)" ""
	is "$(pod images -q)" ""
	# Its own record of it is podman's, and podman can remove it.
	pod rm theirs
	is "$(pod ps -aq --external)" ""
	is "$(ls "$g/overlay-layers" | grep -vc '^layers')" 0
	is "$(ls "$g/overlay" | wc -l)" 2 "l, and the layer that entries name"
	bh load -q -i "$BH_FIXTURES/busybox.docker.tar"
	bld from --name working localhost/busybox
	bh rmi -a -f
	is "$(bld containers -aq)" ""
	bh load -q -i "$BH_FIXTURES/busybox.docker.tar"
	pod create --name theirs busybox true
	pod rm theirs
}

@test "engines: rmi -f takes containers of others, rmi does not" { each force; }

# What podman has mounted is at work: also by force it stays.
mounted() {
	[ $WHO = root ] || return 0
	bld from --name working localhost/busybox
	bld mount working
	fails 2 bh rmi -f busybox
	[[ $err == *"stop or unmount it there first"* ]]
	bld umount working
	bld rm working
}

@test "engines: rmi -f leaves a container that another has mounted" { each mounted; }

# podman may be told to remove our container: it takes the entry alone.
taken_away() {
	bh run -d --name runs --network none busybox sleep 1000
	bh create --name made busybox echo made
	pod rm runs made
	not listed bulkhead
	is "$(bh ps -q | wc -l)" 1 "it runs on"
	bh exec runs true 2>/dev/null || bh top runs >/dev/null 2>&1 || true
	# The next start lists it again.
	is "$(bh start -a made)" made
	listed '\["made"\]'
	pod rm -f made runs
	pod rmi -f busybox
	fails 125 bh start -a made
	[[ $err == *"which the container was made from, is not in the store any more: load it again, or remove the container"* ]]
	bh rm -f -t 0 runs made
	is "$(bh ps -aq)" ""
	bh load -q -i "$BH_FIXTURES/busybox.docker.tar"
	bh run --rm --network none busybox true
}

@test "engines: a container that podman takes off the list runs on and can be removed" { each taken_away; }

# Both at once: no entry is lost.
crowd() {
	local pids=() i
	for i in 1 2 3 4 5 6; do
		pod create --name "p$i" busybox true >/dev/null & pids+=($!)
		bh create --name "b$i" busybox true >/dev/null & pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	for i in 1 2 3 4 5 6; do
		listed "\[\"p$i\"\]"
		listed "\[\"b$i\"\]"
	done
	bh rm -a >/dev/null & i=$!
	pod rm p1 p2 p3 p4 p5 p6 >/dev/null
	wait $i
	until_true 10 eval '[ "$(cat "$(graph)/overlay-containers/containers.json")" = "[]" ]'
}

@test "engines: two that write the list at once lose nothing" { each crowd; }

# Volumes of one name are two volumes, and each engine removes its own.
volumes() {
	pod volume create x
	echo podman >"$(pod volume inspect -f '{{.Mountpoint}}' x)/file"
	bh volume create x
	bh run --rm --network none -v x:/v busybox sh -c \
	    'test ! -e /v/file && echo bulkhead >/v/file'
	is "$(cat "$(bh volume inspect -f '{{.Mountpoint}}' x)/file")" bulkhead
	is "$(cat "$(pod volume inspect -f '{{.Mountpoint}}' x)/file")" podman
	bh volume rm x
	is "$(cat "$(pod volume inspect -f '{{.Mountpoint}}' x)/file")" podman

	bh run --rm --network none -v x:/v busybox sh -c 'echo again >/v/file'
	pod volume rm x
	is "$(cat "$(bh volume inspect -f '{{.Mountpoint}}' x)/file")" again
	is "$(bh run --rm --network none -v x:/v busybox cat /v/file)" again

	# One that is a directory of the host has none here.
	pod volume create host
	mkdir -p "$T/host.$WHO"; chmod 777 "$T/host.$WHO"
	bh volume create --opt type=none --opt o=bind \
	    --opt "device=$T/host.$WHO" host
	bh volume rm host
	[ -d "$(pod volume inspect -f '{{.Mountpoint}}' host)" ]

	# Those that have no name, and those that podman prunes.
	bh create --name anon -v /v busybox true
	pod volume prune -f
	bh start -a anon
	bh rm -v anon
	is "$(bh volume ls -q)" x
}

@test "engines: volumes of the same name are each engine's own" { each volumes; }

# podman copies an image's layer for other ids. That copy is not the layer, and
# it goes with the image. Root's podman maps at the mount, and makes no copy.
mapped() {
	[ $WHO = user ] || return 0
	local g id
	g=$(graph)
	pod create --userns keep-id --name theirs busybox true
	id=$(sed -n 's/.*"mapped-layers":\["\([0-9a-f]*\)"\].*/\1/p' \
	    "$g/overlay-images/images.json")
	[ -d "$g/overlay/$id/diff" ]
	grep -q '"uidmap"' "$g/overlay-layers/layers.json"
	fails 2 bh rmi busybox
	pod rm theirs
	bh rmi busybox
	is "$(grep -c '"uidmap"' "$g/overlay-layers/layers.json")" 0
	[ ! -e "$g/overlay/$id" ]
	bh load -q -i "$BH_FIXTURES/busybox.docker.tar"
	bh run --rm --network none busybox true
	pod create --userns keep-id --name theirs busybox true
	pod rm theirs
	bh run --rm --network none busybox true

	# An image that is gone, and podman's copy of its layer left behind.
	sed -i 's/"mapped-layers":\["[0-9a-f]*"\],//' \
	    "$g/overlay-images/images.json"
	bh rmi busybox
	grep -q '"uidmap"' "$g/overlay-layers/layers.json"
	bh load -q -i "$BH_FIXTURES/busybox.docker.tar"
	bh run --rm --network none busybox true
}

@test "engines: a layer that podman mapped is never an image's, and goes with it" { each mapped; }

# kill -9 at any moment leaves no entry without a container, and podman's be.
killed() {
	local argv i pid p
	mapfile -t argv < <(engine)
	pod create --name theirs busybox true
	for p in store bulkhead statekeep; do
		for i in 1 3 5 7; do
			T=$T perl "$BATS_TEST_DIRNAME/strike.pl" "$BH_PREFIX" \
			    "$([ $WHO = user ] || printf -)$(id -u "$BH_USER")" \
			    $p ${i}000 "${argv[@]}" run --rm --name n \
			    --network none busybox true | tr '\n' ' '
			T=$T perl "$BATS_TEST_DIRNAME/strike.pl" "$BH_PREFIX" \
			    "$([ $WHO = user ] || printf -)$(id -u "$BH_USER")" \
			    $p ${i}000 "${argv[@]}" create --name m busybox true
			bh create --replace --name m busybox true
			bh rm -f m
		done
	done
	sleep 2
	bh run --rm --name n --network none busybox true
	bh rm -f -a
	bh run --rm --name n --network none busybox true
	until_true 10 not listed bulkhead
	listed '\["theirs"\]'
	pod rm theirs
	pod rmi busybox
	bh load -q -i "$BH_FIXTURES/busybox.docker.tar"
}

@test "engines: kill -9 leaves no entry of a container that is gone" { each killed; }
