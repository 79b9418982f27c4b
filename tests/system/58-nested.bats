# Bulkhead as root of a user namespace: by unshare, by `podman unshare`, and in
# containers of podman and of bulkhead. It is an ordinary user there, with the
# ids of that namespace.
load lib
# In a user namespace, what root made in /var/tmp could be of any user.
WHERE=/var/lib

setup() { have_busybox; }

# in_ns HOW COMMAND...: by the ordinary user, as root of a namespace with one id
# or with all that it may have.
in_ns() {
	local how=$1; shift
	case $how in
	one)	as_user unshare -Ur "$@" ;;
	all)	as_user podman --log-level error unshare "$@" ;;
	esac
}

# How many ids the map on standard input has.
ids() { awk '{ n += $3 } END { print n }'; }

@test "S26: root of a user namespace is rootless, with the user's own storage" {
	for how in one all; do
		is "$(in_ns $how "$BH" info --format \
		    '{{.Host.Security.Rootless}} {{.Store.GraphRoot}}')" \
		    "true $T/user/.local/share/containers/storage" "$how"
		is "$(in_ns $how "$BH" images --format '{{.Repository}}')" \
		    localhost/busybox "$how"
	done
	is "$(root info --format '{{.Host.Security.Rootless}}')" false
}

# It is the machine's: its containers would be the host's root otherwise.
@test "S26: root without CAP_SYS_ADMIN is in system mode, and starts nothing" {
	half() { setpriv --bounding-set=-sys_admin "$BH" --root \
	    "$T/root/storage" --runroot "$T/root/run" "$@"; }
	is "$(half info --format '{{.Host.Security.Rootless}}' 2>/dev/null)" \
	    false
	fails 125 half run --rm localhost/busybox cat /proc/self/uid_map
	[[ $err == *"no CAP_SYS_ADMIN, which root's containers need"* ]] ||
	    { echo "# $err"; false; }
}

# mallory's directory and those of root have one owner there.
@test "S32: in a user namespace a stranger's directory is not root's" {
	other=$(mktemp -d /tmp/bulkhead-stranger.XXXXXX)
	chown 4003 "$other"
	for mode in 1777 755; do
		chmod 1777 "$other"
		as_user mkdir -p "$other/s"
		chmod $mode "$other"
		fails 125 in_ns one "$BH" --root "$other/s" --runroot \
		    "$T/xdg/strange" images
		[[ $err == *"$other may belong to any user outside"* ]] ||
		    { rm -rf "$other"; echo "# $mode: $err"; false; }
	done
	rm -rf "$other"
	# One made by root for all, anywhere, is not told from it.
	install -d -m 1777 "$T/all"
	fails 125 in_ns one "$BH" --root "$T/all/s" --runroot "$T/xdg/s" images
	[[ $err == *"$T/all may belong to any user outside"* ]]
	# The system's and the user's own are no such directories.
	own=$(as_user mktemp -d /var/tmp/bulkhead-own.XXXXXX)
	in_ns one "$BH" --root "$own/s" --runroot "$T/xdg/own" images
	in_ns all "$BH" --root "$own/s" --runroot "$T/xdg/own" images
	as_user rm -rf "$own"
}

@test "S29 S32: a container has the ids of the namespace that bulkhead is in" {
	for how in one all; do
		want=$(in_ns $how cat /proc/self/uid_map | ids)
		case $how in
		one)	is "$want" 1 ;;
		all)	[ "$want" -gt 65536 ] ;;
		esac
		in_ns $how "$BH" run --rm localhost/busybox \
		    cat /proc/self/uid_map /proc/self/gid_map >"$T/maps"
		# Its 0 is that of the namespace.
		is "$(awk '$1 == 0 { print $2, $3 }' "$T/maps")" \
		    "$(printf '0 1\n0 1')" "$how"
		is "$(ids <"$T/maps")" $((2 * want)) "$how"
	done
}

@test "S31 S32: in a namespace with one id that is said in one line" {
	err=$(in_ns one "$BH" run --rm localhost/busybox true 2>&1)
	is "$err" "Warning: bulkhead runs in a user namespace with one id, so its containers have one, too"
	is "$(in_ns all "$BH" run --rm localhost/busybox true 2>&1)" ""
}

@test "S32: an image is loaded and removed in a namespace with one id" {
	b() { in_ns one "$BH" --root "$T/user/one" --runroot "$T/xdg/one" "$@"; }
	b load -q -i "$BH_FIXTURES/busybox.docker.tar" >/dev/null 2>&1
	is "$(b run localhost/busybox echo seen 2>/dev/null)" seen
	b rm -a >/dev/null
	b rmi localhost/busybox >/dev/null
	is "$(find "$T/user/one/overlay" -mindepth 2 -path '*/diff/*')" ""
}

