#!/bin/sh
# An image of 30 layers, made by buildah on the busybox that podman packed:
# each layer adds a file, and every other one takes away an earlier one.
set -eu
out=${BH_FIXTURES:?}/thirty.docker.tar
[ ! -e "$out" ] || exit 0
echo "# fixture thirty.docker.tar" >&2
dir=$(mktemp -d "$BH_FIXTURES/.thirty.XXXXXX")
trap 'rm -rf "$dir"' EXIT
b() {
	buildah --root "$dir/root" --runroot "$dir/run" --storage-driver vfs \
	    "$@"
}
b pull -q "docker-archive:$BH_FIXTURES/busybox.docker.tar" >/dev/null
name=localhost/busybox:latest
for i in $(seq 2 30); do
	c=$(b from --pull-never "$name")
	m=$(b mount "$c")
	mkdir -p "$m/layers"
	echo "$i" >"$m/layers/$i"
	[ $((i % 2)) -eq 0 ] || rm "$m/layers/$((i - 1))"
	b umount "$c" >/dev/null
	name=localhost/thirty:$i
	b commit -q --rm "$c" "$name" >/dev/null
done
b push -q "$name" "docker-archive:$dir/out:localhost/thirty:latest"
chmod 644 "$dir/out"
mv "$dir/out" "$out"
