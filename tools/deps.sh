#!/bin/sh
# deps.sh [build] [run] [test]: install what building, running and testing
# need, on Debian 12, as root. For other users it only prints what is missing.
# Without words: all three. `-n`: only print the lists.
set -eu
# Headers and static libraries; musl-tools make a run start sooner.
build="gcc g++ make libc6-dev linux-libc-dev libbsd-dev libmd-dev libjansson-dev
libseccomp-dev libsystemd-dev libkyotocabinet-dev liblzo2-dev zlib1g-dev libzstd-dev
libbz2-dev liblzma-dev libarchive-dev libssl-dev libsubid-dev musl-tools"
# The shared libraries that are linked or loaded, setcap and useradd.
run="libarchive13 libjansson4 libmd0 libsystemd0 libsubid4 libcap2-bin passwd"
# Peers to compare with, tools that the tests use, other compilers.
test="bats busybox-static debootstrap podman crun runc conmon buildah skopeo
umoci uidmap bubblewrap fuse-overlayfs slirp4netns mandoc zstd xz-utils bzip2
attr strace sudo util-linux jq clang libclang-rt-14-dev perl tar procps"
print=
[ "${1-}" != -n ] || { print=yes; shift; }
want=
for group in ${*:-build run test}; do
	case $group in
	build|run|test) eval "want=\"\$want \$$group\"" ;;
	*) echo "deps.sh: no group of packages: $group" >&2; exit 64 ;;
	esac
done
if [ -n "$print" ]; then
	echo $want
	exit 0
fi
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
