# System mode: what the engine's account, or a program of it that was taken
# over, cannot make root do; and what users cannot make refresh do.

load lib

setup_file() {
	load lib
	export T=$(mktemp -d /var/tmp/bulkhead-system.XXXXXX)
	chmod 711 "$T"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
	have_busybox
	# The account as an attacker: a statekeep and a lockbroker that lie.
	cp -a "$BH_PREFIX" "$T/inst"
	chmod 755 "$T/inst"
	cc -D_GNU_SOURCE -O1 -o "$T/liar" tests/system/liar.c
	for helper in statekeep lockbroker; do
		mv "$T/inst/libexec/bulkhead/$helper" \
		    "$T/inst/libexec/bulkhead/$helper.real"
		install -m 755 "$T/liar" "$T/inst/libexec/bulkhead/$helper"
	done
	mkdir -p "$T/src/a" "$T/src/b"
	echo granted >"$T/src/a/file"
	echo secret >"$T/src/b/file"
	chmod 600 "$T/src/b/file"
}

setup() { rm -f "$T/inst/libexec/bulkhead/lies"; }

teardown() {
	rmdir /sys/fs/cgroup/freezer/bulkhead/libpod-x 2>/dev/null || true
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
}

# lies FROM TO...: what statekeep says of records from now on.
lies() {
	printf '%s %s\n' "$@" >"$T/inst/libexec/bulkhead/lies"
	chmod 644 "$T/inst/libexec/bulkhead/lies"
}

# bulkhead as root, with the statekeep that lies.
betrayed() {
	"$T/inst/bin/bulkhead" --root "$T/root/storage" --runroot "$T/root/run" "$@"
}

box() { root create --network none "$@" >/dev/null; }

@test "Z02: root's start opens only the bind sources that root granted" {
	box --name one -v "$T/src/a:/x" localhost/busybox cat /x/file
	is "$(root start -a one)" granted
	lies "$T/src/a" "$T/src/b"
	fails 125 betrayed start -a one
	[[ $err == *"which root did not grant it"*"remove it and make it again" ]] ||
	    { echo "# $err"; return 1; }
	# And not with more than was granted.
	box --name two -v "$T/src/a:/x:ro" localhost/busybox sh -c 'echo >/x/file'
	lies ro rw
	fails 125 betrayed start -a two
	[[ $err == *"which root did not grant it, or not like this"* ]]
	rm "$T/inst/libexec/bulkhead/lies"
	fails 1 betrayed start -a two
	is "$(cat "$T/src/a/file")" granted
}

@test "Z02: a grant is one container's, not another's" {
	local one two
	box --name one -v "$T/src/a:/x" localhost/busybox cat /x/file
	box --name two -v "$T/src/b:/x" localhost/busybox cat /x/file
	one=$(root inspect -f '{{.Id}}' one) two=$(root inspect -f '{{.Id}}' two)
	is "$(root start -a two)" secret
	# The record of the other, with its grant, under this one's id.
	lies "$two" "$one"
	fails 125 betrayed start -a two
	[[ $err == *"which root did not grant it"* ]] || { echo "# $err"; return 1; }
}

@test "Z02: --rootfs, and a volume that is a directory of the host" {
	mkdir -p "$T/src/r/bin" "$T/src/s/bin"
	root run --rm --network none localhost/busybox cat /bin/busybox \
	    >"$T/src/r/bin/cat"
	chmod 755 "$T/src/r/bin/cat"
	cp -p "$T/src/r/bin/cat" "$T/src/s/bin/cat"
	echo right >"$T/src/r/file"; echo wrong >"$T/src/s/file"
	root create --network none --name fs --rootfs "$T/src/r" /bin/cat /file >/dev/null
	is "$(root start -a fs)" right
	lies "$T/src/r" "$T/src/s"
	fails 125 betrayed start -a fs
	[[ $err == *"which root did not grant it"* ]] || { echo "# $err"; return 1; }
	rm "$T/inst/libexec/bulkhead/lies"
	root volume create --opt type=none --opt o=bind --opt "device=$T/src/a" \
	    dir >/dev/null
	is "$(root run --rm --network none -v dir:/x localhost/busybox cat /x/file)" granted
	lies "$T/src/a" "$T/src/b"
	fails 125 betrayed run --rm --network none -v dir:/x localhost/busybox cat /x/file
	[[ $err == *"volume dir cannot be used"*"$T/src/b on the host, which root did not grant"* ]] ||
	    { echo "# $err"; return 1; }
	root volume rm dir >/dev/null
}

