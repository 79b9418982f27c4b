# The settings of containers.conf that shape a container: each has its effect,
# and an option wins over it. What has none is refused or named (41-config.bats).

load lib

setup() {
	have_busybox
	rm -f "$T/conf" "$T/base"
	export BH_CONF=$T/conf
}

# conf TEXT: the only configuration of the next commands, root's and the user's.
conf() {
	printf '%s\n' "$1" >"$T/conf"
	chmod 644 "$T/conf"
}

# with COMMAND...: of the one that `each` has chosen, with this file.
with() {
	case $WHO in
	root)	CONTAINERS_CONF=$T/conf root "$@" ;;
	user)	as_user env CONTAINERS_CONF="$T/conf" http_proxy=p:1 FTP_PROXY=p:2 \
		    HOSTV=here "$BH" "$@" ;;
	esac
}

# in_ctr SETTINGS [OPTION...] -- SHELL COMMAND: what that prints in a container
# which has these settings, and these options.
in_ctr() {
	local options=()
	conf "[containers]
$1"
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	with run --rm "${options[@]}" busybox sh -c "$2" 2>&1
}

flags_and_words() {
	is "$(in_ctr 'umask = "0077"' -- umask)" 0077
	is "$(in_ctr 'umask = "0077"' --umask 0027 -- umask)" 0027
	is "$(in_ctr 'read_only = true' -- 'touch /x 2>&1; echo $?' | tail -1)" 1
	is "$(in_ctr 'read_only = true' --read-only=false -- 'touch /x; echo $?')" 0
	is "$(in_ctr 'init = true' -- 'cat /proc/1/cmdline | tr "\0" " " | cut -c1-12')" "/dev/init --"
	is "$(in_ctr 'init = true' --init=false -- 'cat /proc/1/comm; true')" sh
	is "$(in_ctr 'shm_size = "3m"' -- 'df -k /dev/shm | tail -1 | tr -s " " | cut -d" " -f2')" 3072
	is "$(in_ctr 'shm_size = "3m"' --shm-size 2m -- 'df -k /dev/shm | tail -1 | tr -s " " | cut -d" " -f2')" 2048
	is "$(in_ctr 'oom_score_adj = 700' -- 'cat /proc/self/oom_score_adj')" 700
	is "$(in_ctr 'oom_score_adj = 700' --oom-score-adj 800 -- 'cat /proc/self/oom_score_adj')" 800
}

@test "S15 S20: umask, read_only, init, shm_size, oom_score_adj of containers.conf" {
	each flags_and_words
}

oom_is_not_lowered() {
	local now
	now=$(cat /proc/self/oom_score_adj)
	[ "$now" -gt -1000 ] || skip "nothing is lower"
	is "$(in_ctr 'oom_score_adj = -1000' -- 'cat /proc/self/oom_score_adj' | tail -1)" "$now"
	[[ $(in_ctr 'oom_score_adj = -1000' -- true) == *"oom_score_adj -1000 is lower than that of this command, and stays $now" ]]
	fails 125 bh create --oom-score-adj 1001 busybox
	[[ $err == *"1001 is not between -1000 and 1000"* ]]
}

@test "S15: an oom_score_adj below the command's own stays, and that is said" {
	each oom_is_not_lowered
}

