#!/usr/bin/env bats
# A path of an image, or of a command line, that leads through a descriptor of
# the process that builds the container: /proc/self/fd/N/.. is the host, if N
# is a directory of the host that is still open when the path is resolved.
load lib

UP=../../../../../../../../../../../../../..
NUMBERS=$(seq 3 31)

# A program for the host only. In system mode the way out ends at the image
# store, so there it lies in another image's layer.
make_tools() {
	cat >"$T/tool.c" <<-'C'
	#include <unistd.h>
	int main(void) { return (write(1, "ESCAPED\n", 8) != 8); }
	C
	cc -static -o "$T/static" "$T/tool.c"
	cc -static-pie -o "$T/loader" "$T/tool.c"
	cc -o "$T/dynamic" "$T/tool.c"
	printf '#!/bin/sh\necho ESCAPED\n' >"$T/script"
	chmod 755 "$T/static" "$T/loader" "$T/dynamic" "$T/script"
	tar -C "$T" -cf "$T/other.tar" static loader dynamic script
	root import -q "$T/other.tar" localhost/other >/dev/null
	OTHER=$(cd "$T/root/storage" && ls -d overlay/*/diff/static)
	OUT_root=$UP/${OTHER%/static} OUT_user=$UP$T
}

# An image that says it in its files: /s/N and /l/N for each number and
# directory, and /i/N, whose loader lies outside.
make_image() {	# make_image WHO OUT
	local d=$T/image.$1 n
	mkdir -p "$d/s" "$d/l" "$d/i" "$d/etc" "$d/bin" "$d/proc" "$d/tmp"
	cp "$(command -v busybox)" "$d/bin/sh"
	cc -o "$d/interp" "$T/tool.c" \
	    -Wl,--dynamic-linker=/proc/self/fd/00/$2/loader
	for n in $NUMBERS; do
		printf '#!/proc/self/fd/%s/%s/static\n' "$n" "$2" >"$d/s/$n"
		ln -s "/proc/self/fd/$n/$2/static" "$d/l/$n"
		N=$n perl -pe 'BEGIN { $n = sprintf "%2s", $ENV{N}; $n =~ tr/ /\// }
		    s,fd/00/,fd/$n/,' "$d/interp" >"$d/i/$n"
	done
	chmod -R 755 "$d"
	tar -C "$d" -cf "$T/image.$1.tar" .
	"$1" import -q "$T/image.$1.tar" localhost/evil >/dev/null
}

setup_file() {
	export T=$(mktemp -d /var/tmp/bulkhead-system.XXXXXX)
	chmod 711 "$T"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
	have_busybox
	make_tools
	export OUT_root OUT_user
	make_image root "$OUT_root"
	make_image user "$OUT_user"
}

out() { eval echo "\$OUT_$WHO"; }

# run_evil ARGUMENT...: the program must not be found, nor anything else run.
stays() {
	local said
	said=$(bh run --rm --network none "$@" 2>&1) && {
		echo "# it ran: $*"; return 1
	}
	case $said in
	*ESCAPED*)	echo "# escaped: $*"; return 1 ;;
	esac
}

through_command() {
	local n p
	for n in $NUMBERS; do
		for p in /proc/self/fd /proc/thread-self/fd /proc/1/fd /dev/fd; do
			stays localhost/busybox "$p/$n/$(out)/static"
		done
		stays localhost/busybox "/proc/self/fd/$n/$(out)/script"
		stays localhost/busybox "/proc/self/fd/$n/$(out)/dynamic"
	done
	stays --entrypoint "/proc/self/fd/4/$(out)/static" localhost/busybox
}

@test "no descriptor leads a command to the host" {
	each through_command
}

through_path() {
	local list= n o
	for n in $NUMBERS; do list=$list:/proc/self/fd/$n/$(out); done
	stays -e "PATH=${list#:}" localhost/busybox static
	stays -e "PATH=${list#:}" localhost/busybox script
	stays -e "PATH=${list#:}" --cap-drop all --read-only \
	    --security-opt no-new-privileges localhost/busybox static
}

@test "no descriptor leads an element of PATH to the host" {
	each through_path
}

through_files() {
	local n
	for n in $NUMBERS; do
		stays localhost/evil "/s/$n"
		stays localhost/evil "/l/$n"
		stays localhost/evil "/i/$n"
	done
	stays --cap-drop all --read-only --security-opt no-new-privileges \
	    localhost/evil /s/17
}

@test "no descriptor leads an interpreter, a link or a loader to the host" {
	each through_files
}

through_workdir() {
	local n
	for n in $NUMBERS; do
		not bh run --rm --network none -w "/proc/self/fd/$n/$UP" \
		    localhost/busybox true 2>/dev/null
	done
}

@test "no descriptor leads the working directory to the host" {
	each through_workdir
}

# held NUMBER CALL NAME WHEN ARGUMENT...: run a container with the system call
# NAME held up, and say what process NUMBER of it holds meanwhile.
held() {
	local number=$1 call=$2 name=$3 when=$4 st; shift 4
	mapfile -t cmd < <(engine)
	strace -f -qq -o "$T/strace.$WHO" -e trace="$name" \
	    -e inject="$name:delay_enter=1500000$when" "${cmd[@]}" run --rm \
	    --network none "$@" localhost/busybox true >"$T/out.$WHO" 2>&1 &
	st=$!
	perl "$BH_SOURCE/tests/system/held.pl" "$number" "$call" 60 || true
	wait $st
}

# The null device, as standard input is not asked for; the log's pipes; the
# channel to launch.
held_at_exec() {
	is "$(held 1 59 execve "" -v "$T:/host:ro")" \
	    "exe /memfd:launch (deleted)
0 /dev/null
1 pipe
2 pipe
3 socket"
}

@test "the first process holds nothing of the host when it executes" {
	each held_at_exec
}

# The pipe for its answer, the passwd file to write, the container's own root.
held_at_lookup() {
	held 2 437 openat2 :when=1 -u 4711 | grep -v '^[012] ' >"$T/held"
	is "$(cat "$T/held")" "exe /memfd:launch (deleted)
3 pipe
4 /passwd
5 /"
}

@test "the process that reads the image's users holds nothing of the host" {
	each held_at_lookup
}

users_stay() {
	local d=$T/users.$WHO
	mkdir -p "$d/etc" "$d/bin"
	cp "$(command -v busybox)" "$d/bin/sh"
	for n in $NUMBERS; do
		rm -f "$d/etc/passwd"
		ln -s "/proc/self/fd/$n/$UP/etc/passwd" "$d/etc/passwd"
		chmod 755 "$d" "$d/etc" "$d/bin"
		fails 125 bh run --rm --network none -u "$BH_USER" --rootfs "$d" \
		    sh -c true
	done
}

# What writes through /proc/self/exe writes a copy, wherever launch lies.
exe_stays() {
	local before after
	before=$(sha256sum <"$BH_PREFIX/libexec/bulkhead/launch")
	stays localhost/busybox /proc/self/exe
	bh run --rm --network none localhost/busybox sh -c \
	    'echo bad 2>/dev/null >/proc/1/exe; true' || true
	after=$(sha256sum <"$BH_PREFIX/libexec/bulkhead/launch")
	is "$after" "$before"
}

@test "launch runs from a copy that a container cannot write" {
	each exe_stays
}

many_mounts() {
	local args= i
	for i in $(seq 1 1100); do args="$args -v $T/many:/m/$i"; done
	is "$(ulimit -Sn 1024; bh run --rm --network none $args \
	    localhost/busybox sh -c 'ls /m | wc -l; cat /m/1100/f; ulimit -n')" \
	    "1100
seen
1024"
}

@test "1,100 mounts" {
	mkdir -p "$T/many"
	echo seen >"$T/many/f"
	chmod 755 "$T/many"
	each many_mounts
}


readonly_files() {
	is "$(bh run --rm --network none --read-only localhost/busybox sh -c \
	    'for f in hosts resolv.conf hostname; do
	        echo x 2>/dev/null >>/etc/$f && echo "$f written"; done; true')" ""
	is "$(bh run --rm --network none localhost/busybox sh -c \
	    'echo "1.2.3.4 x" >>/etc/hosts; tail -1 /etc/hosts')" "1.2.3.4 x"
}

@test "--read-only holds for hosts, resolv.conf and hostname" {
	each readonly_files
}

refused_all() {
	local code=0
	mapfile -t cmd < <(engine)
	timeout -k 1 20 "${cmd[@]}" run --rm --network none --security-opt \
	    "seccomp=$T/none.json" localhost/busybox true || code=$?
	[ $code -ne 0 ] && [ $code -ne 124 ] && [ $code -ne 137 ]
}

@test "a filter that refuses everything ends the process" {
	echo '{"defaultAction":"SCMP_ACT_ERRNO"}' >"$T/none.json"
	chmod 644 "$T/none.json"
	each refused_all
}

@test "a passwd file that is a link to the host's" {
	each users_stay
}