@test "Z02: a container of an older bulkhead is refused with what to do" {
	box --name old -v "$T/src/a:/x" localhost/busybox cat /x/file
	# Without the code it is as one made before there were any.
	lies grant tnarg
	fails 125 betrayed start old
	[[ $err == *"cannot be started"*"older bulkhead"*"remove it and make it again" ]] ||
	    { echo "# $err"; return 1; }
	# What mounts nothing of the host needs no grant.
	box --name plain -v vol:/v --tmpfs /t localhost/busybox echo fine
	is "$(betrayed start -a plain)" fine
}

@test "Z02: paths of the store's settings are taken over only where root chose them" {
	local r=$T/own
	"$BH" --root "$r/storage" --runroot "$r/run1" ps >/dev/null
	is "$("$BH" --root "$r/storage" info --format '{{.Store.RunRoot}}')" "$r/run1"
	mkdir -p "$T/own/etc1/bulkhead"
	lies "$r/run1" "$r/etc1"
	fails 125 "$T/inst/bin/bulkhead" --root "$r/storage" ps
	[[ $err == *"nothing shows that root has chosen it"* ]] ||
	    { echo "# $err"; return 1; }
	is "$(stat -c %U "$T/own/etc1/bulkhead")" root
	# root's key is lost: what root says again is believed again.
	unshare -m sh -eu -c 'mount --make-rprivate / && mount -t tmpfs -o mode=700 x /var/lib/bulkhead-root
	    "$@" --runroot "$0/run1" ps && "$@" info --format "{{.Store.RunRoot}}"' \
	    "$r" "$BH" --root "$r/storage" >"$T/out" 2>&1 || true
	cat "$T/out"
	[ "$(tail -1 "$T/out")" = "$r/run1" ]
}

# bulkhead as root, with a resolve that lies.
misled() {
	"$T/inst2/bin/bulkhead" --root "$T/root/storage" --runroot "$T/root/run" "$@"
}

@test "Z02: a resolve that lies gets no path mounted, and none of root's variables" {
	local path=$T/src/b name say='cat /x/file 2>/dev/null; env; echo end'
	name=$(printf '%s' "$path" | tr -c a-z0-9 v)
	cp -a "$BH_PREFIX" "$T/inst2"
	chmod 755 "$T/inst2"
	mv "$T/inst2/libexec/bulkhead/resolve" "$T/inst2/libexec/bulkhead/resolve.real"
	install -m 755 "$T/liar" "$T/inst2/libexec/bulkhead/resolve"
	export CONTAINERS_CONF=$T/conf ROOTS_OWN=hidden
	printf '[containers]\n%s\n%s\n%s\n' "volumes = [\"$name:/x\"]" \
	    'env = ["AAAAAAAA=1"]' 'no_hosts = true' >"$T/conf"
	[[ $(misled run --rm --network none localhost/busybox sh -c "$say") == *AAAAAAAA=1*end ]]
	root volume inspect "$name" >/dev/null
	printf '%s %s\n' "$name" "$path" AAAAAAAA=1 'ROOTS_OWN*' \
	    containers.env_host containers.xnv_host \
	    containers.no_hosts containers.env_host >"$T/inst2/libexec/bulkhead/lies"
	chmod 644 "$T/inst2/libexec/bulkhead/lies"
	echo "# asked again" >>"$T/conf"
	misled config explain containers.volumes containers.env env_host | tee "$T/out"
	grep -q "= $path:/x" "$T/out"
	grep -q "ROOTS_OWN" "$T/out"
	grep -q "containers.env_host = true" "$T/out"
	# From its answer, and from the cache.
	for i in 1 2; do
		misled run --rm --network none localhost/busybox sh -c "$say" >"$T/out"
		cat "$T/out"
		grep -q '^end$' "$T/out"
		not grep -q 'hidden\|secret' "$T/out"
	done
	unset CONTAINERS_CONF ROOTS_OWN
	root volume rm "$name" >/dev/null
}

