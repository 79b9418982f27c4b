# Rows of FEATURES about what the engine is made of, and does without: no user
# namespace to become root in, no process that keeps one, no network manager.
load lib

setup() { have_busybox; }

# Who is an ordinary user is asked of the kernel; what podman leaves in the
# environment of a process that it has started again changes nothing.
@test "S26: rootless is whoever is not root, whatever the environment says" {
	is "$(as_user env _CONTAINERS_USERNS_CONFIGURED=done \
	    _CONTAINERS_ROOTLESS_UID=0 _CONTAINERS_ROOTLESS_GID=0 \
	    "$BH" info --format '{{.Host.Security.Rootless}} {{.Store.GraphRoot}}')" \
	    "true $T/user/.local/share/containers/storage"
	is "$(_CONTAINERS_USERNS_CONFIGURED=done _CONTAINERS_ROOTLESS_UID=1000 \
	    root info --format '{{.Host.Security.Rootless}}')" false
}

# started COMMAND...: the helpers that it starts, a line each.
started() {
	strace -f -qq -o "$T/trace" -e trace=execve,execveat "$@" >/dev/null
	grep -o 'execveat([0-9]*, "[a-z-]*"' "$T/trace" | cut -d'"' -f2 | sort -u
}
@test "S27 S63: what needs no store opens none" {
	not grep -qx store <<<"$(started "$BH" --root "$T/root/storage" \
	    --runroot "$T/root/run" version)"
	not grep -qx store <<<"$(started "$BH" --root "$T/root/storage" \
	    --runroot "$T/root/run" ps -a)"
	grep -qx store <<<"$(started "$BH" --root "$T/root/storage" \
	    --runroot "$T/root/run" images)"
}

# Definitions of networks that nobody could load are nobody's concern until a
# container wants one; the ordinary user's engine touches no firewall at all.
no_networks() {
	mkdir -p "$T/user/nets"
	echo '{ "cniVersion": ' >"$T/user/nets/broken.conflist"
	chmod 755 "$T/user" "$T/user/nets"
	bh --network-config-dir "$T/user/nets" run --rm --network none \
	    localhost/busybox true
	fails 125 bh --network-config-dir "$T/user/nets" run --rm \
	    --network web localhost/busybox true
	# The first line says that the option has no effect.
	[[ $err == *"Error: "*web* ]]
}
@test "S28 S71: networks are looked at by who wants one, and not before" {
	each no_networks
	chmod 700 "$T/user"
}
@test "S72: an ordinary user's container touches no firewall" {
	strace -f -qq -o "$T/trace" -e trace=execve,execveat,socket \
	    setpriv --reuid "$BH_USER" --regid "$BH_USER" --init-groups \
	    env -i HOME="$T/user" XDG_RUNTIME_DIR="$T/xdg" PATH=/usr/bin:/bin \
	    ASAN_OPTIONS="${ASAN_OPTIONS-}" \
	    "$BH" run --rm --network private localhost/busybox true
	grep -q '"launch"' "$T/trace"
	not grep -E 'NETLINK_NETFILTER|iptables|nft|firewall' "$T/trace"
}
@test "S73: reserving ports is a setting; ports themselves are refused by name" {
	is "$(user config show | grep -c '^enable_port_reservation = true')" 1
	fails 125 user run --rm -p 8080:80 localhost/busybox true
	[[ $err == *"-p"* || $err == *publish* ]]
}

over() { [ "$(user ps -a --format '{{.Names}} {{.State}}')" = "keeps exited" ]; }
# None of our programs is left of the user. (podman keeps one of its own.)
alone() {
	not pgrep -u "$BH_USER" -x \
	    'bulkhead|reaper|monitor|launch|statekeep|store|resolve|refresh|lockbroker' \
	    >/dev/null
}
@test "S30 D9: no process keeps a namespace; with all killed, all works" {
	user ps -a >/dev/null
	user run --rm --network none localhost/busybox true
	until_true 5 alone
	is "$(find "$T/xdg" "$T/user" -name 'pause.pid' 2>/dev/null)" ""
	user run -d --name keeps --network none localhost/busybox sleep 100 >/dev/null
	pkill -KILL -u "$BH_USER"
	# It takes the kernel a moment to end them.
	until_true 10 over
	is "$(user run --rm --network none localhost/busybox echo again)" again
	user rm -f keeps
}

