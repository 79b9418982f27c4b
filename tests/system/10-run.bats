# bulkhead run: what a script sees of it, as root and as an ordinary user.

load lib

setup() { have_busybox; }

one() { bh run --rm --network none localhost/busybox "$@"; }

exit_codes() {
	local code=0
	one sh -c 'exit 3' || code=$?
	is $code 3 "the container's own"
	fails 127 one nosuchprogram
	is "$err" 'Error: executable file "nosuchprogram" not found in $PATH'
	fails 126 one /etc/passwd
	fails 125 bh run --rm localhost/nosuchimage true
	[[ $err == *"localhost/nosuchimage: image not known"* ]]
	fails 125 bh run --nosuchoption localhost/busybox true
	[[ $err == *"unknown flag: --nosuchoption"* ]]
}
@test "run: exit codes are the container's, or 125, 126, 127" { each exit_codes; }

streams() {
	is "$(echo in | bh run --rm -i --network none localhost/busybox cat)" in
	is "$(one sh -c 'echo out; echo err >&2' 2>/dev/null)" out
	is "$(one sh -c 'echo out; echo err >&2' 2>&1 >/dev/null)" err
	is "$(one cat)" "" "without -i standard input is empty"
	# 3 MB through pipes, nothing lost.
	is "$(one sh -c 'yes 0123456789 | head -c 3000000' | md5sum)" \
	    "$(yes 0123456789 | head -c 3000000 | md5sum)"
}
@test "run: standard input, output and error" { each streams; }

environment() {
	local out
	out=$(WORD=host one env)
	[[ $out == *FROM_IMAGE=yes* && $out == *HOME=/root* ]]
	[[ $out == *HOSTNAME=* && $out == *PATH=* && $out != *WORD=* ]]
	is "$(bh run --rm --network none -e A=1 -e FROM_IMAGE=no localhost/busybox \
	    sh -c 'echo $A $FROM_IMAGE')" "1 no"
	printf 'B=2\n# comment\n\nC=x y\n' >"$T/envfile"
	chmod 644 "$T/envfile"
	is "$(bh run --rm --network none --env-file "$T/envfile" localhost/busybox \
	    sh -c 'echo $B $C')" "2 x y"
}
@test "run: environment from image, options and file" { each environment; }

identity() {
	is "$(bh run --rm --network none -u ann localhost/busybox id)" \
	    "uid=1000(ann) gid=1000(ann) groups=1000(ann),2000(extra)"
	is "$(bh run --rm --network none -u 7:8 localhost/busybox id)" \
	    "uid=7(7) gid=8 groups=8"
	is "$(bh run --rm --network none -u ann localhost/busybox sh -c 'echo $HOME')" \
	    /home/ann
	fails 126 bh run --rm --network none -u nobodyhere localhost/busybox id ||
	    fails 125 bh run --rm --network none -u nobodyhere localhost/busybox id
	[[ $err == *nobodyhere* ]]
	is "$(bh run --rm --network none -w /tmp localhost/busybox pwd)" /tmp
	is "$(bh run --rm --network none -w /made/here localhost/busybox pwd)" \
	    /made/here
	is "$(bh run --rm --network none --hostname box localhost/busybox hostname)" box
	is "$(bh run --rm --network none --entrypoint echo localhost/busybox a b)" "a b"
}
@test "run: user, groups, working directory, host name, entry point" { each identity; }

caps() {	# the set by name, from the status file of a process inside
	one awk "/^$1:/ { print \$2 }" /proc/self/status
}
capabilities() {
	# podman's eleven: chown dac_override fowner fsetid kill setgid setuid
	# setpcap net_bind_service sys_chroot setfcap
	is "$(caps CapBnd)" 00000000800405fb
	is "$(caps CapEff)" 00000000800405fb
	is "$(caps CapInh)" 0000000000000000 "C18"
	is "$(caps CapAmb)" 0000000000000000
	is "$(bh run --rm --network none -u ann localhost/busybox \
	    awk '/^CapEff:/ { print $2 }' /proc/self/status)" 0000000000000000 C19
	is "$(bh run --rm --network none --cap-drop all localhost/busybox \
	    awk '/^CapBnd:/ { print $2 }' /proc/self/status)" 0000000000000000
	is "$(bh run --rm --network none --cap-drop all --cap-add net_admin \
	    localhost/busybox awk '/^CapBnd:/ { print $2 }' /proc/self/status)" \
	    0000000000001000
	fails 125 bh run --rm --cap-add nosuch localhost/busybox true
}
@test "C18 C19: run: capabilities are podman's default, added and dropped by name" { each capabilities; }

no_new_privs() {
	is "$(one awk '/^NoNewPrivs:/ { print $2 }' /proc/self/status)" 0
	# A setuid program inside works: that is what sudo and su are.
	is "$(bh run --rm --network none -u ann localhost/busybox /bin/euid)" 0
	is "$(bh run --rm --network none --security-opt no-new-privileges -u ann \
	    localhost/busybox sh -c '/bin/euid;
	    awk "/^NoNewPrivs:/ { print \$2 }" /proc/self/status')" $'1000\n1'
	is "$(one awk '/^Seccomp:/ { print $2 }' /proc/self/status)" 2
	is "$(bh run --rm --network none --security-opt seccomp=unconfined \
	    localhost/busybox awk '/^Seccomp:/ { print $2 }' /proc/self/status)" 0
}
@test "run: no_new_privs and seccomp are what was asked for, and no more" { each no_new_privs; }

