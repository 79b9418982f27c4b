#!/bin/sh
# make run: from a fresh build to the output of a first container, run as
# whoever calls it. The image is made from Debian's static busybox by another
# tool, tar; nothing comes from the network.
set -eu
: "${B:?}"
if [ "$(id -u)" -eq 0 ]; then
	sh tools/account.sh
	sh tools/install-caps.sh "$B/libexec/bulkhead"
	bulkhead="$B/bin/bulkhead --root /var/lib/bulkhead-first-run/storage
	    --runroot /run/bulkhead-first-run"
else
	bulkhead=$B/bin/bulkhead
fi
box=$(command -v busybox) || {
	echo "make run needs busybox: apt-get install busybox-static" >&2
	exit 1
}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/root/bin" "$dir/root/etc" "$dir/root/tmp"
cp "$box" "$dir/root/bin/busybox"
for a in sh id ls cat ps uname hostname; do
	ln -s busybox "$dir/root/bin/$a"
done
echo 'root:x:0:0:root:/:/bin/sh' >"$dir/root/etc/passwd"
echo 'root:x:0:' >"$dir/root/etc/group"
tar -C "$dir/root" --owner=0 --group=0 -cf "$dir/first.tar" .

set -x
$bulkhead import -q -c CMD=/bin/sh "$dir/first.tar" localhost/first:latest
$bulkhead images
$bulkhead run --rm --network none localhost/first \
    sh -c 'echo "Hello from $(hostname), pid $$, as $(id -un)."
	cat /proc/self/uid_map; ps'