@test "S32: users, owners, volumes and layers in a namespace with many ids" {
	b() { in_ns all "$BH" --root "$T/user/own" --runroot "$T/xdg/own" "$@"; }
	b load -q -i "$BH_FIXTURES/busybox.docker.tar" >/dev/null
	is "$(b run --rm --user ann localhost/busybox id -u)" 1000
	is "$(b run --name w localhost/busybox sh -c \
	    'chown 7:8 /root && stat -c %u:%g /root')" 7:8
	b volume create v >/dev/null
	is "$(b run --rm -v v:/v --user ann localhost/busybox sh -c \
	    'touch /v/x && stat -c %u /v/x')" 1000
	b rm w >/dev/null
	b volume rm v >/dev/null
	b rmi localhost/busybox >/dev/null
	# The files of other owners are gone, too.
	is "$(find "$T/user/own/overlay" -mindepth 2 -path '*/diff/*')" ""
}

@test "S32: started in a namespace, stopped outside, and the other way round" {
	for how in one all; do
		in_ns $how "$BH" run -d --name in localhost/busybox sleep 100 \
		    >/dev/null
		user run -d --name out localhost/busybox sleep 100 >/dev/null
		user stop -t 0 in
		in_ns $how "$BH" stop -t 0 out
		is "$(user ps -a --format '{{.Names}} {{.State}}' | sort)" \
		    "$(printf 'in exited\nout exited')" "$how"
		in_ns $how "$BH" start out >/dev/null
		user start in
		is "$(in_ns $how "$BH" ps --format '{{.Names}}' | sort)" \
		    "$(printf 'in\nout')" "$how"
		user rm -f -t 0 in out
	done
}

# No capability of the namespace, in which it would be dangerous, too.
@test "S32: the monitor of a container in a namespace has no capability" {
	in_ns all "$BH" run -d --name m localhost/busybox sleep 100 >/dev/null
	pid=$(ps -o ppid= -p "$(user inspect --format '{{.State.Pid}}' m)")
	pid=${pid// /}
	grep -q '^Name:.monitor' "/proc/$pid/status"
	is "$(awk '/^Cap(Prm|Eff|Inh|Amb)/ { print $2 }' "/proc/$pid/status" |
	    sort -u)" 0000000000000000
	user rm -f -t 0 m
}

@test "S92: info in a namespace shows the ids that are mapped there" {
	want=$(in_ns all awk '{ printf "{%s %s %s}", n + 0, $2, $3; n += $3 }' \
	    /proc/self/uid_map)
	is "$(in_ns all "$BH" info --format '{{.Host.IDMappings.UIDMap}}')" \
	    "[${want//\}\{/\} \{}]"
}

# What the outer container needs to execute this bulkhead: the libraries of the
# machine; and busybox to load.
OUTER="-v /usr:/usr:ro -v /usr/lib:/lib:ro -v /usr/lib64:/lib64:ro
    -v $BH_FIXTURES:/f:ro"

# inner COMMAND...: for the outer container's shell.
INNER='bulkhead() { '$BH' --root /nest/s --runroot /nest/run "$@"; }
mkdir -p /nest && chmod 700 /nest && set -e
bulkhead load -q -i /f/busybox.docker.tar
'
# What is seen in a container in a container.
TWICE=$INNER'
bulkhead run --rm --user ann localhost/busybox id -u
bulkhead run -d --name a localhost/busybox sleep 100 >/dev/null
bulkhead ps --format "{{.Names}} {{.State}}"
bulkhead stop -t 0 a
bulkhead rm a
[ "$(bulkhead run --rm localhost/busybox hostname)" = "$(hostname)" ]
bulkhead run --rm localhost/busybox ps -o pid,args
'
SEEN=$(printf '%s\n' 'Loaded image: localhost/busybox:latest' 1000 'a running' \
    a a 'PID   COMMAND' '    1 ps -o pid,args')

inside_ours() {
	is "$(bh run --rm --network none $OUTER -v nest:/nest --security-opt \
	    unmask=ALL localhost/busybox sh -c "$TWICE" 2>&1)" "$SEEN"
}
@test "S26 S32: bulkhead in bulkhead" { each inside_ours; }

# podman's image of busybox is the same. This machine's limits and control
# groups are in its way without these options.
PODMAN="--runtime runc --cgroup-manager cgroupfs"
LIMITS="--network none --ulimit nofile=1024:1024 --ulimit nproc=4096:4096"