names() {
	local hosts='cat /etc/hosts'
	printf '9.9.9.9\tonly.base\n' >"$T/base"
	chmod 644 "$T/base"
	[[ $(in_ctr "base_hosts_file = \"$T/base\"" -- "$hosts") == "9.9.9.9	only.base
127.0.0.1	"* ]]
	not grep -q only.base <<<"$(in_ctr "base_hosts_file = \"$T/base\"" --hosts-file none -- "$hosts")"
	grep -q "^127.0.0.1	localhost$" <<<"$(in_ctr 'base_hosts_file = "none"' -- "$hosts")"
	[[ $(in_ctr 'base_hosts_file = "/no/such"' -- "$hosts") == *"composing files of the container: /no/such: No such file or directory" ]]
	grep -q "^10.1.2.3	host.containers.internal host.docker.internal$" \
	    <<<"$(in_ctr 'host_containers_internal_ip = "10.1.2.3"' -- "$hosts")"
	grep -q "^10.1.2.3	gate$" <<<"$(in_ctr 'host_containers_internal_ip = "10.1.2.3"' \
	    --add-host gate:host-gateway -- "$hosts")"
	not grep -q containers.internal <<<"$(in_ctr 'host_containers_internal_ip = "none"' -- "$hosts")"
	is "$(in_ctr 'no_hosts = true' -- '[ -e /etc/hosts ] || echo none')" none
	grep -q "^1.2.3.4	there$" <<<"$(in_ctr 'no_hosts = true' --add-host there:1.2.3.4 -- "$hosts")"
	is "$(in_ctr 'container_name_as_hostname = true' --name my_con.x -- 'hostname; echo $HOSTNAME')" \
	    "mycon.x
mycon.x"
	is "$(in_ctr 'container_name_as_hostname = true' --name my_con.x --hostname other -- hostname)" other
	# Also of a name that nobody has chosen.
	conf '[containers]
container_name_as_hostname = true'
	is "$(with run busybox hostname)" "$(with ps -a --format '{{.Names}}' | tr -d _)"
	is "$(with inspect -f '{{.Config.Hostname}}' "$(with ps -aq)")" \
	    "$(with ps -a --format '{{.Names}}' | tr -d _)"
	with rm -fa >/dev/null
}

@test "S15: base_hosts_file, host_containers_internal_ip, no_hosts, container_name_as_hostname" {
	each names
}

dns() {
	local all='dns_servers = ["1.2.3.4", "5.6.7.8"]
dns_searches = ["a.example", "b.example"]
dns_options = ["ndots:3"]'
	is "$(in_ctr "$all" -- 'cat /etc/resolv.conf')" "search a.example b.example
nameserver 1.2.3.4
nameserver 5.6.7.8
options ndots:3"
	is "$(in_ctr "$all" --dns 9.9.9.9 --dns-search c.example --dns-option rotate \
	    -- 'cat /etc/resolv.conf')" "search c.example
nameserver 9.9.9.9
options rotate"
	[[ $(in_ctr 'dns_servers = ["none"]' -- 'cat /etc/resolv.conf 2>&1; true') != *nameserver* ]]
	[[ $(in_ctr 'dns_servers = ["nowhere"]' -- true) == *"$T/conf:2: containers.dns_servers: nowhere is not an ip address" ]]
}

@test "S15: dns_servers, dns_searches, dns_options; a wrong one is named with its place" {
	each dns
}

environment() {
	[ "$WHO" = user ] || export http_proxy=p:1 FTP_PROXY=p:2 HOSTV=here
	is "$(in_ctr 'env = ["A=1"]' -- 'echo $A')" 1
	is "$(in_ctr 'env = ["A=1"]' -e A=2 -e HOSTV -- 'echo $A $HOSTV')" "2 here"
	is "$(in_ctr '' -- 'echo $http_proxy $FTP_PROXY')" "p:1 p:2"
	is "$(in_ctr '' -e http_proxy=mine -- 'echo $http_proxy')" mine
	is "$(in_ctr '' --http-proxy=false -- 'echo $http_proxy$FTP_PROXY')" ""
	is "$(in_ctr 'http_proxy = false' -- 'echo $http_proxy$FTP_PROXY')" ""
	is "$(in_ctr 'http_proxy = false' --http-proxy -- 'echo $http_proxy')" p:1
	is "$(in_ctr '' --env-host -- 'echo $HOSTV')" here
	# Of the engine: as if the command had them.
	is "$(in_ctr '[engine]
env = ["EV=1", "http_proxy=other:1", "https_proxy=p:3"]' -e EV -- 'echo $EV $http_proxy $https_proxy')" "1 p:1 p:3"
	is "$(in_ctr '[engine]
env = ["EV=1"]' -- 'echo $EV')" ""
	unset http_proxy FTP_PROXY HOSTV
}

@test "S15: env, http_proxy of containers; env of the engine" {
	each environment
}

@test "S15: a user's env_host, and env with a name alone" {
	WHO=user
	is "$(in_ctr 'env = ["A=1", "HOSTV"]' -- 'echo $A $HOSTV')" "1 here"
	is "$(in_ctr 'env = ["A=1", "HOST*"]' -e A=2 -- 'echo $A $HOSTV')" "2 here"
	is "$(in_ctr 'env_host = true' -- 'echo $HOSTV')" here
	is "$(in_ctr 'env_host = true' --env-host=false -- 'echo $HOSTV')" ""
}

@test "S15: settings show nothing of root's variables, and are named" {
	local not="not for root's containers; use"
	WHO=root
	export HOSTV=here
	is "$(in_ctr 'env = ["A=1", "HOSTV", "HOST*"]
env_host = true' -- 'echo $A:$HOSTV')" "Warning: not supported, and ignored: containers.env = \"HOSTV\" ($T/conf:2; $not -e), containers.env = \"HOST*\" ($T/conf:2; $not -e), containers.env_host = \"true\" ($T/conf:3; $not --env-host)
1:"
	is "$(in_ctr 'env_host = true' --env-host -- 'echo $HOSTV' | tail -1)" here
	[[ $(with config explain containers.env_host 2>/dev/null) == *"effect:   none for root's containers: true" ]]
	unset HOSTV
}

kernel() {
	local range='cat /proc/sys/net/ipv4/ping_group_range' was
	is "$(in_ctr '' -- "$range" | tr '\t' ' ')" "0 0"
	is "$(in_ctr 'default_sysctls = ["net.ipv4.ping_group_range=0 1", "net.no.such=1"]' -- "$range" | tr '\t' ' ')" "0 1"
	is "$(in_ctr 'default_sysctls = ["net.ipv4.ping_group_range=0 1"]' \
	    --sysctl "net.ipv4.ping_group_range=0 2" -- "$range" | tr '\t' ' ')" "0 2"
	is "$(in_ctr 'default_sysctls = ["kernel.msgmax=4096"]' -- 'cat /proc/sys/kernel/msgmax')" 4096
	# With the host's network its parameters are left alone.
	was=$($range)
	is "$(in_ctr 'default_sysctls = ["net.ipv4.ping_group_range=0 1"]
netns = "host"' -- 'echo on')" on
	is "$($range)" "$was"
	fails 125 bh create --sysctl vm.swappiness=1 busybox
	[[ $err == *'sysctl "vm.swappiness" is not allowed'* ]]
	fails 125 bh create --network host --sysctl net.ipv4.ip_forward=1 busybox
	fails 125 bh run --sysctl net.no.such=1 busybox true
	is "$(in_ctr 'annotations = ["a=1", "b=2"]' --name c --annotation b=3 --annotation x=y -- true)" ""
	conf '[containers]
annotations = ["a=1", "b=2"]'
	with create --name c --annotation b=3 busybox >/dev/null
	is "$(with inspect -f '{{.Config.Annotations.a}} {{.Config.Annotations.b}}' c)" "1 3"
	with rm c >/dev/null
}

@test "S15 S20: default_sysctls, annotations" {
	each kernel
}

spaces() {
	local devices='tail -n +3 /proc/net/dev | wc -l'
	is "$(in_ctr 'netns = "none"' -- "$devices")" 1
	is "$(in_ctr 'netns = "host"' -- 'readlink /proc/self/ns/net')" "$(readlink /proc/self/ns/net)"
	not [ "$(in_ctr 'netns = "host"' --network none -- 'readlink /proc/self/ns/net')" = \
	    "$(readlink /proc/self/ns/net)" ]
	conf '[containers]
netns = "bridge"'
	with create --name c busybox >"$T/out" 2>&1
	grep -q "^Warning: not supported, and ignored: containers.netns = \"bridge\" ($T/conf:2)$" "$T/out"
	is "$(with inspect -f '{{.HostConfig.NetworkMode}}' c 2>/dev/null)" private
	with rm c >/dev/null 2>&1
	[[ $(with config explain netns 2>/dev/null) == *"effect:   none: not supported" ]]
	conf '[containers]
netns = "none"'
	not grep -q "effect:" <<<"$(with config explain netns)"
}

@test "S20: netns; one that is not supported is named, and containers have their own" {
	each spaces
}

@test "S15: userns, of which root and a user have different ones" {
	WHO=user
	is "$(in_ctr 'userns = "host"' -- 'echo on')" on
	[[ $(in_ctr 'userns = "auto"' -- 'echo on') == *'containers.userns = "auto"'*on ]]
	WHO=root
	is "$(in_ctr 'userns = "auto"' -- 'echo on')" on
	[[ $(in_ctr 'userns = "host"' -- 'echo on') == *'containers.userns = "host"'*on ]]
}

zone() {
	[ -f /usr/share/zoneinfo/Asia/Tokyo ] || skip "no time zones here"
	is "$(in_ctr 'tz = "Asia/Tokyo"' -- 'date +%Z')" JST
	is "$(in_ctr 'tz = "Asia/Tokyo"' --tz Etc/GMT+3 -- 'date +%z')" -0300
	is "$(in_ctr 'tz = "local"' -- 'date +%z')" "$(TZ= date +%z)"
	[[ $(in_ctr 'tz = "Asia/Nowhere"' -- true) == *"$T/conf:2: containers.tz: finding timezone Asia/Nowhere: No such file or directory" ]]
	fails 125 bh create --tz ../../../etc/shadow busybox
	fails 125 bh create --tz tzdata.zi busybox
}

@test "S15: tz" {
	each zone
}

mounts() {
	mkdir -p "$T/share"
	echo there >"$T/share/f"
	chmod -R a+rX "$T/share"
	local all="volumes = [\"named:/named\"]
mounts = [\"type=tmpfs,destination=/mem\"]"
	is "$(in_ctr "$all" -v "$T/share:/share" -- 'cat /share/f; touch /named/x && echo rw
	    stat -f -c %T /mem')" "there
rw
tmpfs"
	# Where an option mounts something, the setting does not.
	is "$(in_ctr "$all" -v other:/mem -- 'touch /mem/y; ls /mem')" y
	is "$(in_ctr "$all" --mount type=tmpfs,dst=/named/ -- 'ls /named')" ""
	[[ $(in_ctr 'volumes = ["/a:b"]' -- true) == *"$T/conf:2: containers.volumes: invalid container path \"b\""* ]]
	with volume rm named other >/dev/null
}

@test "S15: volumes and mounts, but where an option mounts something" {
	each mounts
}

@test "S15: volumes and mounts of a user's files with paths of the host" {
	local all
	WHO=user
	mkdir -p "$T/share"
	echo there >"$T/share/f"
	chmod -R a+rX "$T/share"
	all="volumes = [\"$T/share:/share:ro\"]
mounts = [\"type=bind,src=$T/share,dst=/also\"]"
	is "$(in_ctr "$all" -- 'cat /share/f /also/f; touch /share/x 2>/dev/null || echo ro')" "there
there
ro"
	is "$(in_ctr "$all" --tmpfs /share -- 'ls /share')" ""
}

@test "S15: root mounts no path of the host that a setting names, and says so" {
	local not="not for root's containers; use"
	WHO=root
	mkdir -p "$T/share"
	echo there >"$T/share/f"
	is "$(in_ctr "volumes = ['$T/share:/share', 'named:/named']
mounts = [\"type=bind,src=$T/share,dst=/also\", \"type=tmpfs,dst=/mem\"]" -- \
	    'ls -d /share /also 2>/dev/null; ls -d /named; stat -f -c %T /mem')" \
	    "Warning: not supported, and ignored: containers.volumes = \"$T/share:/share\" ($T/conf:2; $not -v), containers.mounts = \"type=bind,src=$T/share,dst=/also\" ($T/conf:3; $not --mount)
/named
tmpfs"
	[[ $(with config explain containers.volumes 2>/dev/null) == *"effect:   none for root's containers: $T/share:/share" ]]
	is "$(with config explain --format json containers.volumes 2>/dev/null |
	    jq -c '.["containers.volumes"].unused')" "[\"$T/share:/share\"]"
	is "$(in_ctr "volumes = ['$T/share:/share']" -v "$T/share:/share" -- 'cat /share/f' | tail -1)" there
	root volume rm named >/dev/null
}

a_line() {
	conf '[containers]
netns = "x\nError: forged"'
	with create --rm busybox >"$T/out" 2>&1
	not grep -q "^Error: forged" "$T/out"
	grep -q 'x\\x0aError: forged' "$T/out"
	fails 125 bh create --user $'no\nError: forged' busybox
	not grep -q "^Error: forged" <<<"$err"
	[[ $err == *'no\x0aError: forged'* ]] || { echo "# $err"; return 1; }
}

@test "S15: a newline in a value begins no line of an error or a warning" {
	each a_line
}

# One with VOLUME /data, which has a file.
have_volumes() {
	local rootfs=$T/rootfs
	bh image inspect localhost/vols >/dev/null 2>&1 && return
	[ -d "$rootfs" ] || mkdir -p "$rootfs/data" "$rootfs/bin"
	echo image >"$rootfs/data/f"
	cp "$(command -v busybox)" "$rootfs/bin/busybox"
	for name in sh ls cat touch stat; do
		ln -sf busybox "$rootfs/bin/$name"
	done
	chmod -R a+rX "$rootfs"
	tar -C "$rootfs" -c . | bh import -q -c 'VOLUME /data' - localhost/vols >/dev/null
}

image_volumes() {
	have_volumes
	local look='cat /data/f; stat -f -c %T /data; touch /data/x'
	conf '[engine]
image_volume_mode = "tmpfs"'
	is "$(with run --rm localhost/vols sh -c "$look")" "image
tmpfs"
	with create --name c --image-volume bind localhost/vols true >/dev/null
	is "$(with volume ls -q | wc -l)" 1
	with rm -v c >/dev/null
	conf '[engine]
image_volume_mode = "ignore"'
	not [ "$(with run --rm localhost/vols sh -c "$look" | tail -1)" = tmpfs ]
	with create --name c localhost/vols true >/dev/null
	is "$(with volume ls -q | wc -l)" 0
	with rm c >/dev/null
	: >"$T/conf"
	with create --name c localhost/vols true >/dev/null
	is "$(with volume ls -q | wc -l)" 1
	with rm -v c >/dev/null
	fails 125 bh create --image-volume nosuch localhost/vols true
}

@test "S15: image_volume_mode" {
	each image_volumes
}

logs() {
	conf '[containers]
log_driver = "none"'
	with run --name c busybox echo said >/dev/null
	fails 125 with logs c
	with rm c >/dev/null
	conf '[containers]
log_size_max = 8192
log_tag = "mine"'
	with run --name c busybox sh -c 'seq 1 20000' >/dev/null
	[ "$(with logs c | wc -c)" -lt 20000 ]
	is "$(with inspect -f '{{.HostConfig.LogConfig.Size}} {{.HostConfig.LogConfig.Tag}}' c)" "8.19 kB mine"
	with rm c >/dev/null
	with create --name c --log-opt max-size=1m --log-opt tag=other busybox >/dev/null
	is "$(with inspect -f '{{.HostConfig.LogConfig.Size}} {{.HostConfig.LogConfig.Tag}}' c)" "1.05 MB other"
	with rm c >/dev/null
}

@test "S15: log_driver, log_size_max, log_tag" {
	each logs
}

limits() {
	is "$(in_ctr 'default_ulimits = ["nofile=100:200"]' -- 'ulimit -Sn; ulimit -Hn')" "100
200"
	is "$(in_ctr 'default_ulimits = ["nofile=100:200"]' --ulimit nofile=50 -- 'ulimit -n')" 50
	conf '[engine]
stop_timeout = 3'
	with create --name c busybox >/dev/null
	with create --name d --stop-timeout 4 busybox >/dev/null
	is "$(with inspect -f '{{.Config.StopTimeout}}' c d | tr '\n' ' ')" "3 4 "
	with rm c d >/dev/null
	conf '[engine]
pull_policy = "always"'
	[[ $(with create --name c busybox 2>&1) == *'engine.pull_policy = "always" '* ]]
	with rm c >/dev/null 2>&1
}

@test "S15 S20: default_ulimits, stop_timeout, pull_policy" {
	each limits
}

# What containers have, and what info, config explain and inspect say of it.
same_caps() {
	local caps='"CAP_CHOWN","CAP_SETUID"' bits
	conf '[containers]
default_capabilities = ["chown", "CAP_SETUID"]'
	is "$(with config explain --format json default_capabilities |
	    jq -c '.["containers.default_capabilities"].value')" "[$caps]"
	is "$(with info --format '{{.Host.Security.DefaultCapabilities}}')" CAP_CHOWN,CAP_SETUID
	with run --name c busybox grep CapEff /proc/self/status >"$T/out"
	is "$(with inspect c | jq -c '.[0].EffectiveCaps')" "[$caps]"
	bits=$(printf '%016x' $((1 << 0 | 1 << 7)))
	is "$(cat "$T/out")" "CapEff:	$bits"
	with rm c >/dev/null
	# The built-in ones: podman's since 4.0, and each place says the same.
	: >"$T/conf"
	with run --name c busybox grep CapEff /proc/self/status >"$T/out"
	is "$(cat "$T/out")" "CapEff:	$(printf '%016x' $((0x800405fb)))"
	is "$(with inspect c | jq -r '.[0].EffectiveCaps | sort | join(",")')" \
	    "$(with info --format '{{.Host.Security.DefaultCapabilities}}')"
	is "$(with config explain --format json default_capabilities netns |
	    jq -r '.["containers.default_capabilities"].value | sort | join(",")')" \
	    "$(with info --format '{{.Host.Security.DefaultCapabilities}}' | tr , '\n' | sort | paste -sd,)"
	is "$(with inspect -f '{{.HostConfig.NetworkMode}}' c)" \
	    "$(with config explain --format json netns | jq -r '.["containers.netns"].value')"
	with rm c >/dev/null
}

@test "S20: capabilities and network mode are the same in info, config explain, inspect and the container" {
	each same_caps
}
