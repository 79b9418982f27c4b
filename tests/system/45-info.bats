# info: podman's fields (S92), whatever is broken.

load lib

setup_file() {
	load lib
	export T=$(mktemp -d /var/tmp/bulkhead-system.XXXXXX)
	chmod 711 "$T"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
	have_busybox
}

# podman of the same user, with a storage of its own and the same driver.
pod() {
	if [ "$WHO" = root ]; then
		podman --root "$T/podman/storage" --runroot "$T/podman/run" \
		    --storage-driver overlay "$@"
	else
		as_user podman --storage-driver overlay "$@"
	fi
}

# Every path to a field, without the numbers of lists and optional fields.
fields() {
	jq -r 'del(.registries, .host.ociRuntime, .store.graphOptions) |
	    paths | map(select(type == "string")) | join(".")' | sort -u
}

same_fields() {
	command -v podman >/dev/null || skip "no podman"
	local theirs ours f
	theirs=$(pod info --format json) ours=$(bh info --format json)
	is "$(comm -23 <(fields <<<"$theirs") <(fields <<<"$ours"))" "" \
	    "fields that podman has and we have not"
	for f in .host.arch .host.cgroupVersion .host.cgroupControllers \
	    .host.conmon .host.cpus .host.distribution .host.hostname \
	    .host.idMappings.uidmap .host.idMappings.gidmap .host.kernel \
	    .host.memTotal .host.os .host.serviceIsRemote .host.swapTotal \
	    .host.slirp4netns .host.security.apparmorEnabled \
	    .host.security.rootless .host.security.seccompEnabled \
	    .host.security.selinuxEnabled .store.graphDriverName \
	    .store.graphRootAllocated .store.graphStatus .store.graphOptions \
	    .store.imageCopyTmpDir .store.configFile .plugins.authorization \
	    .plugins.volume .version.Os .version.OsArch; do
		is "$(jq -cS "$f" <<<"$ours")" "$(jq -cS "$f" <<<"$theirs")" \
		    "$f"
	done
	# Its runtime is one of those that we have found.
	is "$(jq -cS '.host.ociRuntime.name as $n | .host.ociRuntime' \
	    <<<"$theirs")" "$(jq -cS --arg n "$(jq -r .host.ociRuntime.name \
	    <<<"$theirs")" '.host.otherRuntimes.found[] |
	    select(.name == $n) | {name, package, path, version}' \
	    <<<"$ours")" "the OCI runtime that podman uses"
}
@test "S92: info has every field of podman's, with its values" {
	each same_fields
}

layout() {
	command -v podman >/dev/null || skip "no podman"
	# Keys with their indentation; text of several lines is not keys.
	keys() {
		awk '{ match($0, /^ */); n = RLENGTH }
		    block && n > at { next } { block = 0 }
		    /\|-?$/ { block = 1; at = n }
		    /^ *[A-Za-z_. ]*:/ { sub(/:.*/, ""); print }'
	}
	is "$(diff <(pod info | keys) <(bh info | keys) | grep '^<' |
	    grep -v remote)" "" "lines of podman's that are not in ours"
	[[ $(bh info) == *$'host:\n  arch: '*$'\nversion:\n'* ]]
	[ "$(bh info | tail -c 2 | od -An -c | tr -d ' ')" = '\n\n' ]
}
@test "S92: info is laid out as podman's YAML" { each layout; }

values() {
	local up
	is "$(bh info -f '{{.Host.OS}} {{.Host.Arch}} {{.Host.Kernel}}')" \
	    "linux $(dpkg --print-architecture) $(uname -r)"
	is "$(bh info -f '{{.Host.CgroupsVersion}}')" \
	    "$(bh info -f json | jq -r .host.cgroupVersion)"
	is "$(bh info -f '{{.Host.OCIRuntime.Name}}')" "bulkhead launch"
	[ -x "$(bh info -f '{{.Host.OCIRuntime.Path}}')" ]
	[ -x "$(bh info -f '{{.Host.Monitor.Path}}')" ]
	is "$(bh info -f '{{json .Host.Security.Rootless}}')" \
	    "$([ "$WHO" = root ] && echo false || echo true)"
	is "$(bh info -f '{{.Host.MemTotal}}')" \
	    "$(awk '/^MemTotal/ { printf "%.0f", $2 * 1024 }' /proc/meminfo)"
	# 3h 17m 13.00s (Approximately 0.12 days)
	up=$(bh info -f '{{.Host.Uptime}}')
	[[ $up =~ ^(([0-9]+h\ )?[0-9]+m\ )?[0-9]+\.00s ]]
	[[ $up != *h* || $up =~ \(Approximately\ [0-9]+\.[0-9][0-9]\ days\)$ ]]
	is "$(bh info -f '{{.Store.GraphRoot}}')" \
	    "$([ "$WHO" = root ] && echo "$T/root/storage" ||
	    echo "$T/user/.local/share/containers/storage")"
	is "$(bh system info -f '{{.Store.ImageStore.Number}}')" 1
	is "$(bh info --debug -f '{{.Host.OS}}')" linux
	is "$(bh info -D -f '{{.Host.OS}}')" linux
}
@test "S92 S95: info's values, by templates; system info is the same" {
	each values
}