# podman of $WHO, with busybox.
have_podman() {
	p="podman $PODMAN"
	[ "$WHO" = user ] || p="$p --root $T/pod --runroot $T/podrun"
	[ "$WHO" = root ] || p="as_user $p"
	$p load -q -i "$BH_FIXTURES/busybox.docker.tar" >/dev/null 2>&1
	$p run --rm $LIMITS localhost/busybox true 2>/dev/null ||
	    skip "podman starts no container on this machine"
}

# in_podman SCRIPT [OPTION...]: all that it says.
in_podman() {
	$p run --rm $LIMITS $OUTER -v "${NEST:-nest:/nest}" \
	    --security-opt unmask=ALL "${@:2}" localhost/busybox sh -c "$1" 2>&1 | grep -v ^time=
}

@test "S26 S32: bulkhead in podman" {
	WHO=user have_podman
	is "$(in_podman "$TWICE")" "$SEEN"
}

@test "S26: in a container of root's podman it wants what it is told" {
	WHO=root have_podman
	out=$(in_podman "$INNER")
	for way in /share/bulkhead/make-account "--cap-add SYS_ADMIN" \
	    --userns=auto --uidmap "an ordinary user"; do
		[[ $out == *'no account "bulkhead"'*"$way"* ]] ||
		    { echo "# $way: $out"; false; }
	done
	is "$(NEST=mapped:/nest:U in_podman "$TWICE" --uidmap 0:2000000:65536)" \
	    "$SEEN"
}

# As make-account does, which needs useradd.
ACCOUNT='echo bulkhead:x:900:900::/:/bin/false >>/etc/passwd
echo bulkhead:x:900: >>/etc/group
echo bulkhead:1000000:655360 | tee -a /etc/subuid >>/etc/subgid
'
@test "S26: in a container of root's podman with the account it is system mode" {
	WHO=root have_podman
	map='bulkhead run --rm --network none localhost/busybox cat /proc/self/uid_map'
	is "$(in_podman "$ACCOUNT$INNER$map" --cap-add SYS_ADMIN | tail -1 |
	    awk '{ print $1, ($2 >= 1000000), $3 }')" "0 1 65536"
	out=$(in_podman "$ACCOUNT$INNER$map")
	[[ $out == *"no CAP_SYS_ADMIN, which root's containers need"* ]] ||
	    { echo "# $out"; false; }
}

not_in_ours() {
	out=$(bh run --rm --network none $OUTER -v nest:/nest localhost/busybox \
	    sh -c "$INNER bulkhead run --rm localhost/busybox true" 2>&1) && false
	[[ $out == *"--security-opt unmask=ALL"* ]] || { echo "# $out"; false; }
	is "$(grep -c ^Error: <<<"$out")" 1
	out=$(bh run --rm --network none $OUTER --security-opt unmask=ALL \
	    localhost/busybox sh -c "$INNER
	    bulkhead run --rm localhost/busybox true" 2>&1) && false
	[[ $out == *"a volume there, or use --storage-driver vfs"* ]] ||
	    { echo "# $out"; false; }
	is "$(bh run --rm --network none $OUTER --security-opt unmask=ALL \
	    localhost/busybox sh -c "${INNER//\/nest\/run/\/nest\/run --storage-driver vfs}
	    bulkhead run --rm localhost/busybox echo copied" 2>&1 | tail -1)" \
	    copied
	out=$(bh run --rm --network none $OUTER -v nest:/nest --security-opt \
	    unmask=ALL localhost/busybox sh -c "$INNER
	    bulkhead run --rm --hostname x localhost/busybox true" 2>&1) && false
	[[ $out == *"--cap-add SYS_ADMIN"* ]] || { echo "# $out"; false; }
}
# As docker's default profile does without CAP_SYS_ADMIN.
no_clone3() {
	jq '.syscalls |= [{ names: ["clone3"], action: "SCMP_ACT_ERRNO",
	    errnoRet: 38 }] + map(.names -= ["clone3"])' \
	    "$BH_PREFIX/share/bulkhead/seccomp.json" >"$T/no-clone3.json"
	out=$(bh run --rm --network none $OUTER -v nest:/nest --security-opt \
	    unmask=ALL --security-opt "seccomp=$T/no-clone3.json" \
	    localhost/busybox sh -c "$INNER
	    bulkhead run --rm localhost/busybox true" 2>&1) && false
	[[ $out == *"a seccomp profile that allows clone3"* ]] ||
	    { echo "# $out"; false; }
}
@test "S32: an outer filter without clone3 is named" { each no_clone3; }

@test "S32: what the outer container must be started with is said" {
	each not_in_ours
}
