# Images that other tools made of other people's software: what they are here
# is what they are to podman; what is stored here, podman and buildah run.

load lib
load traces

setup() { have_busybox; }

teardown() {
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
}

# podman as root with a storage of its own, what it says of itself left out.
peer() {
	podman --root "$T/podman" --runroot "$T/podman.run" \
	    --storage-driver overlay --runtime runc "$@" 2>"$T/peer.err" || {
		cat "$T/peer.err" >&2
		return 1
	}
}
peer_run() { peer run --rm --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
    --network none "$@"; }

# podman and buildah as the user, in the place where bulkhead stores, too.
theirs() {
	local out code=0
	[ -e "$T/user/.config/containers/storage.conf" ] || {
		as_user mkdir -p "$T/user/.config/containers"
		printf '[storage]\ndriver = "overlay"\n' |
		    as_user tee "$T/user/.config/containers/storage.conf" >/dev/null
	}
	out=$(as_user "$@" 2>"$T/peer.err") || code=$?
	[ $code = 0 ] || { echo "# $*:"; cat "$T/peer.err"; return $code; }
	printf '%s' "$out"
}

teardown_file() {
	local m
	podman --root "$T/podman" --runroot "$T/podman.run" --storage-driver \
	    overlay image umount -a >/dev/null 2>&1 || true
	as_user podman unshare rm -rf "$T/user/.local/share/containers" \
	    >/dev/null 2>&1 || true
	for m in $(awk -v t="$T/" 'index($5, t) == 1 { print $5 }' /proc/self/mountinfo | sort -r); do
		umount -l "$m" || true
	done
	pkill -KILL -u "$BH_USER" -f 'podman' 2>/dev/null || true
	rm -rf "$T"
}

loading() {
	bh rmi -f localhost/busybox >/dev/null
	is "$(bh load -i "$BH_FIXTURES/busybox.docker.tar")" \
	    "Loaded image: localhost/busybox:latest"
	is "$(bh load -q -i "$BH_FIXTURES/busybox.oci.tar")" \
	    "Loaded image: localhost/busybox:latest"
	is "$(bh load <"$BH_FIXTURES/busybox.oci.tar")" \
	    "Loaded image: localhost/busybox:latest"
	is "$(gzip -c "$BH_FIXTURES/busybox.oci.tar" | bh load)" \
	    "Loaded image: localhost/busybox:latest"
	is "$(bh images -q | wc -l)" 1
	bh load -q -i "$BH_FIXTURES/debian.umoci.tar"
	bh load -q -i "$BH_FIXTURES/debian.buildah.tar"
	bh images --format '{{.Repository}}:{{.Tag}}' | grep -qx localhost/debian:buildah
}
@test "load: docker-archive, oci-archive, from a pipe, compressed" { each loading; }

script='apt --version; perl -e "print 6*7, qq(\n)"; id; dpkg -l | wc -l
    su nobody -s /bin/sh -c id; umask; pwd; cat /etc/debian_version
    ls -la / | awk "{ print \$1, \$3, \$4, \$NF }" | grep -v " \\.*$\| proc$\| sys$"
    env | sort | grep -v ^HOSTNAME= | grep -v ^container=; cat /proc/self/oom_score_adj >/dev/null
    ls /proc/self/fd | wc -l; getent passwd root
    mount | awk "{ print \$3 }" | sort -u | grep -v "^/dev/[a-z]*$\|^/sys/fs/\|^/proc/\|^/run\|resolv"
    echo "sudo works: $(setpriv --reuid 1 --clear-groups id -u)"
    stat -c "%a %n" /tmp /dev/shm /dev/null /dev/pts /proc/sys; grep Cap /proc/self/status
    grep NoNewPrivs /proc/self/status; ls /dev | grep -vx core | xargs; sh -c "exit 3"; echo $?'
@test "Debian behaves as under podman: apt, perl, id, su, dpkg, capabilities" {
	peer load -q -i "$BH_FIXTURES/debian.buildah.tar"
	peer_run localhost/debian:buildah sh -c "$script" >"$T/theirs"
	[ "$(wc -l <"$T/theirs")" -gt 40 ]
	for WHO in root user; do
		bh load -q -i "$BH_FIXTURES/debian.buildah.tar"
		bh run --rm --network none localhost/debian:buildah \
		    sh -c "$script" >"$T/ours"
		diff "$T/theirs" "$T/ours"
	done
}

