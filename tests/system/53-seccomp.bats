# The seccomp filter of containers, seen from inside: which profile it is, and
# the calls that are refused under every one of them. Small static programs try each call
# in a container.

load lib

setup_file() {
	load lib
	export T=$(mktemp -d /var/tmp/bulkhead-system.XXXXXX)
	chmod 711 "$T"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
	install -d -m 755 "$T/p"
	cat >"$T/p/try.c" <<-'END'
	#include <errno.h>
	#include <stdio.h>
	#include <stdlib.h>
	#include <string.h>
	#include <sys/socket.h>
	#include <sys/syscall.h>
	#include <sys/wait.h>
	#include <unistd.h>

	/* The 32-bit way in, from a 64-bit program. */
	static long
	i386(long nr, long a, long b, long c)
	{
		long	 r;

		__asm__ volatile("int $0x80" : "=a"(r) : "a"(nr), "b"(a),
		    "c"(b), "d"(c) : "memory");
		if (r >= 0 || r < -4095)
			return (0);
		errno = (int)-r;
		return (-1);
	}

	static long
	call(const char *what)
	{
		char	 buf[128] = "";

		if (strcmp(what, "keyctl") == 0)
			return (syscall(SYS_keyctl, 0, -3, 0, 0, 0));
		if (strcmp(what, "add_key") == 0)
			return (syscall(SYS_add_key, "user", "x", "y", 1, -3));
		if (strcmp(what, "request_key") == 0)
			return (syscall(SYS_request_key, "user", "nosuch", NULL,
			    0));
		if (strcmp(what, "alg") == 0)
			return (socket(38, SOCK_SEQPACKET, 0));
		if (strcmp(what, "vsock") == 0)
			return (socket(40, SOCK_STREAM, 0));
		if (strcmp(what, "vsock_high") == 0)
			return (syscall(SYS_socket, 0x500000028, SOCK_STREAM,
			    0));
		if (strcmp(what, "unix") == 0)
			return (socket(AF_UNIX, SOCK_STREAM, 0));
		if (strcmp(what, "io_uring") == 0)
			return (syscall(SYS_io_uring_setup, 1, buf));
		if (strcmp(what, "bpf") == 0)
			return (syscall(SYS_bpf, 99, NULL, 0));
		if (strcmp(what, "i386_getpid") == 0)
			return (i386(20, 0, 0, 0));
		if (strcmp(what, "i386_keyctl") == 0)
			return (i386(288, 0, -3, 0));
		if (strcmp(what, "i386_vsock") == 0)
			return (i386(359, 40, 1, 0));
		if (strcmp(what, "x32_getpid") == 0)
			return (syscall(0x40000000L | SYS_getpid));
		if (strcmp(what, "x32_keyctl") == 0)
			return (syscall(0x40000000L | SYS_keyctl, 0, -3, 0));
		errno = EBADR;
		return (-1);
	}

	int
	main(int argc, char **argv)
	{
		int	 st;
		pid_t	 pid;

		for (int i = 1; i < argc; i++) {
			if ((pid = fork()) == 0)
				_exit(call(argv[i]) == -1 ? errno : 0);
			(void)waitpid(pid, &st, 0);
			if (WIFSIGNALED(st))
				printf("%s=SIG%s ", argv[i],
				    sigabbrev_np(WTERMSIG(st)));
			else
				printf("%s=%s ", argv[i], WEXITSTATUS(st) == 0 ?
				    "yes" : strerrorname_np(WEXITSTATUS(st)));
		}
		printf("\n");
		return (0);
	}
	END
	cat >"$T/p/hold.c" <<-'END'
	/* Runs a command that inherits a session keyring with a secret in it. */
	#include <stdio.h>
	#include <stdlib.h>
	#include <sys/syscall.h>
	#include <unistd.h>

	int
	main(int argc, char **argv)
	{
		char	 key[32], ring[32];
		long	 r = syscall(SYS_keyctl, 1, NULL, 0, 0, 0);
		long	 k = syscall(SYS_add_key, "user", "bh-test", "s3cret", 6,
			    -3);

		if (argc < 2 || r == -1 || k == -1) {
			perror("keyring");
			return (1);
		}
		snprintf(key, sizeof(key), "%ld", k);
		snprintf(ring, sizeof(ring), "%ld", r);
		setenv("KEY", key, 1);
		setenv("RING", ring, 1);
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		return (1);
	}
	END
	cat >"$T/p/steal.c" <<-'END'
	/* steal KEY RING: every way to the secret of a session keyring. */
	#include <stdio.h>
	#include <stdlib.h>
	#include <string.h>
	#include <sys/syscall.h>
	#include <unistd.h>

	static void
	show(const char *how, long key)
	{
		char	 buf[64] = "";

		if (key == -1 ||
		    syscall(SYS_keyctl, 11, key, buf, sizeof(buf) - 1) == -1)
			perror(how);
		else
			printf("%s: %s\n", how, buf);
	}

	int
	main(int argc, char **argv)
	{
		long	 key = atol(argv[1]), ring = atol(argv[2]);

		(void)argc;
		show("by number", key);
		show("search", syscall(SYS_keyctl, 10, -3, "user", "bh-test",
		    0));
		show("search there", syscall(SYS_keyctl, 10, ring, "user",
		    "bh-test", 0));
		show("request", syscall(SYS_request_key, "user", "bh-test",
		    NULL, 0));
		if (syscall(SYS_keyctl, 8, ring, -3, 0, 0) == -1)
			perror("link the ring");
		if (syscall(SYS_keyctl, 8, key, -3, 0, 0) == -1)
			perror("link the key");
		show("by number, linked", key);
		show("request, linked", syscall(SYS_request_key, "user",
		    "bh-test", NULL, 0));
		return (0);
	}
	END
	for p in try hold steal; do
		cc -static -O1 -D_GNU_SOURCE -o "$T/p/$p" "$T/p/$p.c" || return 1
	done
	chmod 755 "$T/p"/*
	have_busybox
	profiles
}

# Profiles as a person may write them, where both may read them.
profiles() {
	local all='"keyctl","add_key","request_key","socket","io_uring_setup"'
	echo '{"defaultAction":"SCMP_ACT_ALLOW"}' >"$T/p/allow.json"
	echo '{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86","SCMP_ARCH_X32"]}' \
	    >"$T/p/arches.json"
	echo "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[$all],\"action\":\"SCMP_ACT_ALLOW\"}]}" \
	    >"$T/p/named.json"
	echo '{"defaultAction":"SCMP_ACT_ERRNO"}' >"$T/p/nothing.json"
	chmod 644 "$T/p"/*.json
}

CALLS="keyctl add_key request_key alg vsock vsock_high io_uring"
REFUSED="keyctl=EPERM add_key=EPERM request_key=EPERM alg=EAFNOSUPPORT vsock=EAFNOSUPPORT vsock_high=EAFNOSUPPORT io_uring=ENOSYS "

# try CALLS OPTION...: how these calls end in a container.
try() {
	bh run --rm --network none -v "$T/p:/p:ro" "${@:2}" localhost/busybox \
	    /p/try $1
}

# conf LINE...; bhc ARG...: with a configuration of these lines.
conf() {
	printf '%s\n' '[containers]' "$@" >"$T/p/conf"
	chmod 644 "$T/p/conf"
}
bhc() {
	case $WHO in
	root)	CONTAINERS_CONF=$T/p/conf root "$@" ;;
	user)	as_user env CONTAINERS_CONF="$T/p/conf" "$BH" "$@" ;;
	esac
}

default() {
	is "$(try "$CALLS unix bpf i386_getpid x32_getpid")" \
	    "${REFUSED}unix=yes bpf=EPERM i386_getpid=yes x32_getpid=ENOSYS "
}
@test "seccomp: the default profile refuses keys, AF_ALG, AF_VSOCK, io_uring and x32" { each default; }

# The profile that a distribution has put there is not ours.
ours() {
	is "$(bh info --format '{{.Host.Security.SECCOMPProfilePath}}')" default
	bh config explain seccomp_profile >"$T/out"
	grep -q 'used: *default, which is built in' "$T/out"
	bh create --name which --network none localhost/busybox true >/dev/null
	is "$(bh inspect --format '{{.SeccompProfile}}' which)" default
	bh rm which >/dev/null
}
@test "seccomp: our own profile is the default, whatever the host has" {
	here=/usr/share/containers/seccomp.json
	[ -e $here ] || { install -D -m 644 "$T/p/allow.json" $here; ours=1; }
	each ours
	each default
	[ -z "${ours-}" ] || rm $here
}

named() {
	local p
	for p in allow named; do
		is "$(try "$CALLS unix i386_getpid x32_getpid x32_keyctl" \
		    --security-opt "seccomp=$T/p/$p.json")" "${REFUSED}unix=yes\
 i386_getpid=SIGSYS x32_getpid=ENOSYS x32_keyctl=ENOSYS " "$p"
	done
	bh create --name which --network none --security-opt \
	    "seccomp=$T/p/allow.json" localhost/busybox true >/dev/null
	is "$(bh inspect --format '{{.SeccompProfile}}' which)" "$T/p/allow.json"
	bh rm which >/dev/null
	# Architectures are there for the asking, with the same calls refused.
	is "$(try "i386_getpid i386_keyctl i386_vsock x32_keyctl" \
	    --security-opt "seccomp=$T/p/arches.json" |
	    sed 's/x32_keyctl=ENOSYS/x32_keyctl=EPERM/')" \
	    "i386_getpid=yes i386_keyctl=EPERM i386_vsock=EAFNOSUPPORT x32_keyctl=EPERM "
}
@test "seccomp: a person's profile is honoured, but for what is refused under all" { each named; }

configured() {
	conf "seccomp_profile = \"$T/p/allow.json\""
	# Our own profile knows i386.
	is "$(bhc run --rm --network none -v "$T/p:/p:ro" localhost/busybox \
	    /p/try $CALLS i386_getpid)" "${REFUSED}i386_getpid=SIGSYS "
	is "$(bhc info --format '{{.Host.Security.SECCOMPProfilePath}}')" \
	    "$T/p/allow.json"
	bhc config explain seccomp_profile >"$T/out"
	grep -q "used: *$T/p/allow.json; the system calls that bulkhead refuses" "$T/out"
	bhc create --name which --network none localhost/busybox true >/dev/null
	is "$(bhc inspect --format '{{.SeccompProfile}}' which)" "$T/p/allow.json"
	bhc rm which >/dev/null
	if [ -e /usr/share/containers/seccomp.json ]; then
		conf 'seccomp_profile = "/usr/share/containers/seccomp.json"'
		bhc run --rm --network none -v "$T/p:/p:ro" \
		    localhost/busybox /p/try $CALLS >"$T/out"
		grep -q 'keyctl=EPERM.*vsock=EAFNOSUPPORT' "$T/out"
		not grep yes "$T/out"
	fi
}
@test "seccomp: so is the administrator's, and it is told which is used" { each configured; }

unconfined() {
	is "$(bh run --rm --network none --security-opt seccomp=unconfined \
	    localhost/busybox awk '/^Seccomp:/ { print $2 }' \
	    /proc/self/status)" 0
	is "$(try "keyctl unix" --security-opt seccomp=unconfined)" \
	    "keyctl=yes unix=yes "
	conf 'seccomp_profile = "unconfined"'
	bhc config explain seccomp_profile >"$T/out"
	grep -q "used: *unconfined" "$T/out"
}
@test "seccomp: unconfined means no filter" { each unconfined; }

impossible() {
	fails 125 bh run --rm --network none --security-opt \
	    "seccomp=$T/p/nothing.json" localhost/busybox true
	[[ $err == *"$T/p/nothing.json refuses the system call execve"* ]] || {
		echo "# $err"; return 1; }
	is "$(bh ps -aq)" ""
}
@test "seccomp: a profile under which nothing can start is refused by name" { each impossible; }

# A key in the session keyring of the person who starts a container.
held() {	# held COMMAND...: with such a keyring; $KEY and $RING tell it
	case $WHO in
	root)	"$T/p/hold" sh -c "$1" ;;
	user)	as_user "$T/p/hold" sh -c "$1" ;;
	esac
}
keys() {
	local option run="$BH"
	[ "$WHO" = user ] || run="$BH --root $T/root/storage --runroot $T/root/run"
	# Outside it can be read: the programs of this test work.
	held "$T/p/steal \$KEY \$RING" >"$T/out" 2>&1
	[ "$(grep -c s3cret "$T/out")" -ge 5 ] || { cat "$T/out"; return 1; }
	for option in "" "--security-opt seccomp=unconfined" \
	    "--security-opt seccomp=$T/p/allow.json" \
	    "--security-opt seccomp=unconfined --cap-add ALL"; do
		held "$run run --rm --network none $option -v $T/p:/p:ro \
		    localhost/busybox /p/steal \$KEY \$RING" >"$T/out" 2>&1
		is "$(grep -c '^[a-z, ]*: ' "$T/out")" 8 "ways that were tried: $(cat "$T/out")"
		not grep s3cret "$T/out"
	done
}
@test "seccomp: no container reads the session keyring of its caller, also unconfined" { each keys; }
