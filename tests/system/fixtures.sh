#!/bin/sh
# Images that other tools made of other people's software, once per machine:
# Debian bookworm from debootstrap, packed by umoci and by buildah; busybox
# packed by podman; one of 30 layers with everything a layer can hold.
set -eu
dir=${BH_FIXTURES:?}
mkdir -p "$dir"
chmod 755 "$dir"
here=$(dirname "$0")

# make NAME COMMAND...: unless it is there; whole under its name, or not at all.
make_one() {
	name=$1; shift
	[ -e "$dir/$name" ] && return 0
	echo "# fixture $name" >&2
	rm -rf "$dir/.work"
	mkdir "$dir/.work"
	# Not before ||, where errexit would be off inside.
	set +e
	(set -e; cd "$dir/.work"; "$@") >"$dir/$name.log" 2>&1
	[ $? -eq 0 ] || {
		echo "fixture $name failed:" >&2
		tail -20 "$dir/$name.log" >&2
		exit 1
	}
	set -e
	mv "$dir/.work/out" "$dir/$name"
	[ -d "$dir/$name" ] || chmod 644 "$dir/$name"
	rm -rf "$dir/.work"
}

p() { podman --root "$PWD/root" --runroot "$PWD/run" --storage-driver vfs "$@"; }

busybox_root() {
	# The directories that images have, mount points among them.
	mkdir -p r/bin r/dev r/etc r/home/ann r/proc r/root r/run r/sys r/tmp \
	    r/usr r/var
	chmod 1777 r/tmp
	cp "$(command -v busybox)" r/bin/busybox
	# setuid, as su and sudo are: no_new_privs must not be there
	cat >euid.c <<-'C'
	#include <stdio.h>
	#include <unistd.h>
	int main(void) { return (printf("%d\n", (int)geteuid()) < 0); }
	C
	cc -static -o r/bin/euid euid.c
	chmod 4755 r/bin/euid
	for a in sh ls cat id ps echo true false mount sleep env stat test \
	    grep touch mkdir rm ln kill wc head tail sort printf tty stty \
	    pwd hostname seq dd od mknod chown chmod su ulimit yes date awk \
	    sed tr cut find readlink trap umount sync df md5sum; do
		ln -s busybox "r/bin/$a"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000:Ann:/home/ann:/bin/sh\n' >r/etc/passwd
	printf 'root:x:0:\nann:x:1000:\nextra:x:2000:ann\n' >r/etc/group
	chown -R 1000:1000 r/home/ann
}
busybox_docker() {
	busybox_root
	tar -C r -cf r.tar .
	p import -c 'CMD=["sh"]' -c 'ENV=FROM_IMAGE=yes' -c 'LABEL=made=podman' \
	    -c 'WORKDIR=/' r.tar localhost/busybox:latest
	p save -o out localhost/busybox:latest
}
busybox_oci() {
	p load -i "$dir/busybox.docker.tar"
	p save --format oci-archive -o out localhost/busybox:latest
}
debian_root() {
	mkdir out
	debootstrap --variant=minbase bookworm out
	rm -rf out/var/cache/apt/archives/*.deb out/var/lib/apt/lists/*
}
debian_umoci() {
	umoci init --layout oci
	umoci new --image oci:bookworm
	umoci unpack --image oci:bookworm bundle
	cp -a "$dir/debian.root/." bundle/rootfs/
	umoci repack --image oci:bookworm bundle
	umoci config --image oci:bookworm --config.cmd bash \
	    --config.env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	tar -C oci -cf out .
}
debian_buildah() {
	buildah="buildah --root $PWD/root --runroot $PWD/run --storage-driver vfs"
	c=$($buildah from scratch)
	m=$($buildah mount "$c")
	cp -a "$dir/debian.root/." "$m/"
	$buildah umount "$c"
	$buildah config --cmd bash --env \
	    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$c"
	$buildah commit -q "$c" localhost/debian:buildah
	$buildah push -q localhost/debian:buildah "docker-archive:$PWD/out:localhost/debian:buildah"
}
make_one busybox.docker.tar busybox_docker
make_one busybox.oci.tar busybox_oci
make_one debian.root debian_root
make_one debian.umoci.tar debian_umoci
make_one debian.buildah.tar debian_buildah
[ ! -e "$here/layers.sh" ] || . "$here/layers.sh"