@test "Z02: what the account may have put there is not handed to it" {
	local r=$T/link
	mkdir -p "$r/storage" "$r/victim"
	chmod 700 "$r/storage"
	ln -s "$r/victim" "$r/storage/bulkhead.state"
	fails 125 "$BH" --root "$r/storage" --runroot "$r/run" ps
	[[ $err == *"belongs to root, and is a link or has files in it"* ]] ||
	    { echo "# $err"; return 1; }
	is "$(stat -c %U "$r/victim")" root
	# Nor is a directory of root's the storage because something says so.
	mkdir -p "$r/etc/rc.d"
	fails 125 "$BH" --root "$r/etc" --runroot "$r/run" images
	[[ $err == *"$r/etc is no storage of containers and is not empty"* ]] ||
	    { echo "# $err"; return 1; }
}

# ended NAME: a container whose end was recorded by no one. Prints its ID.
ended() {
	local id pid p
	root run -d --name "$1" --network none localhost/busybox sleep 1000
	id=$(root inspect -f '{{.Id}}' "$1") pid=$(root inspect -f '{{.State.Pid}}' "$1")
	for p in $(pgrep -x reaper) $(pgrep -x monitor) "$pid"; do
		[ "$p" != "$pid" ] && ! grep -qz "$id" "/proc/$p/cmdline" ||
		    kill -9 "$p"
	done
	until_true 10 eval '! grep -q "^State:.[^ZX]" "/proc/$pid/status" 2>/dev/null'
}

# path UP PATH: a false ID, as long as a true one, that leads there.
path() { printf "$1%$((64 - ${#1} - ${#2}))s$2" | tr ' ' /; }

@test "pause as root: what has ended is found after root was given up" {
	ended gone >/dev/null
	root pause --all >"$T/out"
	is "$(cat "$T/out")" ""
	is "$(root inspect -f '{{.State.Status}}' gone)" exited
	root rm gone
}

@test "pause --all as root removes no directory that statekeep names" {
	local id ctr said
	id=$(ended lost)
	mkdir -p "$T/victim/sub"
	echo precious >"$T/victim/file"
	ctr=$(find "$T/root/run" -type d -name ctr)
	lies "$id" "$(path .. "$(realpath --relative-to="${ctr%/*}" "$T/victim")")"
	fails 125 betrayed pause --all
	said=$err
	is "$(cat "$T/victim/file")" precious
	[ -d "$T/victim/sub" ]
	[[ $said == *'"id"'* ]] || { echo "# $said"; return 1; }
	fails 125 betrayed pause lost
	is "$(cat "$T/victim/file")" precious
	rm "$T/inst/libexec/bulkhead/lies"
	root rm -f lost
}