packages() {
	bh load -q -i "$BH_FIXTURES/debian.buildah.tar"
	# What a package's installation does: chown, setgid, rename, as root
	# of many ids; and what a test user may not.
	bh run --rm --network none localhost/debian:buildah sh -ec '
		useradd -m somebody; su somebody -c "touch ~/x; ! touch /etc/x 2>/dev/null"
		[ "$(stat -c %U /home/somebody/x)" = somebody ]
		dpkg-reconfigure -f noninteractive base-passwd >/dev/null 2>&1 || true
		dpkg --remove --force-depends gpgv >/dev/null 2>&1 || true
		dpkg --audit; apt-get --version >/dev/null'
}
@test "Debian: users are added, su and dpkg work" { each packages; }

same_trees() {	# ARCHIVE IMAGE
	local m pid
	export SINCE=$(stat -c %W "$T")		# when these tests began
	peer load -q -i "$BH_FIXTURES/$1"
	m=$(peer image mount "$2")
	perl "$BATS_TEST_DIRNAME/tree.pl" "$m" >"$T/theirs"
	peer image umount "$2"
	for WHO in root user; do
		bh load -q -i "$BH_FIXTURES/$1"
		bh run -d --network none --name t "$2" sleep 1000
		pid=$(bh inspect --format '{{.State.Pid}}' t)
		nsenter -t "$pid" -U -S 0 -G 0 perl \
		    "$BATS_TEST_DIRNAME/tree.pl" "/proc/$pid/root" >"$T/ours"
		diff "$T/theirs" "$T/ours"
		bh rm -f -t 0 t
	done
}
@test "content of busybox is what podman extracts" {
	same_trees busybox.docker.tar localhost/busybox:latest
}
@test "content of Debian is what podman extracts" {
	same_trees debian.buildah.tar localhost/debian:buildah
	[ "$(wc -l <"$T/theirs")" -gt 5000 ]
}
@test "content of 30 layers of everything is what podman extracts (gzip)" {
	same_trees layers.oci.tar localhost/thirty:gzip
	grep -q '^xattr l/6 user.note' "$T/ours"
	grep -q '^xattr bin/euid security.capability' "$T/ours"
	grep -q '^./l/opq/new ' "$T/ours"
	not grep -q '^./l/opq/old\|^./l/2 \|^./l/many' "$T/ours"
	is "$(grep -c ' links=3 ' "$T/ours")" "$(grep -c ' links=3 ' "$T/theirs")"
}
@test "content of 30 layers is what podman extracts (zstd, docker-archive)" {
	same_trees layers.zstd.tar localhost/thirty:zstd
	same_trees layers.docker.tar localhost/thirty:docker
}

@test "what bulkhead stored, rootless podman and buildah list, run, build upon" {
	user load -q -i "$BH_FIXTURES/debian.buildah.tar"
	user load -q -i "$BH_FIXTURES/layers.oci.tar"
	is "$(theirs podman images --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort)" \
	    "$(user images --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort)"
	theirs buildah images | grep -q localhost/busybox
	for i in localhost/busybox localhost/thirty:gzip localhost/debian:buildah; do
		is "$(theirs podman --runtime runc run --rm --network none \
		    --ulimit nofile=1024:1024 $i sh -c 'echo it runs')" "it runs" "$i"
	done
	c=$(theirs buildah from localhost/busybox)
	is "$(theirs buildah run --isolation chroot "$c" echo built)" built
	theirs buildah run --isolation chroot "$c" sh -c 'echo more >/more; rm /bin/tac /bin/yes; true'
	theirs buildah commit -q "$c" localhost/more
	theirs buildah rm "$c"
	# And back: what they stored, bulkhead runs.
	is "$(user run --rm --network none localhost/more cat /more)" more
	fails 127 user run --rm --network none localhost/more yes
	is "$(user run --rm --network none localhost/more id -u)" 0
	# podman's containers hold an image against our removal.
	c=$(theirs podman create --network none localhost/more true)
	fails 125 user rmi localhost/more || fails 2 user rmi localhost/more
	theirs podman rm "$c"
	user rmi localhost/more
	not theirs podman image exists localhost/more
}