counts() {
	bh create --name made --network none localhost/busybox true >/dev/null
	bh run -d --name runs --network none localhost/busybox sleep 1000 \
	    >/dev/null
	bh run --name ran --network none localhost/busybox true
	is "$(bh info -f json | jq -cS .store.containerStore)" \
	    '{"number":3,"paused":0,"running":1,"stopped":2}'
	is "$(bh info -f json | jq -cS .host.locks)" \
	    '{"free":2045,"total":2048,"type":"shm"}'
	bh rm -f -t 0 made runs ran >/dev/null
	is "$(bh info -f '{{.Store.ContainerStore.Number}}')" 0
}
@test "S92: containers by their state" { each counts; }

registries() {
	command -v podman >/dev/null || skip "no podman"
	cat >"$T/registries.conf" <<-'X'
	unqualified-search-registries = ["docker.io", "quay.io"]
	[[registry]]
	prefix = "example.com/foo"
	location = "internal.example.com/bar"
	insecure = true
	[[registry.mirror]]
	location = "mirror.example.com/m"
	insecure = true
	[[registry]]
	location = "blocked.example.com"
	blocked = true
	X
	chmod 644 "$T/registries.conf"
	is "$(WHO=root; CONTAINERS_REGISTRIES_CONF=$T/registries.conf \
	    bh info -f json | jq -S .registries)" \
	    "$(WHO=root; CONTAINERS_REGISTRIES_CONF=$T/registries.conf \
	    pod info -f json | jq -S .registries)"
	echo 'unqualified-search-registries = 7' >"$T/registries.conf"
	CONTAINERS_REGISTRIES_CONF=$T/registries.conf root info -f json \
	    >"$T/out"
	[[ $(jq -r .registries.error "$T/out") == *registries* ]]
	is "$(jq -r .store.imageStore.number "$T/out")" 1
}
@test "S92: registries by prefix and the search list, as podman prints them" {
	registries
}

sections() {
	is "$(bh info -f json | jq -c keys_unsorted)" \
	    '["host","store","registries","plugins","version"]'
	is "$(bh info | grep -c '^[a-z]')" 5
}
@test "S93: info has its sections; which registry is insecure stands there" {
	each sections
	printf '[[registry]]\nlocation = "a.example"\ninsecure = true\n' \
	    >"$T/registries.conf"
	is "$(CONTAINERS_REGISTRIES_CONF=$T/registries.conf root info \
	    -f '{{(index .Registries "a.example").Insecure}}')" true
}

# What works must be all there: NAME... are the fields that may say why not.
healthy() {
	is "$(jq -r '[paths(scalars) as $p |
	    select($p[-1] == "error") | $p | map(tostring) | join(".")] |
	    join(" ")' "$1")" "$2" "fields that say what is broken"
	is "$(jq -r .host.kernel "$1")" "$(uname -r)"
	jq -e '.version.Version != "" and .host.memTotal > 0' "$1" >/dev/null
}

broken_state() {
	local dir
	dir=$(bh info -f '{{.Store.StateDir}}')
	mv "$dir" "$dir.aside"
	echo rubbish >"$dir"
	bh info -f json >"$T/out"
	rm "$dir"
	mv "$dir.aside" "$dir"
	healthy "$T/out" "host.locks.error store.containerStore.error"
	jq -e '.store.containerStore.number == null' "$T/out" >/dev/null
	is "$(jq -r .store.imageStore.number "$T/out")" 1
	bh info -f json >"$T/out"
	healthy "$T/out" ""
}
@test "S92: info with a broken state says so there, and the rest" {
	each broken_state
}

# In a mount namespace, where /etc/passwd has no account.
@test "S92: info of root without the account says so, and that it is root" {
	grep -v ^bulkhead: /etc/passwd >"$T/passwd"
	unshare -m sh -c 'mount --bind "$0" /etc/passwd && exec "$@"' \
	    "$T/passwd" "$BH" --root "$T/root/storage" --runroot \
	    "$T/root/run" info -f json >"$T/out"
	is "$(jq .host.security.rootless "$T/out")" false
	grep -q 'there is no account' "$T/out"
}

