#!/bin/sh
# make run: from a fresh build to the output of a first container, with the
# rights of the caller. The image is made of a few programs of this machine and
# the libraries that they load, by tar; nothing comes from the network.
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
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
root=$dir/root
mkdir -p "$root/bin" "$root/etc" "$root/tmp"

# One program, and every library where its loader looks for it.
take() {
	path=$(command -v "$1") || return 0
	cp -L "$path" "$root/bin/$1"
	ldd "$path" 2>/dev/null | grep -o '/[^ )]*' | while read -r lib; do
		mkdir -p "$root$(dirname "$lib")"
		[ -e "$root$lib" ] || cp -L "$lib" "$root$lib"
	done
}
for program in sh id ls cat hostname; do
	take "$program"
done
echo 'root:x:0:0:root:/:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
tar -C "$root" --owner=0 --group=0 -cf "$dir/first.tar" .

set -x
$bulkhead import -q -c CMD=/bin/sh "$dir/first.tar" localhost/first:latest
$bulkhead images
$bulkhead run --rm --network none localhost/first \
    sh -c 'echo "Hello from $(hostname), pid $$, as $(id -un)."
	cat /proc/self/uid_map; ls /'
