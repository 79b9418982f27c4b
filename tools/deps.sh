#!/bin/sh
# Install what building and testing need, on Debian 12, as root. Says what is
# missing, and does nothing else, for anybody else.
set -eu
build="gcc g++ make libc6-dev linux-libc-dev libbsd-dev libmd-dev libjansson-dev
libseccomp-dev libsystemd-dev libkyotocabinet-dev liblzo2-dev zlib1g-dev libzstd-dev
libbz2-dev liblzma-dev libarchive-dev libssl-dev libsubid-dev libcap2-bin
musl-tools"
test="bats busybox-static debootstrap podman crun runc conmon buildah skopeo
umoci uidmap bubblewrap fuse-overlayfs slirp4netns mandoc zstd xz-utils bzip2
attr strace sudo util-linux jq clang libclang-rt-14-dev perl tar procps"
want=$build
[ "${1:-test}" = build ] || want="$build $test"
missing=
for p in $want; do
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null |
	    grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
	echo "Missing packages. As root:" >&2
	echo "	apt-get install --no-install-recommends$missing" >&2
	exit 1
fi
echo "Installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -q --no-install-recommends $missing >/dev/null 2>&1 || {
	apt-get update -q >/dev/null
	apt-get install -y -q --no-install-recommends $missing >/dev/null
}
