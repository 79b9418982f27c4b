#!/bin/sh
# make vm: an installed copy on Debian 12's own kernel and init, in a whole
# emulated machine (tests/vm/guest): containers as root and as an ordinary
# user who has logged in, then a reboot, then power cuts while run, load and
# rm are at work. Root is needed. The image with Debian's packages is made
# once, under BH_VM; each run works on a copy of it.
#	BH_VM=DIR	where it is (/var/tmp/bulkhead-vm)
#	VM_CUTS=N	rounds of power cuts, four cuts each (3; 10 is thorough)
#	VM_OPS=...	some of: run load rm renumber
#	VM_STAGES=...	some of: first reboot cuts; or: install cuts
set -eu
: "${B:?}"
if [ "$(id -u)" -ne 0 ]; then
	echo "make vm makes the image of a whole system: run it as root" >&2
	exit 1
fi
export BH_FIXTURES="${BH_FIXTURES:-/var/tmp/bulkhead-fixtures}"
vm=${BH_VM:-/var/tmp/bulkhead-vm}
guest=tests/vm/guest
packages="busybox-static podman fuse-overlayfs crun uidmap sudo attr jq libsubid4
    libarchive13 libjansson4 libcap2-bin apparmor strace bsdutils"
work=$vm/work.$$
seconds=${VM_SECONDS:-1500}

finish() {
	st=$?
	rm -rf "$work"
	exit $st
}
trap finish EXIT
trap 'exit 1' INT TERM

# The image, whole under its name or not at all.
image() {
	mark=$(echo $packages | cat - $guest | sha256sum | cut -c1-16)
	[ ! -e "$vm/base-$mark/disk.img" ] || return 0
	echo "# making the image of the guest, once" >&2
	rm -rf "$vm"/base-* "$vm/new"
	mkdir -p "$vm/new"
	GUEST_DISK=6G bash $guest build "$vm/new" $packages
	mv "$vm/new" "$vm/base-$mark"
}

# fresh_job STAGE: what is copied into the guest for one boot of it.
fresh_job() {
	rm -rf "$work/job"
	mkdir -p "$work/job"
	cp tests/vm/*.sh tools/account.sh dist/tmpfiles.d/bulkhead.conf \
	    "$work/job"
	echo "$1" >"$work/job/stage"
	cp "$work/acks" "$work/job/acks" 2>/dev/null || :
	chmod -R a+rX "$work/job"
}

# The guest's lines of the last boot, to the reader and to the count.
lines() {
	tr -d '\r' <"$work/console.log" |
	    sed -n '/^GUEST-BEGIN/,/^GUEST-END/p' |
	    grep -aE '^(ok|not ok|#)' | tee -a "$vm/tap" || true
}

# boot STAGE: in order to its end.
boot() {
	echo "# guest: $1"
	bash $guest run "$work" "$work/job" "$seconds" >/dev/null ||
	    echo "not ok - guest: $1 did not end well" | tee -a "$vm/tap"
	lines
}

# The power fails when the job says so.
power_cut() {
	echo "# guest: $1, then a power cut"
	bash $guest cut "$work" "$work/job" CUT-NOW "$seconds" ||
	    echo "not ok - guest: $1 did not come to its cut" |
	    tee -a "$vm/tap"
	lines
	tr -d '\r' <"$work/console.log" | sed -n 's/.*ACK //p' >"$work/acks"
}

image
sh tests/system/fixtures.sh
sh tests/vm/thirty.sh
mkdir -p "$work"
: >"$vm/tap"
cp --sparse=always "$vm/base-$mark/disk.img" "$work/disk.img"
ln -s "$vm/base-$mark/vmlinuz" "$vm/base-$mark/initrd" "$work"
for stage in ${VM_STAGES:-first reboot cuts}; do
	fresh_job "$stage"
	case $stage in
	first|install)
		make --no-print-directory install DESTDIR="$work/job/root" \
		    PREFIX=/usr/local >/dev/null
		cp "$BH_FIXTURES/busybox.docker.tar" \
		    "$BH_FIXTURES/debian.buildah.tar" \
		    "$BH_FIXTURES/thirty.docker.tar" "$work/job"
		chmod -R a+rX "$work/job"
		boot "$stage" ;;
	reboot)
		boot "$stage" ;;
	cuts)
		# Each boot looks at what the cut before it left behind.
		for i in $(seq "${VM_CUTS:-3}"); do
			for op in ${VM_OPS:-run load rm renumber}; do
				fresh_job "cut $op"
				cp "$BH_FIXTURES/busybox.docker.tar" \
				    "$work/job"
				power_cut "cut $op"
			done
		done
		fresh_job settled
		cp "$BH_FIXTURES/busybox.docker.tar" "$work/job"
		boot settled ;;
	esac
done
awk '/^ok .*# skip/ { s++; next } /^ok / { p++ } /^not ok / { f++ }
    END { printf "%d passed, %d failed, %d skipped\n", p, f, s
	exit f > 0 || p == 0 }' "$vm/tap"
