# What is broken, hostile or missing: one message, the documented exit code,
# and the storage as it was.

load lib
# In a user namespace, what root made in /var/tmp could be of any user.
WHERE=/var/lib
load traces

setup() { have_busybox; }

teardown() { rm -rf "$T/work" "$T/victim"; }

# What a person would say is in the storage: everything but stamps, locks, an
# index of containers that is empty again, and what an index was before.
storage() {
	bh ps -a --no-trunc --format '{{.ID}} {{.Names}} {{.State}}' | sort
	(cd "$(graph_dir)" && find . -path ./bulkhead.state -prune -o \
	    \( -path '*/l/*' -o -path './bulkhead/*' -o -maxdepth 3 \) \
	    ! -name '*.lock' ! -name userns.lock ! -name '*.previous' \
	    ! -name containers.json -print | sort)
	(cd "$(graph_dir)" && md5sum overlay-images/images.json overlay-layers/layers.json)
}

# one_message CODE COMMAND...: it fails so, with one line, and changes nothing.
one_message() {
	local before after
	before=$(storage)
	fails "$@"
	is "$(wc -l <<<"$err")" 1 "one line: $err"
	[[ $err == "Error: "* ]] || { echo "# no Error: $err"; return 1; }
	[[ $err != *": Success"* && $err != *"(null)"* ]] || { echo "# $err"; return 1; }
	# What the store was about to delete may be gone a moment later.
	after=$(storage)
	[ "$before" = "$after" ] || { sleep 1; after=$(storage); }
	is "$after" "$before" "the storage after: $err"
}

work() {
	rm -rf "$T/work"; mkdir "$T/work"; chmod 755 "$T/work"; cd "$T/work"
}

# archive ENTRY...: a docker-archive whose only layer is that hostile tar.
archive() {
	work
	perl "$BATS_TEST_DIRNAME/hostile.pl" "$@" >layer.tar
	wrap
}
wrap() {
	printf '{"architecture":"amd64","os":"linux","config":{"Cmd":["true"]},
	    "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
	    "$(sha256sum layer.tar | cut -d' ' -f1)" >config.json
	printf '[{"Config":"config.json","RepoTags":["localhost/bad:latest"],"Layers":["layer.tar"]}]' \
	    >manifest.json
	tar -cf bad.tar manifest.json config.json layer.tar
	chmod 644 bad.tar
}

truncated() {
	local n size
	work
	size=$(stat -c %s "$BH_FIXTURES/busybox.docker.tar")
	bh rmi -f localhost/busybox >/dev/null
	for n in 0 1 511 512 5000 $((size / 2)) $((size - 20000)); do
		head -c "$n" "$BH_FIXTURES/busybox.docker.tar" >bad.tar; chmod 644 bad.tar
		one_message 125 bh load -i "$PWD/bad.tar"
	done
	size=$(stat -c %s "$BH_FIXTURES/busybox.oci.tar")
	for n in 1000 $((size / 2)); do
		head -c "$n" "$BH_FIXTURES/busybox.oci.tar" >bad.tar
		one_message 125 bh load -i "$PWD/bad.tar"
	done
	head -c 100000 /dev/urandom >bad.tar
	one_message 125 bh load -i "$PWD/bad.tar"
	one_message 125 bh load -i "$PWD/nosuch.tar"
	one_message 125 bh load -i "$PWD"
	one_message 125 bh import "$PWD/bad.tar"
	have_busybox
}
@test "archives cut short, of noise, not there" { each truncated; }

