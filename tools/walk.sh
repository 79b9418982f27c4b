#!/bin/sh
# make walk: the source files that commands pass through, counted: all of them,
# without common/base and common/protocol, and of these what the front end
# passes; as the user of make and, if that is root, as an ordinary user first.
# With V=1 their names. Builds a tree of its own in build/walk.
set -eu
dir=$(mktemp -d) walked=/tmp/bulkhead-walk
trap 'rm -rf "$dir" "$walked"' EXIT
chmod 755 "$dir"
cc -O1 -fPIC -D_GNU_SOURCE -DWALK_DIR="\"$walked\"" -c \
    -o "$dir/walk.o" tools/walk.c
B=build/walk
rm -rf $B/bin $B/libexec
make --no-print-directory -j"$(nproc)" B=$B MUSLCC= LDFLAGS="$dir/walk.o" \
    LDFLAGS_init= LDFLAGS_launch= LDFLAGS_cgroup= \
    CFLAGS="-O0 -g -finstrument-functions" all >/dev/null
cp -r $B/bin $B/libexec "$dir"
mkdir -m 1777 "$walked"
export BH_FIXTURES="${BH_FIXTURES:-/var/tmp/bulkhead-fixtures}"
sh tests/system/fixtures.sh

bulkhead() {	# its warnings are shown where it fails
	$as env -u XDG_RUNTIME_DIR HOME="$store" "$dir/bin/bulkhead" \
	    --root "$store/root" --runroot "$store/run" "$@" 2>"$dir/said" ||
	    { cat "$dir/said" >&2; exit 1; }
}

files() {	# files PROGRAM MAPPED...: its sources that were entered
	prog=$B/libexec/bulkhead/$1
	[ -e "$prog" ] || prog=$B/bin/$1
	shift
	od -An -v -tx4 -w4 "$@" | grep -v '^ 00000000' | sort -u |
	    addr2line -e "$prog" | sed -n \
	    's,.*/\(\(bin\|libexec\|common\)/[^:]*\.[ch]\):.*,\1,p'
}

walk() {	# walk COMMAND...
	rm -f "$walked"/*
	bulkhead "$@" >/dev/null
	sleep 1
	for f in "$walked"/*; do
		name=${f##*/} name=${name%.*}
		files "$name" "$f" | sed "s/^/$name /"
	done | sort -u >"$dir/all"
	printf '%-14s %s\n' "$1${2:+ $2}" "$(awk '
	    { any[$2] = 1; if ($1 == "bulkhead") front[$2] = 1 }
	    function low(f) { return f ~ /^common\/(base|protocol)\// }
	    END { for (f in any) { n++; if (!low(f)) high++ }
	    for (f in front) if (!low(f)) fe++
	    printf "%3d files, %3d without base and protocol, %3d of the front end",
	    n, high, fe }' "$dir/all")"
	[ -z "${V-}" ] || awk '{ print "  " $0 }' "$dir/all"
}

walks() {	# walks TITLE COMMAND...: as whom, the command that becomes it
	echo "$1:"
	shift
	as=$* store=$dir/$(printf %s "$*" | cksum | cut -d' ' -f1)
	mkdir -m 700 "$store"
	[ -z "$as" ] || chown 65534:65534 "$store"
	bulkhead load -q <"$BH_FIXTURES/busybox.docker.tar" >/dev/null
	bulkhead pod create --infra=false p >/dev/null
	walk run --rm --network none localhost/busybox true
	walk ps -a
	walk pod exists p
	bulkhead pod rm p >/dev/null
}

[ "$(id -u)" -ne 0 ] ||
	walks "as an ordinary user" setpriv --reuid 65534 --regid 65534 \
	    --clear-groups
walks "as $(id -un)"