# The lines of /etc/subuid or /etc/subgid of the ordinary user, as a map.
map_of() {	# map_of FILE ID
	awk -F: -v user="$BH_USER" -v id="$2" 'BEGIN { print 0, id, 1; at = 1 }
	    $1 == user || $1 == id { print at, $2, $3; at += $3 }' "$1"
}
@test "S29: a container's 0 is the user, then come the subordinate ids" {
	user run --rm --network none localhost/busybox \
	    cat /proc/self/uid_map /proc/self/gid_map >"$T/maps"
	map_of /etc/subuid "$(id -u "$BH_USER")" >"$T/want"
	map_of /etc/subgid "$(id -g "$BH_USER")" >>"$T/want"
	[ "$(wc -l <"$T/want")" -ge 4 ]
	is "$(awk '{ $1 = $1; print }' "$T/maps")" "$(cat "$T/want")"
}

# In a mount namespace, where the file is empty.
@test "S31: without a line in /etc/subuid a container has one id, and it is said" {
	local WHO=user words
	mapfile -t words < <(engine)
	: >"$T/empty"
	err=$(unshare -m sh -c 'mount --bind "$0" /etc/subuid && exec "$@"' \
	    "$T/empty" "${words[@]}" run --rm --network none \
	    localhost/busybox cat /proc/self/uid_map 2>&1 >"$T/maps")
	is "$(awk '{ $1 = $1; print }' "$T/maps")" "0 $(id -u "$BH_USER") 1"
	is "$(wc -l <<<"$err")" 1 "$err"
	[[ $err == "Warning: "*usermod*add-subuids* ]] || { echo "# $err"; false; }
}

# The user's options before the command say where the storage is, not what was
# done; the container's definition has the whole line, as podman's has.
@test "S63: the history has the command without the options before it" {
	user --log-level error create --name hh --tz Etc/GMT+3 --network none \
	    localhost/busybox true >/dev/null
	is "$(user inspect -f '{{.Config.Timezone}}' hh)" Etc/GMT+3
	is "$(user inspect -f '{{index .Config.CreateCommand 1}}' hh)" --log-level
	user --log-level=error --cgroup-manager cgroupfs rm -f -t 0 hh >/dev/null
	is "$(user history --format '{{.Command}}' hh 2>/dev/null | tail -n 1)" "rm -f -t 0 hh"
}
@test "create: --no-hosts with --add-host is refused, but not no_hosts of a file" {
	fails 125 user create --no-hosts --add-host a:10.0.0.1 --network none \
	    localhost/busybox true
	is "$err" "Error: --no-hosts and --add-host cannot be set together"
	printf '[containers]\nno_hosts = true\n' >"$T/no_hosts.conf"
	is "$(as_user env CONTAINERS_CONF="$T/no_hosts.conf" "$BH" run --rm \
	    --add-host a:10.0.0.1 --network none localhost/busybox \
	    grep -c '10.0.0.1.*a' /etc/hosts)" 1
}
@test "settings: what is refused has no warning, and says where it is" {
	local c=$T/refused.conf
	with() { as_user env CONTAINERS_CONF="$c" "$BH" "$@"; }
	printf '[engine]\nruntime = "bogus"\n' >"$c"
	fails 125 with ps
	is "$err" "Error: $c:2: default OCI runtime \"bogus\" not found: invalid argument"
	printf '[containers]\ndefault_capabilities = ["NOPE"]\n' >"$c"
	fails 125 with create --network none localhost/busybox true
	is "$err" "Error: $c:2: containers.default_capabilities: \"CAP_NOPE\": unknown capability"
	printf '[engine]\nnum_locks = 2\n' >"$c"
	is "$(with info --format '{{.Host.Locks.Total}}')" 32
	fails 125 as_user env -u XDG_CONFIG_HOME HOME=rel "$BH" ps
	is "$err" "Error: neither HOME nor XDG_CONFIG_HOME is an absolute path; set HOME to your home directory"
}