corrupt() {
	bh rmi -f localhost/busybox >/dev/null
	work
	# One byte of the layer, in each kind of archive.
	tar -xf "$BH_FIXTURES/busybox.docker.tar"
	l=$(jq -r '.[0].Layers[0]' manifest.json)
	[ -f "$l" ]
	printf X | dd of="$l" bs=1 seek=500000 conv=notrunc status=none
	tar -cf ../bad.tar .; mv ../bad.tar .; chmod 644 bad.tar
	one_message 125 bh load -i "$PWD/bad.tar"
	[[ $err == *digest* || $err == *sha256* || $err == *hash* ]] || { echo "# $err"; false; }
	work
	tar -xf "$BH_FIXTURES/busybox.oci.tar"
	m=$(jq -r '.manifests[0].digest[7:]' index.json)
	l=$(jq -r '.layers[0].digest[7:]' "blobs/sha256/$m")
	printf X | dd of="blobs/sha256/$l" bs=1 seek=5000 conv=notrunc status=none
	tar -cf bad.tar oci-layout index.json blobs; chmod 644 bad.tar
	one_message 125 bh load -i "$PWD/bad.tar"
	# The manifest is not what the index says it is.
	work
	tar -xf "$BH_FIXTURES/busybox.oci.tar"
	echo >>"blobs/sha256/$m"
	tar -cf bad.tar oci-layout index.json blobs; chmod 644 bad.tar
	one_message 125 bh load -i "$PWD/bad.tar"
	have_busybox
}
@test "archives whose bytes are not what their digests say" { each corrupt; }

# Either it is refused, or what it made is inside: the victim is untouched.
harmless() {
	local before after code=0
	archive "$@"
	mkdir -p "$T/victim"; chmod 777 "$T/victim"
	echo original >"$T/victim/file"; chmod 666 "$T/victim/file"
	before=$(storage)
	err=$(bh load -i "$PWD/bad.tar" 2>&1 >/dev/null) || code=$?
	is "$(ls "$T/victim")" file "what was written outside by: $*"
	is "$(cat "$T/victim/file")" original "$*"
	is "$(stat -c %a "$T/victim/file")" 666 "$*"
	case $code in
	0)	bh rmi localhost/bad >/dev/null ;;
	125)	is "$(wc -l <<<"$err")" 1 "one line: $err"
		after=$(storage)
		is "$after" "$before" "the storage after: $err" ;;
	*)	echo "# exit code $code: $err"; return 1 ;;
	esac
}
refused() {
	harmless "$@"
	[[ $err == "Error: "* ]] || { echo "# was taken: $*"; return 1; }
}
ways_out() {
	local v=$T/victim
	harmless "2|link|$v" "0|link/new||evil"
	harmless "2|link|/" "0|link${v}/new||evil"
	harmless "2|a|../../../../../../../../.." "0|a${v}/new||evil"
	harmless "2|f|$v/file" "0|f||evil"
	harmless "2|d|$v" "5|d||" "0|d/new||evil"
	refused "1|hard|$v/file"
	refused "1|hard|../../../../../../../../../..$v/file"
	harmless "2|s|$v/file" "1|hard|s" "0|hard||evil"
	refused "0|../../../../../../../../../../..$v/new||evil"
	harmless "0|$v/new||evil"
	refused "0|a/../../../x||evil"
}
@test "A01: a layer does not reach outside of its directory through links" { each ways_out; }

root_entries() {
	local v=$T/victim
	harmless "2|.|$v" "0|new||evil"
	harmless "2|./|$v" "0|new||evil"
}
@test "A03: the entry of a layer's root is a directory" { each root_entries; }

whiteouts() {
	local v=$T/victim
	refused "0|.wh..||"
	refused "0|.wh...||"
	harmless "0|dir/.wh..||"
	harmless "2|l|$v" "0|l/.wh.file||"
	harmless "0|.wh..wh..opq||" "0|x||y"
	refused "0|.wh..wh.other||"
}
@test "A05: a whiteout stays in its directory" { each whiteouts; }

overlay_attributes() {
	harmless "x|p||SCHILY.xattr.trusted.overlay.opaque=y" "5|d||"
	harmless "x|p||SCHILY.xattr.user.overlay.redirect=/etc" "5|d||"
}
@test "A06: attributes that overlayfs obeys are not taken over" { each overlay_attributes; }

two_meanings() {
	refused "x|p||size=3,size=5" "0|x||abc"
	refused "x|p||path=a,path=b" "0|x||abc"
	refused "x|p||size=5" "0|x||abc|3"
}
@test "A08: an archive that could be read in two ways is refused" { each two_meanings; }

sizes() {
	refused "0|x||abc|8000000000000000000"
	refused "0|x||abc|999999999999"
}
@test "A10: an entry of more bytes than there are is refused" { each sizes; }