broken_store() {
	local index
	index=$(bh info -f '{{.Store.GraphRoot}}')/overlay-images/images.json
	cp -p "$index" "$index.aside"
	echo '[{"id":' >"$index"
	bh info -f json >"$T/out"
	mv "$index.aside" "$index"
	healthy "$T/out" store.imageStore.error
	[[ $(jq -r .store.imageStore.error "$T/out") == *images.json* ]]
	is "$(jq -r .store.containerStore.number "$T/out")" 0
	# In YAML, too, and with a template for something else.
	bh info | grep -q 'number: 1'
}
@test "S92: info with a broken store says so there, and the rest" {
	each broken_store
}

broken_lock() {
	local run state
	run=$(bh info -f '{{.Store.RunDir}}')
	mv "$run/locks" "$run/locks.aside"
	echo rubbish >"$run/locks"
	bh info -f json >"$T/out"
	rm "$run/locks"
	mv "$run/locks.aside" "$run/locks"
	healthy "$T/out" host.locks.error
	is "$(jq -r .store.containerStore.number "$T/out")" 0
}
@test "S92: info with broken locks says so there, and the rest" {
	each broken_lock
}

@test "S92: info does not wait for a lock that nobody gives back" {
	local state
	state=$(user info -f '{{.Store.StateDir}}')
	perl -MFcntl -e 'open(my $f, "+<", $ARGV[0]) or die;
	    my $l = pack("ssx4qqi", F_WRLCK, 0, 0, 0, 0);
	    fcntl($f, F_SETLK, $l) or die;
	    $| = 1; print "held\n"; sleep(120)' "$state/state.lock" \
	    >"$T/held" 3>&- &
	local holder=$!
	until_true 10 grep -q held "$T/held"
	user info -f json >"$T/out"
	kill $holder
	wait $holder || true
	WHO=user
	[[ $(jq -r .store.containerStore.error "$T/out") == *lock* ]]
	is "$(jq -r .host.kernel "$T/out")" "$(uname -r)"
	is "$(jq -r .store.imageStore.number "$T/out")" 1
}

@test "S92: info without one of its helpers names it, and prints the rest" {
	local h
	cp -a "$BH_PREFIX" "$T/prefix"
	for h in statekeep store lockbroker refresh; do
		mv "$T/prefix/libexec/bulkhead/$h" "$T/aside"
		"$T/prefix/bin/bulkhead" --root "$T/root/storage" \
		    --runroot "$T/root/run" info -f json >"$T/out"
		mv "$T/aside" "$T/prefix/libexec/bulkhead/$h"
		[[ $(jq -r '.. | .error? // empty' "$T/out") == *"$h"* ]]
		is "$(jq -r .host.kernel "$T/out")" "$(uname -r)"
	done
	# Without a configuration there is still a host.
	rm "$T/prefix/libexec/bulkhead/resolve"
	"$T/prefix/bin/bulkhead" info -f json >"$T/out"
	is "$(jq -r .host.kernel "$T/out")" "$(uname -r)"
	[[ $(jq -r .store.graphRoot "$T/out") == "unknown (cannot start"* ]]
}

@test "S92: info with a configuration that cannot be read has the host" {
	echo '[engine' >"$T/bad.conf"
	chmod 644 "$T/bad.conf"
	CONTAINERS_CONF=$T/bad.conf root info -f json >"$T/out"
	is "$(jq -r .host.kernel "$T/out")" "$(uname -r)"
	[[ $(jq -r .store.graphRoot "$T/out") == "unknown ("*bad.conf* ]]
	# But an option that is wrong is the person's.
	fails 125 root --storage-driver nosuch info
	[[ $err == "Error: "*nosuch* ]]
}

@test "S92: info without os-release does not know the distribution" {
	cp -a /etc "$T/etc"
	rm -f "$T/etc/os-release"
	unshare -m sh -c "
		mount --bind '$T/etc' /etc &&
		mount --bind /dev/null /usr/lib/os-release &&
		exec '$BH' --root '$T/root/storage' --runroot '$T/root/run' \
		    info -f json" >"$T/out"
	is "$(jq -cS '.host.distribution | del(.error)' "$T/out")" \
	    '{"distribution":"unknown","version":"unknown"}'
	is "$(jq -r .store.imageStore.number "$T/out")" 1
}