own_user_namespace() {
	local map
	map=$(one cat /proc/self/uid_map)
	[ "$(echo "$map" | awk '{ n += $3 } END { print n }')" -ge 65536 ]
	# No container's root is the host's.
	echo "$map" | awk '$1 == 0 { exit $2 == 0 }'
}
@test "run: every container has a user namespace with many ids" { each own_user_namespace; }

@test "run: as root, two containers have disjoint ids" {
	root run -d --network none --name one localhost/busybox sleep 60
	root run -d --network none --name two localhost/busybox sleep 60
	a=$(root inspect --format '{{.State.Pid}}' one)
	b=$(root inspect --format '{{.State.Pid}}' two)
	x=$(awk '{ print $2 }' "/proc/$a/uid_map")
	y=$(awk '{ print $2 }' "/proc/$b/uid_map")
	root rm -f -t 0 one two
	[ $((x - y)) -ge 65536 ] || [ $((y - x)) -ge 65536 ]
}

read_only() {
	fails 1 bh run --rm --network none --read-only localhost/busybox touch /x
	bh run --rm --network none --read-only localhost/busybox touch /tmp/x /run/x
	bh run --rm --network none --tmpfs /scratch:size=1m localhost/busybox \
	    sh -c 'touch /scratch/x && df -k /scratch | grep -q 1024'
}
@test "run: read-only root, tmpfs" { each read_only; }

volumes() {
	local d=$T/user/vol-$WHO
	as_user mkdir "$d"
	echo text | as_user tee "$d/file" >/dev/null
	is "$(bh run --rm --network none -v "$d:/v" localhost/busybox cat /v/file)" text
	fails 1 bh run --rm --network none -v "$d:/v:ro" localhost/busybox touch /v/new
	is "$(bh run --rm --network none -v "$d/file:/etc/one" localhost/busybox \
	    cat /etc/one)" text
	fails 125 bh run --rm --network none -v "$T/nosuch:/v" localhost/busybox true
	[[ $err == *"$T/nosuch"* ]]
	fails 125 bh run --rm --network none -v "$d:/proc" localhost/busybox true
	fails 126 bh run --rm --network none -v "$d:/proc/x" localhost/busybox true ||
	    fails 125 bh run --rm --network none -v "$d:/proc/x" localhost/busybox true
}
@test "run: bind mounts of directories and files; never over /proc" { each volumes; }

@test "run: what the user's container writes to a volume belongs to the user" {
	as_user mkdir "$T/user/own"
	user run --rm --network none -v "$T/user/own:/v" localhost/busybox touch /v/x
	is "$(stat -c %U "$T/user/own/x")" "$BH_USER"
}

files() {
	local out
	out=$(bh run --rm --network none --name named --hostname box --add-host \
	    other:10.1.2.3 localhost/busybox cat /etc/hosts)
	[[ $out == *box* && $out == *10.1.2.3*other* ]]
	bh run --rm --network none localhost/busybox cat /etc/resolv.conf
	is "$(bh run --rm --network none --cidfile "$T/user/cid-$WHO" localhost/busybox \
	    echo ran)" ran
	is "$(wc -c <"$T/user/cid-$WHO")" 64
	fails 125 bh run --rm --cidfile "$T/user/cid-$WHO" localhost/busybox true
	[[ $err == *"container id file exists"* ]]
}
@test "run: hosts, resolv.conf, cidfile" { each files; }

masks() {
	# Masked and read-only paths.
	is "$(one sh -c 'cat /proc/keys /proc/timer_list 2>/dev/null | wc -c')" 0
	is "$(one sh -c 'ls /sys/firmware | wc -l')" 0
	fails 1 one sh -c 'echo 1 >/proc/sys/kernel/panic' 
	fails 1 one sh -c 'echo b >/proc/sysrq-trigger'
	# Nothing of ours is open inside.
	is "$(one sh -c 'ls /proc/self/fd | tr "\n" " "')" "0 1 2 3 "
}
@test "C03 C06: run: masked paths, no descriptor leaks in" { each masks; }

limits() {
	is "$(bh run --rm --network none --ulimit nofile=100:200 localhost/busybox \
	    sh -c 'ulimit -n; ulimit -Hn')" $'100\n200'
	is "$(bh run --rm --network none --shm-size 1m localhost/busybox \
	    sh -c "df -k /dev/shm | awk 'END { print \$2 }'")" 1024
	fails 125 bh run --rm --memory 100m localhost/busybox true
	is "$err" "Error: --memory is not supported by bulkhead yet"
}
@test "run: limits; what is not there yet is refused by name" { each limits; }

init() {
	is "$(bh run --rm --network none --init localhost/busybox sh -c 'echo $$')" 2
	fails 7 bh run --rm --network none --init localhost/busybox sh -c 'exit 7'
}
@test "run: --init is pid 1 and passes the status on" { each init; }

terminal() {
	local out
	# script(1) is the person's terminal.
	out=$(script -qec "$(declare -f root user as_user bh); WHO=$WHO
	    BH=$BH T=$T BH_USER=$BH_USER
	    bh run --rm -it --network none localhost/busybox sh -c 'tty; stty size'" \
	    /dev/null </dev/null | tr -d '\r')
	[[ $out == */dev/pts/0* || $out == */dev/console* ]]
	is "$(bh run --rm -t --network none localhost/busybox sh -c 'test -t 1 && echo yes' |
	    tr -d '\r')" yes
}
@test "run: -t gives a terminal" { SHELL=/bin/bash each terminal; }

rootfs() {
	local d=$T/user/rootfs-$WHO
	as_user mkdir -p "$d/bin" "$d/etc"
	as_user cp "$(command -v busybox)" "$d/bin/sh"
	is "$(bh run --rm --network none --rootfs "$d" sh -c 'echo here')" here
}
@test "run: --rootfs" { each rootfs; }