device_nodes() {
	# A device of an image is not one on the host: not openable there.
	archive "5|dev||" "3|dev/mem||" "4|dev/sda||" "0|x||y"
	code=0
	bh load -q -i "$PWD/bad.tar" >/dev/null 2>"$T/err" || code=$?
	is "$(find "$(graph_dir)" -type b -o -type c ! -path '*/bulkhead/*' | wc -l)" 0
	[ $code -ne 0 ] || bh rmi localhost/bad
}
@test "hostile layers: no device is made in the storage" { each device_nodes; }

image_of() {	# MANIFEST-JSON CONFIG-JSON: a docker archive of those
	work
	perl "$BATS_TEST_DIRNAME/hostile.pl" "0|x||y" >layer.tar
	printf %s "$1" >manifest.json
	printf %s "$2" >config.json
	tar -cf bad.tar manifest.json config.json layer.tar
	chmod 644 bad.tar
	one_message 125 bh load -i "$PWD/bad.tar"
}
lying_documents() {
	local ok='{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}'
	local zero=0000000000000000000000000000000000000000000000000000000000000000
	local m='[{"Config":"config.json","RepoTags":["localhost/bad:latest"],"Layers":["layer.tar"]}]'
	image_of "$m" "$(printf "$ok" $zero)"
	image_of "$m" "$(printf "$ok" ../../etc/passwd)"
	image_of "$m" "$(printf "$ok" "")"
	image_of "$m" '{"rootfs":{"type":"layers","diff_ids":[]}}'
	image_of "$m" '{'
	image_of '[]' "$(printf "$ok" $zero)"
	image_of '{}' "$(printf "$ok" $zero)"
	image_of "${m/config.json/..\/..\/etc\/passwd}" "$(printf "$ok" $zero)"
	image_of "${m/layer.tar/\/etc\/passwd}" "$(printf "$ok" $zero)"
	# An index that is a manifest, too.
	work
	tar -xf "$BH_FIXTURES/busybox.oci.tar"
	d=$(jq -r '.manifests[0].digest[7:]' index.json)
	jq -c '. + {manifests: []}' "blobs/sha256/$d" >m
	n=$(sha256sum m | cut -d' ' -f1)
	mv m "blobs/sha256/$n"
	jq -c --arg d "sha256:$n" --argjson s "$(stat -c %s "blobs/sha256/$n")" \
	    '.manifests[0].digest = $d | .manifests[0].size = $s' index.json >i
	mv i index.json
	tar -cf bad.tar oci-layout index.json blobs; chmod 644 bad.tar
	one_message 125 bh load -i "$PWD/bad.tar"
	for d in sha256:../../../etc/passwd sha256:xyz md5:00 "" sha256:; do
		jq -c --arg d "$d" '.manifests[0].digest = $d' index.json >i
		tar -cf bad.tar --transform 's/^i$/index.json/' oci-layout i blobs
		one_message 125 bh load -i "$PWD/bad.tar"
	done
}
@test "B01 B02 B03 B09: manifests, configs and digests that lie" { each lying_documents; }

unknown() {
	# The empty layer that all entries of containers name is made once.
	bh run --rm --network none localhost/busybox true
	one_message 125 bh run --rm localhost/nosuch true
	one_message 125 bh create localhost/nosuch true
	one_message 125 bh run --rm 'UPPER CASE!' true
	one_message 125 bh run --rm "$(printf 'a%.0s' {1..600})" true
	one_message 1 bh rmi localhost/nosuch
	one_message 125 bh run --rm --network none -v "$T/nosuch:/x" localhost/busybox true
	one_message 125 bh run --rm --network none --rootfs "$T/nosuch" true
	one_message 125 bh run --rm --network nosuch localhost/busybox true
	one_message 125 bh run --rm --security-opt seccomp="$T/nosuch" --network none localhost/busybox true
	one_message 125 bh run --rm --security-opt nosuch=x --network none localhost/busybox true
	one_message 125 bh run --rm --ulimit nosuch=1 --network none localhost/busybox true
	one_message 125 bh run --rm --env-file "$T/nosuch" --network none localhost/busybox true
	one_message 127 bh run --rm --network none localhost/busybox nosuch
	one_message 126 bh run --rm --network none localhost/busybox /etc
	clean
}
@test "images, files and programs that are not there" { each unknown; }