# The cgroup would be in a directory of the account's, as the path of its own
# leads there, and cgroup.procs in it is a link.
@test "pause as root opens no file outside of cgroups that statekeep names" {
	local id ctr said place=$T/place group=/sys/fs/cgroup/freezer/bulkhead/libpod-x
	[ -e /sys/fs/cgroup/freezer/cgroup.procs ] || skip "no cgroups v1"
	box --name first localhost/busybox sleep 1000
	root start first >/dev/null
	root pause first >/dev/null
	root unpause first >/dev/null
	id=$(root inspect -f '{{.Id}}' first)
	ctr=$(find "$T/root/run" -type d -name ctr)
	mkdir -p "$ctr/d/1/2/3/4/5/6/7" "$ctr/d/1$place" "$place"
	ln -s d/1/2/3/4/5/6/7 "$ctr/x"
	ln -s "$T/src/b/file" "$place/cgroup.procs"
	echo >"$place/freezer.state"
	chown -hR bulkhead: "$ctr/d" "$ctr/x" "$place"
	mkdir -p "$group"
	lies "$id" "$(path x/../../../../../.. "${place#/}")"
	fails 125 betrayed pause --all
	said=$err
	is "$(find "$ctr/d" -type f)" "" "the place of the cgroup, noted"
	[[ $said == *'"id"'* ]] || { echo "# $said"; return 1; }
	is "$(cat "$T/src/b/file")" secret
	rm "$T/inst/libexec/bulkhead/lies"
	rmdir "$group"
	rm -r "$ctr/d" "$ctr/x"
	root rm -f -t 0 first
}

@test "info as root does not enter a storage that is in another user's hands" {
	install -d -o "$BH_USER" -g "$BH_USER" -m 755 "$T/hers"
	mkdir -m 700 "$T/hers/storage"
	"$BH" --root "$T/hers/storage" --runroot "$T/other/run" info >"$T/out"
	grep -q "cannot open the storage $T/hers/storage: Permission denied" "$T/out" ||
	    { cat "$T/out"; return 1; }
}

@test "a link that takes the place of a source is not followed at start" {
	mkdir -p "$T/src/c/d"
	echo inner >"$T/src/c/d/file"
	ln -s c "$T/src/l"
	box --name one -v "$T/src/l/d:/x" localhost/busybox cat /x/file
	is "$(root start -a one)" inner
	# As a container could that has the directory above it.
	mv "$T/src/c/d" "$T/src/c/e"
	ln -s ../b "$T/src/c/d"
	fails 125 root start -a one
	[[ $err == *"$T/src/c/d was no symbolic link when the container was made"* ]] ||
	    { echo "# $err"; return 1; }
	# Root's own link may lead elsewhere since: the place stays.
	rm "$T/src/c/d"; mv "$T/src/c/e" "$T/src/c/d"
	ln -sfn b "$T/src/l"
	is "$(root start -a one)" inner
	rm "$T/src/l"
}

flags() { root run --rm --network none "$@" localhost/busybox \
    sed -n 's,^.* /x \([^ ]*\) .*,\1,p' /proc/self/mountinfo; }

@test "binds are nosuid and nodev unless suid or dev is asked for by name" {
	[[ $(flags -v "$T/src/a:/x") == rw,nosuid,nodev,* ]]
	[[ $(flags -v "$T/src/a:/x:suid") == rw,nodev,* ]]
	[[ $(flags -v "$T/src/a:/x:dev") == rw,nosuid,relatime,* ]]
	[[ $(flags -v "$T/src/a:/x:ro,suid,dev") == ro,relatime,* ]]
	[[ $(flags --mount "type=bind,src=$T/src/a,dst=/x,nosuid=false") == rw,nodev,* ]]
	for p in suid dev ro nosuid rbind ''; do
		fails 125 root run --rm --network none --mount \
		    "type=bind,src=$T/src/a,dst=/x,bind-propagation=$p" \
		    localhost/busybox true
		[[ $err == *"bind-propagation=$p: invalid mount option: bind-propagation is one of "* ]] ||
		    { echo "# $err"; return 1; }
		fails 125 user run --rm --network none --mount \
		    "type=bind,src=/usr,dst=/x,bind-propagation=$p" \
		    localhost/busybox true
	done
}

@test "a setuid program that is left in a bind has no effect in a container" {
	root run --rm --network none -v "$T/src/a:/x" localhost/busybox \
	    sh -c 'cat /bin/euid >/x/euid; chmod 4755 /x/euid'
	is "$(root run --rm --network none --user 5 -v "$T/src/a:/x" localhost/busybox /x/euid)" 5
	is "$(root run --rm --network none --user 5 -v "$T/src/a:/x:suid" localhost/busybox /x/euid)" 0
	rm "$T/src/a/euid"
}

# shown PID FD: the flags of the mount that a descriptor is on.
shown() {
	python3 -c 'import os, sys
v = os.statvfs("/proc/%s/fd/%s" % tuple(sys.argv[1:]))
print(*[n for n in ("NOSUID", "NODEV") if v.f_flag & getattr(os, "ST_" + n)])' "$@"
}

@test "A07: the store's programs see it nosuid and nodev; it stays closed" {
	local pid fd found=
	chmod 755 "$T/root/storage"
	"$BH" --root "$T/root/storage" --runroot "$T/root/run" run --rm \
	    --name open --network none localhost/busybox sleep 1000 &
	until_true 10 pgrep -P $! -x store >/dev/null
	pid=$(pgrep -P $! -x store)
	until_true 10 eval 'root ps --format "{{.Status}}" | grep -q ^Up'
	for fd in /proc/$pid/fd/*; do
		[ -d "$fd/bulkhead/stage" ] || continue
		is "$(shown "$pid" "${fd##*/}")" "NOSUID NODEV"
		found=1
	done
	root kill open >/dev/null
	wait $! || true
	is "$found" 1 "the store has its root open"
	is "$(stat -c %a "$T/root/storage")" 700
}