@test "S62: what podman pulled in, bulkhead runs; what bulkhead removed, podman misses" {
	user rmi -f localhost/busybox
	theirs podman load -q -i "$BH_FIXTURES/busybox.oci.tar"
	is "$(user run --rm --network none localhost/busybox echo ours)" ours
	theirs podman tag localhost/busybox localhost/other:v1
	is "$(user images --format '{{.Repository}}' localhost/other)" localhost/other
	user rmi localhost/other:v1
	not theirs podman image exists localhost/other:v1
	theirs podman image exists localhost/busybox
}

removing() {
	bh rmi -f localhost/busybox >/dev/null
	bh load -q -i "$BH_FIXTURES/busybox.docker.tar"
	local id
	id=$(bh images -q --no-trunc localhost/busybox); id=${id#sha256:}
	bh create --network none --name uses localhost/busybox true
	fails 2 bh rmi localhost/busybox
	[[ $err == "Error: "*"in use"* ]] || { echo "# $err"; return 1; }
	bh rm uses
	fails 1 bh rmi localhost/nosuch
	[[ $err == *"image not known"* ]]
	out=$(bh rmi "${id:0:12}")
	[[ $out == *"Untagged: localhost/busybox:latest"*"Deleted: $id"* ]]
	is "$(bh images -q localhost/busybox)" ""
	is "$(find "$(graph_dir)/overlay" -mindepth 1 -maxdepth 1 -name '[0-9a-f]*' | wc -l)" \
	    "$(jq length "$(graph_dir)/overlay-layers/layers.json")"
	have_busybox
	# By force, with its container.
	bh run -d --network none --name uses localhost/busybox sleep 100
	bh rmi -f localhost/busybox
	is "$(bh ps -aq)" ""
	have_busybox
}
@test "rmi: refused while used, by name, by id, by force" { each removing; }

importing() {
	local id
	printf 'hello\n' >"$T/hello"
	tar -C "$T" -cf "$T/in.tar" hello; chmod 644 "$T/in.tar"
	id=$(bh import --change 'CMD ["/hello"]' --change ENV=A=b \
	    --change 'LABEL k=v' --change WORKDIR=/w --change 'USER 5' \
	    --change 'EXPOSE 80' --change STOPSIGNAL=USR1 -m words "$T/in.tar" localhost/in:v1)
	[[ $id == sha256:* ]]
	is "$(bh inspect --type image --format '{{.Config.Cmd}} {{.Config.WorkingDir}} {{.Config.User}} {{.Config.Env}} {{.Config.Labels.k}} {{.Config.StopSignal}}' localhost/in:v1)" \
	    "[/hello] /w 5 [A=b] v USR1"
	bh rmi localhost/in:v1
	id=$(bh import - <"$T/in.tar")
	bh rmi "$id"
	fails 125 bh import --change 'NOSUCH x' "$T/in.tar" localhost/in:v1
}
@test "import with --change" { each importing; }

listing() {
	bh load -q -i "$BH_FIXTURES/debian.buildah.tar"
	is "$(bh images | head -1 | tr -s ' ')" "REPOSITORY TAG IMAGE ID CREATED SIZE"
	bh images | grep -Eq '^localhost/busybox +latest +[0-9a-f]{12} +.* ago +[0-9.]+ [kM]B$'
	is "$(bh images -q --filter reference='*busybox*' | wc -l)" 1
	is "$(bh images -q --filter label=made=podman)" "$(bh images -q localhost/busybox)"
	is "$(bh images --noheading --format '{{.Tag}}' --filter reference=localhost/debian:buildah)" buildah
	is "$(bh images --format json | jq -r '.[].Names[]' | grep -c 'busybox:latest')" 1
	is "$(bh images -q --filter dangling=true)" ""
	is "$(bh images --digests | head -1 | tr -s ' ')" "REPOSITORY TAG DIGEST IMAGE ID CREATED SIZE"
	is "$(bh images -q --no-trunc localhost/busybox | cut -c1-7)" sha256:
	is "$(bh images --sort size --format '{{.Repository}}' | head -1)" localhost/busybox
	fails 125 bh images --filter nosuch=x
}
@test "images: columns, filters, formats, order" { each listing; }