options() {
	local o
	for o in "run --nosuch x" "ps --nosuch" "nosuch" "run" "load --nosuch" \
	    "stop" "rm" "inspect" "run --pull always localhost/busybox" \
	    "ps --filter nosuch=1" "logs" "kill -s NOSUCH x"; do
		fails 125 bh $o
		[[ $err == "Error: "* ]] || { echo "# $o: $err"; return 1; }
		[ "$(grep -c ^Error: <<<"$err")" = 1 ]
	done
}
@test "options and commands that are not there" { each options; }

# A copy of the installation that lacks something.
copy_install() {
	rm -rf "$T/inst"
	cp -a "$BH_PREFIX" "$T/inst"
	chmod 755 "$T/inst"
}
without_helper() {
	local p BH=$T/inst/bin/bulkhead c
	for p in refresh mapper subids resolve statekeep lockbroker store reaper \
	    monitor launch; do
		copy_install
		# Without these a user has one id.
		case $p in refresh | subids) [ "$WHO" = root ] || continue ;; esac
		for c in rename mode; do
			case $c in
			rename)	mv "$T/inst/libexec/bulkhead/$p" "$T/inst/gone" ;;
			mode)	mv "$T/inst/gone" "$T/inst/libexec/bulkhead/$p"
				chmod 000 "$T/inst/libexec/bulkhead/$p" ;;
			esac
			BH=$BH_PREFIX/bin/bulkhead storage >"$T/before"
			fails 125 bh run --rm --network none localhost/busybox true
			[[ $err == "Error: "*"$p"* ]] || { echo "# $p: $err"; return 1; }
			is "$(wc -l <<<"$err")" 1 "$err"
			BH=$BH_PREFIX/bin/bulkhead storage | diff "$T/before" -
		done
	done
	copy_install
	for p in fetch unpack; do
		mv "$T/inst/libexec/bulkhead/$p" "$T/inst/gone"
		fails 125 bh load -i "$BH_FIXTURES/debian.buildah.tar"
		[[ $err == "Error: "*"$p"* ]] || { echo "# $p: $err"; return 1; }
		is "$(wc -l <<<"$err")" 1 "$err"
		mv "$T/inst/gone" "$T/inst/libexec/bulkhead/$p"
	done
	rm -rf "$T/inst"
	BH=$BH_PREFIX/bin/bulkhead clean
}
@test "a helper that is not there or cannot be executed is named" { each without_helper; }

@test "S29 S31: without refresh's capabilities a user has one id, said in one line" {
	copy_install
	BH=$T/inst/bin/bulkhead
	setcap -r "$BH_PREFIX/../${T##*/}" 2>/dev/null || true
	setcap -r "$T/inst/libexec/bulkhead/refresh"
	err=$(user run --rm --network none localhost/busybox cat /proc/self/uid_map 2>&1 >"$T/map")
	is "$(wc -l <<<"$err")" 1 "$err"
	[[ $err == "Warning: "* ]]
	is "$(awk '{ print $1, $2, $3 }' "$T/map")" "0 $(id -u "$BH_USER") 1"
	rm -rf "$T/inst"
}

full() {	# the engine of $WHO on the small file system
	case $WHO in
	root)	"$BH" --root "$T/full/s" --runroot "$T/fullrun" "$@" ;;
	user)	as_user "$BH" --root "$T/full/s" --runroot "$T/xdg/fullrun" "$@" ;;
	esac
}
full_disk() {
	mkdir -p "$T/full"
	mount -t tmpfs -o size=1m,mode=700 bulkhead-full "$T/full"
	[ "$WHO" = root ] || chown "$BH_USER:" "$T/full"
	fails 125 full load -q -i "$BH_FIXTURES/busybox.docker.tar"
	[[ $err == "Error: "*[Nn]"o space left on"* ]] ||
	    { echo "# $err"; return 1; }
	is "$(wc -l <<<"$err")" 1 "$err"
	is "$(full images -q)" ""
	is "$(find "$T/full" -name stage -prune -o -path '*/diff/*' -print | wc -l)" 0
	# With room again, nothing of it is in the way.
	mount -o remount,size=64m "$T/full"
	full load -q -i "$BH_FIXTURES/busybox.docker.tar"
	is "$(full run --rm --network none localhost/busybox echo ok)" ok
	# Full while a container is made.
	dd if=/dev/zero of="$T/full/fill" bs=64k 2>/dev/null || true
	dd if=/dev/zero of="$T/full/fill2" bs=1 count=4096 2>/dev/null || true
	code=0
	err=$(full create --network none --name c localhost/busybox true 2>&1 >/dev/null) || code=$?
	case $code in
	0)	;;
	125)	[[ $err == "Error: "* ]]; is "$(wc -l <<<"$err")" 1 "$err" ;;
	*)	echo "# $code $err"; return 1 ;;
	esac
	rm "$T/full/fill" "$T/full/fill2"
	full rm -f c
	is "$(full ps -aq)" ""
	is "$(full run --rm --network none localhost/busybox echo ok)" ok
	umount "$T/full"
}
@test "a full disk" {
	WHO=root; full_disk || { umount "$T/full"; false; }
	WHO=user; full_disk || { umount "$T/full"; false; }
}