@test "G01: who is in a group that may take rights away keeps it" {
	local u=bhg$$ out
	groupadd "$u-out" && useradd -m -G "$u-out" "$u"
	install -d -o "$u" -g "$u" -m 700 "$T/g" "$T/g/xdg"
	echo barred >"$T/barred"
	chgrp "$u-out" "$T/barred"
	chmod 604 "$T/barred"
	as_u() {
		setpriv --reuid "$u" --regid "$u" --init-groups env -i \
		    HOME="$T/g" XDG_RUNTIME_DIR="$T/g/xdg" \
		    PATH=/usr/bin:/bin sh -c 'cd "$HOME" && exec "$@"' sh "$@"
	}
	as_u "$BH" load -q -i "$BH_FIXTURES/busybox.docker.tar" >/dev/null
	out=$(as_u "$BH" run --rm --network none -v "$T/barred:/barred" \
	    localhost/busybox sh -c 'id -u; cat /proc/self/setgroups; cat /barred || echo no' \
	    2>/dev/null)
	# Groups of the image's user cannot be had, the container runs.
	as_u "$BH" run --rm --network none --user 3:4 localhost/busybox true
	as_u "$BH" rm -f -a >/dev/null
	userdel -r "$u" 2>/dev/null; groupdel "$u-out" 2>/dev/null || true
	is "$out" "0
deny
no"
	is "$(user run --rm --network none localhost/busybox cat /proc/self/setgroups)" allow
}

@test "G04: subordinate ids that another line has, too, are refused by name" {
	local mine
	cp /etc/subuid "$T/subuid"
	mine=$(grep "^$BH_USER:" /etc/subuid)
	echo "somebody:${mine#*:}" >>/etc/subuid
	user run --rm --network none localhost/busybox cat /proc/self/uid_map \
	    >"$T/out" 2>"$T/err" || true
	cat "$T/subuid" >/etc/subuid
	grep -q "overlaps the line somebody:${mine#*:}: give one of them other ids" "$T/err" ||
	    { cat "$T/err"; return 1; }
	is "$(awk '{ n += $3 } END { print n + 0 }' "$T/out")" 1 "ids mapped"
	# One that overlaps the account's: neither is served.
	echo "somebody:2147483650:5" >>/etc/subuid
	root run --rm --network none localhost/busybox true >"$T/out" 2>"$T/err" || true
	cat "$T/subuid" >/etc/subuid
	grep -q "the range of bulkhead in /etc/subuid overlaps the line somebody:2147483650:5" "$T/err" ||
	    { cat "$T/err"; return 1; }
}

@test "G06: storage and run directory are in nobody else's hands" {
	install -d -o "$BH_USER" -g "$BH_USER" -m 755 "$T/his"
	fails 125 root_at "$T/his/storage" images
	[[ $err == *"graph root $T/his/storage cannot be used: $T/his belongs to user $(id -u "$BH_USER")"* ]] ||
	    { echo "# $err"; return 1; }
	[ ! -e "$T/his/storage" ]
	install -d -m 777 "$T/all"
	fails 125 user --root "$T/all/storage" images
	[[ $err == *"every user can write to $T/all (mode 0777)"* ]] ||
	    { echo "# $err"; return 1; }
	chmod 1777 "$T/all"
	user --root "$T/all/storage" images >/dev/null
	chmod 777 "$T/xdg"
	fails 125 user ps
	chmod 700 "$T/xdg"
	[[ $err == *"run directory $T/xdg/bulkhead cannot be used: every user can write to $T/xdg (mode 0777)"* ]] ||
	    { echo "# $err"; return 1; }
	user ps >/dev/null
}
root_at() { "$BH" --root "$1" --runroot "$T/other/run" "${@:2}"; }