garbage() {
	local f n=0
	bh create --name g --network none localhost/busybox true >/dev/null
	for f in $(find "$(state_dir)" -maxdepth 1 -type f -name 'state.*'); do
		n=$((n + 1))
		cp -a "$f" "$T/saved"
		head -c 10000 /dev/urandom >"$T/noise"
		cat "$T/noise" >"$f"
		code=0
		out=$(bh ps -a 2>&1) || code=$?
		case $code in
		0|125)	;;
		*)	echo "# $f: $code $out"; return 1 ;;
		esac
		[ $code = 0 ] || {
			is "$(wc -l <<<"$out")" 1 "$out"
			[[ $out == "Error: "*state* ]] || { echo "# $out"; return 1; }
		}
		# Other commands do not hang or crash on it either.
		code=0
		timeout 20 bash -c true
		out=$(bh run --rm --network none localhost/busybox echo ok 2>&1) || code=$?
		case $code in 0|125) ;; *) echo "# $f: run $code $out"; return 1 ;; esac
		cat "$T/saved" >"$f"
		[ "${f##*.}" != kct ] || is "$(bh ps -aq | wc -l)" 1 "as it was: $f"
	done
	[ $n -gt 0 ]
	bh rm -f g
	is "$(bh run --rm --network none localhost/busybox echo ok)" ok
	clean
}
@test "a database of garbage" { each garbage; }

@test "a user without subordinate ids: one id, said in one line" {
	u=bhn$$
	useradd -m -s /bin/bash "$u"
	sed -i "/^$u:/d" /etc/subuid /etc/subgid
	install -d -o "$u" -m 700 "$T/none" "$T/nonexdg"
	none() {
		setpriv --reuid "$u" --regid "$u" --init-groups env -i \
		    HOME="$T/none" XDG_RUNTIME_DIR="$T/nonexdg" \
		    ASAN_OPTIONS="${ASAN_OPTIONS-}" \
		    PATH=/usr/bin:/bin sh -c 'cd && exec "$@"' sh "$BH" "$@"
	}
	code=0
	(set -e
	none load -q -i "$BH_FIXTURES/busybox.docker.tar" 2>"$T/err"
	err=$(none run --rm --network none localhost/busybox id -u 2>&1 >"$T/map")
	is "$(wc -l <<<"$err")" 1 "$err"
	[[ $err == "Warning: "*sub*id* ]] || { echo "# $err"; exit 1; }
	is "$(cat "$T/map")" 0
	none rmi localhost/busybox 2>/dev/null) || code=$?
	userdel -r "$u" 2>/dev/null || true
	rm -rf "$T/none" "$T/nonexdg"
	is $code 0
}

@test "S29: no user namespaces: said, with what to do" {
	in_ns() {
		as_user unshare -Ur sh -c 'echo 1 >/proc/sys/user/max_user_namespaces &&
		    exec unshare -U --map-user="$0" --map-group="$0" "$@"' \
		    "$(id -u "$BH_USER")" "$BH" "$@"
	}
	WHO=user
	before=$(storage)
	fails 125 in_ns run --rm --network none localhost/busybox true
	is "$(grep -c ^Error: <<<"$err")" 1 "$err"
	[[ $err == *"user namespace"* ]] || { echo "# $err"; false; }
	is "$(grep -vc '^Error:\|^Warning:' <<<"$err" || true)" 0 "$err"
	is "$(storage)" "$before"
	clean
}