@test "root's mounts of sockets work, and others are refused by path and reason" {
	have_busybox
	mkdir -p "$T/s"
	perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Local => $ARGV[0],
	    Listen => 1) or die; alarm 30; $c = $s->accept; print $c "heard\n"' \
	    "$T/s/sock" 3>&- &
	until_true 10 test -S "$T/s/sock"
	is "$(root run --rm --network none -v "$T/s/sock:/s" \
	    localhost/busybox stat -c %F /s)" socket
	is "$(root run --rm --network none -v /:/host:ro,bind \
	    localhost/busybox sh -c 'test -d /host/usr && echo there')" there
	fails 125 root run --rm --network none -v /:/host:ro localhost/busybox true
	[[ $err == "Error: /: "*'"bind"'* ]]
	fails 125 root run --rm --network none -v /dev/null:/n localhost/busybox true
	[[ $err == "Error: /dev/null: "*"a device"* ]]
	fails 125 root run --rm --network none -v /proc:/p localhost/busybox true
	[[ $err == "Error: /proc: "* ]]
	kill %1
}

# resolve is the account's: a lie of its must not choose what root makes.
lying_resolve() {
	cat >"$T/storage.conf" <<-C
	[storage]
	driver = "overlay"
	graphroot = "$T/given/storage"
	runroot = "$T/given/run"
	C
	chmod 644 "$T/storage.conf"
	mkdir -p "$T/given"
	fails 125 env CONTAINERS_STORAGE_CONF="$T/storage.conf" "$BH" volume create v
	[ ! -e "$T/given/storage" ] || { ls -laR "$T/given"; return 1; }
	mkdir -m 700 "$T/precious"
	echo secret >"$T/precious/file"
	fails 125 "$BH" --root "$T/precious" --runroot "$T/other/run" volume create v
	[[ $err == *"no storage of containers and is not empty"* ]]
	is "$(ls "$T/precious")" file
	sed -i "s,^runroot.*,runroot = \"$T/precious\"," "$T/storage.conf"
	fails 1 env CONTAINERS_STORAGE_CONF="$T/storage.conf" "$BH" \
	    --root "$T/other/storage" --tmpdir "$T/other/tmp" rmi none
	is "$(ls "$T/precious")" file
	# Nor does the account get a directory that it could not reach.
	mkdir -m 755 "$T/precious/d"
	cat >"$T/precious/d/events.log" <<-'E'
	{"ID":"a","Name":"n","Status":"create","Time":"2026-01-01T00:00:00Z","Type":"container"}
	E
	chmod 644 "$T/precious/d/events.log"
	cat >"$T/containers.conf" <<-C
	[engine]
	events_logger = "file"
	events_logfile_path = "$T/precious/d/events.log"
	C
	is "$(CONTAINERS_CONF="$T/containers.conf" "$BH" \
	    --root "$T/other/storage" --tmpdir "$T/other/tmp" events \
	    --stream=false --since 2025-01-01T00:00:00Z)" ""
}

@test "Z02: a configuration file does not choose what root makes and hands over" {
	lying_resolve
}

@test "Z02: root's command cannot be traced by the account" {
	have_busybox
	root run -d --name traced --network none localhost/busybox sleep 100
	for p in $(pgrep -u bulkhead -f '^reaper'); do
		is "$(stat -c %U "/proc/$p/environ")" root "reaper $p"
	done
	mkfifo -m 600 "$T/hold"
	root run --rm --network none --env-file <(cat "$T/hold") \
	    localhost/busybox true 3>&- &
	until_true 10 pgrep -u bulkhead -f "^$BH .*--env-file" >/dev/null
	for p in $(pgrep -u bulkhead -f "^$BH .*--env-file"); do
		is "$(stat -c %U "/proc/$p/environ")" root "command $p"
	done
	echo A=b >"$T/hold"
	wait $!
	root rm -f -t 0 traced
}

@test "A07: root's storage that every user can reach is warned of" {
	mkdir -p "$T/open/way"
	"$BH" --root "$T/open/way/s" --runroot "$T/other/run2" images \
	    >/dev/null 2>"$T/err"
	grep -q "every user can enter the directories above the storage $T/open/way/s" "$T/err" ||
	    { cat "$T/err"; return 1; }
	chmod 700 "$T/open"
	"$BH" --root "$T/open/way/s" --runroot "$T/other/run2" images \
	    >/dev/null 2>"$T/err"
	is "$(cat "$T/err")" ""
}
