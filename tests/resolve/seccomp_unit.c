/*
 * Filters for containers, run by an interpreter: the decisions of the built-in
 * profile (C30 to C32 of tests/rows), the calls that are refused under every
 * profile, and the profiles of other engines compared with libseccomp.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/audit.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#include "../../libexec/resolve/bpf.h"
#include "../../libexec/resolve/builtin.h"
#include "../../libexec/resolve/profile.h"
#include "../../libexec/resolve/settings.h"
#include "bpf_run.h"
#include "nitems.h"

#define ERR(e)		((uint32_t)(SECCOMP_RET_ERRNO | (e)))
#define ALLOW		SECCOMP_RET_ALLOW
#define PACKAGED	"/usr/share/containers/seccomp.json"

static struct filter	 mine;

static uint32_t
decide(const struct filter *f, uint32_t arch, uint32_t nr, uint64_t a0,
    uint64_t a1, uint64_t a2)
{
	struct seccomp_data	 d = { .nr = (int)nr, .arch = arch,
				    .args = { a0, a1, a2 } };

	return (bpf_run(f->code, f->n, &d));
}

static uint32_t
native(long nr, uint64_t a0, uint64_t a1, uint64_t a2)
{
	return (decide(&mine, AUDIT_ARCH_X86_64, (uint32_t)nr, a0, a1, a2));
}

static bool
compile(const char *json, size_t len, const char *const *caps, size_t ncaps)
{
	struct profile_for	 who = { .caps = caps, .ncaps = ncaps };
	struct problem		 pr = { .line = 0 };

	if (profile_compile("test", json, len, &who, &mine, &pr) == 0)
		return (true);
	printf("# %s\n", pr.text);
	return (false);
}

static bool
refused(const char *json, const char *why)
{
	struct profile_for	 who = { 0 };
	struct problem		 pr = { .line = 0 };

	return (profile_compile("test", json, strlen(json), &who, &mine,
	    &pr) == -1 && strstr(pr.text, why) != NULL);
}

/* --- the built-in profile --- */

static void
test_prebuilt(void)
{
	CHECK(compile(builtin_seccomp, builtin_seccomp_len, builtin_caps,
	    builtin_ncaps));
	CHECK(mine.n == builtin_nfilter && memcmp(mine.code, builtin_filter,
	    mine.n * sizeof(mine.code[0])) == 0);
}

static void
test_calls(void)
{
	CHECK(native(SYS_read, 0, 0, 0) == ALLOW);
	CHECK(native(SYS_unshare, 0, 0, 0) == ALLOW);
	CHECK(native(SYS_clone3, 0, 0, 0) == ALLOW);
	CHECK(native(SYS_chroot, 0, 0, 0) == ALLOW);	/* default cap */
	/* Known and refused, unknown. */
	title = "C30";
	CHECK(native(SYS_kexec_load, 0, 0, 0) == ERR(EPERM));
	CHECK(native(SYS_init_module, 0, 0, 0) == ERR(EPERM));
	CHECK(native(SYS_bpf, 0, 0, 0) == ERR(EPERM));
	CHECK(native(SYS_open_by_handle_at, 0, 0, 0) == ERR(EPERM));
	CHECK(native(SYS_io_uring_setup, 0, 0, 0) == ERR(ENOSYS));
	CHECK(native(1000, 0, 0, 0) == ERR(ENOSYS));
	CHECK(native(-1, 0, 0, 0) == ERR(ENOSYS));
	/* Keys belong to no namespace. */
	title = "C32";
	CHECK(native(SYS_keyctl, 0, 0, 0) == ERR(EPERM));
	CHECK(native(SYS_add_key, 0, 0, 0) == ERR(EPERM));
	CHECK(native(SYS_request_key, 0, 0, 0) == ERR(EPERM));
	title = NULL;
}

static void
test_other_abis(void)
{
	/* x32 looks like x86-64 but for one bit of the number. */
	CHECK(native(0x40000000 | SYS_read, 0, 0, 0) == ERR(ENOSYS));
	CHECK(native(0x40000000 | 520, 0, 0, 0) == ERR(ENOSYS));
	CHECK(decide(&mine, AUDIT_ARCH_I386, 3, 0, 0, 0) == ALLOW);
	CHECK(decide(&mine, AUDIT_ARCH_I386, 102, 0, 0, 0) == ERR(ENOSYS));
	CHECK(decide(&mine, AUDIT_ARCH_I386, 283, 0, 0, 0) == ERR(EPERM));
	CHECK(decide(&mine, AUDIT_ARCH_ARM, 3, 0, 0, 0) ==
	    SECCOMP_RET_KILL_PROCESS);
}

static void
test_personality(void)
{
	CHECK(native(SYS_personality, 0, 0, 0) == ALLOW);
	CHECK(native(SYS_personality, 0xffffffff, 0, 0) == ALLOW);
	CHECK(native(SYS_personality, 0x20008, 0, 0) == ALLOW);
	CHECK(native(SYS_personality, 0x40000, 0, 0) == ERR(EPERM));
	CHECK(native(SYS_personality, 0x100000000, 0, 0) == ERR(EPERM));
}

/* Also with rubbish in the half that the kernel does not read. */
static void
test_sockets(void)
{
	const uint64_t	 high = 0xdeadbeef00000000;

	CHECK(native(SYS_socket, AF_UNIX, SOCK_STREAM, 0) == ALLOW);
	CHECK(native(SYS_socket, AF_INET6, SOCK_DGRAM, 0) == ALLOW);
	CHECK(native(SYS_socket, 16, 3, 0) == ALLOW);
	CHECK(native(SYS_socket, 16, 3, 9) == ERR(EINVAL));
	CHECK(native(SYS_socket, high | 16, 3, high | 9) == ERR(EINVAL));
	CHECK(native(SYS_socket, 38, 5, 0) == ERR(EAFNOSUPPORT));
	CHECK(native(SYS_socket, high | 38, 5, 0) == ERR(EAFNOSUPPORT));
	CHECK(native(SYS_socket, 40, 1, 0) == ERR(EAFNOSUPPORT));
	CHECK(native(SYS_socket, 31, 1, 0) == ERR(EAFNOSUPPORT));
	CHECK(decide(&mine, AUDIT_ARCH_I386, 359, 38, 5, 0) ==
	    ERR(EAFNOSUPPORT));
	CHECK(decide(&mine, AUDIT_ARCH_I386, 359, 1, 1, 0) == ALLOW);
}

/* What more capabilities open, and what none of them does. */
static void
test_trusted(void)
{
	static const char *const	 caps[] = { "CAP_SYS_ADMIN",
					    "CAP_AUDIT_WRITE" };

	CHECK(compile(builtin_seccomp, builtin_seccomp_len, caps, 2));
	CHECK(native(SYS_bpf, 0, 0, 0) == ALLOW);
	CHECK(native(SYS_sethostname, 0, 0, 0) == ALLOW);
	CHECK(native(SYS_chroot, 0, 0, 0) == ERR(EPERM));
	CHECK(native(SYS_socket, 16, 3, 9) == ALLOW);
	CHECK(native(SYS_socket, 31, 1, 0) == ALLOW);
	CHECK(native(SYS_socket, 38, 5, 0) == ERR(EAFNOSUPPORT));
	CHECK(native(SYS_socket, 40, 1, 0) == ERR(EAFNOSUPPORT));
}

/* What the kernel makes of it, in a child that has loaded the filter. */
static int
under_filter(void)
{
	struct sock_fprog	 prog = { .len = (unsigned short)mine.n,
				    .filter = mine.code };
	int			 fd;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) == -1)
		return (1);
	if ((fd = socket(AF_UNIX, SOCK_STREAM, 0)) == -1 || close(fd) == -1)
		return (2);
	if (socket(38, SOCK_SEQPACKET, 0) != -1 || errno != EAFNOSUPPORT)
		return (3);
	if (syscall(SYS_keyctl, 0, -1, 0, 0, 0) != -1 || errno != EPERM)
		return (4);
	if (syscall(SYS_personality, 0xffffffffUL) == -1)
		return (5);
	if (syscall(SYS_personality, 0x40000UL) != -1 || errno != EPERM)
		return (6);
	if (syscall(SYS_io_uring_setup, 1, NULL) != -1 || errno != ENOSYS)
		return (7);
	if (syscall(5000) != -1 || errno != ENOSYS)
		return (8);
	return (0);
}

static void
test_kernel(void)
{
	int	 st;
	pid_t	 pid;

	CHECK(compile(builtin_seccomp, builtin_seccomp_len, builtin_caps,
	    builtin_ncaps));
	(void)fflush(stdout);
	if ((pid = fork()) == 0)
		_exit(under_filter());
	CHECK(pid != -1 && waitpid(pid, &st, 0) == pid);
	if (!WIFEXITED(st) || WEXITSTATUS(st) != 0)
		printf("# status %#x\n", st);
	CHECK(WIFEXITED(st) && WEXITSTATUS(st) == 0);
}

/* --- comparisons --- */

static bool
compare_is(const char *op, uint64_t value, uint64_t two, uint64_t arg,
    bool want)
{
	char		 json[512];
	uint32_t	 got;

	(void)snprintf(json, sizeof(json), "{\"defaultAction\":"
	    "\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"execve\"],"
	    "\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"read\"],"
	    "\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":1,\"value\":%"
	    PRId64 ",\"valueTwo\":%" PRId64 ",\"op\":\"SCMP_CMP_%s\"}]}]}",
	    (int64_t)value, (int64_t)two, op);
	if (!compile(json, strlen(json), NULL, 0))
		return (false);
	got = native(SYS_read, 0, arg, 0);
	if (got == (want ? ALLOW : ERR(EPERM)))
		return (true);
	printf("# %s %" PRIx64 " %" PRIx64 " arg %" PRIx64 ": %x\n", op, value,
	    two, arg, got);
	return (false);
}

/* Every relation, between numbers that differ in either half. */
static void
test_compare(void)
{
	static const uint64_t	 v[] = { 0, 1, 5, 0xffffffff, 0x100000000,
				    0x100000005, 0x500000001,
				    0x7fffffffffffffff };
	bool			 good = true;

	for (size_t i = 0; i < NITEMS(v); i++)
		for (size_t j = 0; j < NITEMS(v); j++) {
			uint64_t	 a = v[j], b = v[i];

			good = good && compare_is("EQ", b, 0, a, a == b) &&
			    compare_is("NE", b, 0, a, a != b) &&
			    compare_is("LT", b, 0, a, a < b) &&
			    compare_is("LE", b, 0, a, a <= b) &&
			    compare_is("GE", b, 0, a, a >= b) &&
			    compare_is("GT", b, 0, a, a > b) &&
			    compare_is("MASKED_EQ", b, 5, a,
			    (a & b) == (5 & b));
		}
	CHECK(good);
}

/* --- rules --- */

static void
test_rules(void)
{
	static const char	 masked[] = "{\"defaultAction\":"
	    "\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"clone\"],"
	    "\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":"
	    "2114060288,\"valueTwo\":0,\"op\":\"SCMP_CMP_MASKED_EQ\"}]},"
	    "{\"names\":[\"clone3\",\"nonesuch\",\"execve\"],\"action\":"
	    "\"SCMP_ACT_ALLOW\"}]}";
	static const char	 twice[] = "{\"defaultAction\":"
	    "\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\"],"
	    "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":7,\"args\":["
	    "{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"},"
	    "{\"index\":0,\"value\":2,\"op\":\"SCMP_CMP_EQ\"}]}]}";

	/* Flags that clone may not have must not come in by clone3. */
	CHECK(compile(masked, strlen(masked), NULL, 0));
	CHECK(native(SYS_clone, 0x10000000, 0, 0) == ERR(EPERM));
	CHECK(native(SYS_clone, 0x11, 0, 0) == ALLOW);
	CHECK(native(SYS_clone3, 0, 0, 0) == ERR(ENOSYS));
	/* Two conditions on one argument are alternatives. */
	CHECK(compile(twice, strlen(twice), NULL, 0));
	CHECK(native(SYS_read, 1, 0, 0) == ERR(7));
	CHECK(native(SYS_read, 2, 0, 0) == ERR(7));
	CHECK(native(SYS_read, 3, 0, 0) == ALLOW);
}

/* --- calls that are refused under every profile --- */

#define RULES(action, rules) \
	"{\"defaultAction\":\"SCMP_ACT_" action "\",\"syscalls\":[" rules "]}"
#define RULE(names, action) \
	"{\"names\":[" names "],\"action\":\"SCMP_ACT_" action "\"}"

static bool
compiles(const char *json)
{
	return (compile(json, strlen(json), NULL, 0));
}

/* Keys, families, rings: refused; their neighbours not. */
static void
layer_holds(void)
{
	const uint64_t	 high = 0xdeadbeef00000000;

	CHECK(native(SYS_keyctl, 0, 0, 0) == ERR(EPERM));
	CHECK(native(SYS_keyctl, 11, 5, 0) == ERR(EPERM));
	CHECK(native(SYS_add_key, 0, 0, 0) == ERR(EPERM));
	CHECK(native(SYS_request_key, 0, 0, 0) == ERR(EPERM));
	CHECK(native(SYS_socket, 38, 5, 0) == ERR(EAFNOSUPPORT));
	CHECK(native(SYS_socket, high | 38, 5, 0) == ERR(EAFNOSUPPORT));
	CHECK(native(SYS_socket, 40, 1, 0) == ERR(EAFNOSUPPORT));
	CHECK(native(SYS_socket, high | 40, 1, 0) == ERR(EAFNOSUPPORT));
	CHECK(native(SYS_socketpair, 40, 1, 0) == ERR(EAFNOSUPPORT));
	CHECK(native(SYS_io_uring_setup, 8, 0, 0) == ERR(ENOSYS));
	CHECK(native(SYS_socket, 1, 1, 0) == ALLOW);
	CHECK(native(SYS_socket, 39, 1, 0) == ALLOW);
	CHECK(native(SYS_execve, 0, 0, 0) == ALLOW);
}

static void
test_layer(void)
{
	CHECK(compiles(RULES("ALLOW", "")));
	layer_holds();
	/* Architectures that the profile does not name. */
	CHECK(native(0x40000000 | SYS_read, 0, 0, 0) == ERR(ENOSYS));
	CHECK(native(0x40000000 | SYS_keyctl, 0, 0, 0) == ERR(ENOSYS));
	CHECK(decide(&mine, AUDIT_ARCH_I386, 3, 0, 0, 0) ==
	    SECCOMP_RET_KILL_PROCESS);
	/* Named one by one, it is the same. */
	CHECK(compiles(RULES("ERRNO", RULE("\"execve\",\"keyctl\","
	    "\"add_key\",\"request_key\",\"socket\",\"socketpair\","
	    "\"io_uring_setup\"", "ALLOW"))));
	layer_holds();
	CHECK(native(SYS_read, 0, 0, 0) == ERR(EPERM));
	CHECK(compiles(RULES("LOG", RULE("\"execve\",\"socket\"",
	    "ALLOW"))));
	layer_holds();
	/* A tracer could let it pass. */
	CHECK(compiles(RULES("TRACE", RULE("\"execve\",\"socket\"",
	    "ALLOW"))));
	layer_holds();
}

/* Allowed for some arguments only, and refused more strictly. */
static void
test_layer_rules(void)
{
	CHECK(compiles(RULES("ERRNO", RULE("\"execve\"", "ALLOW") ","
	    "{\"names\":[\"keyctl\",\"socket\"],\"action\":"
	    "\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":38,"
	    "\"op\":\"SCMP_CMP_GE\"}]}")));
	CHECK(native(SYS_keyctl, 39, 0, 0) == ERR(EPERM));
	CHECK(native(SYS_socket, 38, 0, 0) == ERR(EAFNOSUPPORT));
	CHECK(native(SYS_socket, 39, 0, 0) == ALLOW);
	CHECK(native(SYS_socket, 40, 0, 0) == ERR(EAFNOSUPPORT));
	CHECK(native(SYS_socket, 1, 0, 0) == ERR(EPERM));
	CHECK(compiles(RULES("KILL_PROCESS", RULE("\"execve\"", "ALLOW"))));
	CHECK(native(SYS_keyctl, 0, 0, 0) == SECCOMP_RET_KILL_PROCESS);
	CHECK(native(SYS_socket, 38, 0, 0) == SECCOMP_RET_KILL_PROCESS);
	CHECK(compiles(RULES("ALLOW", RULE("\"keyctl\"", "TRAP"))));
	CHECK(native(SYS_keyctl, 0, 0, 0) == SECCOMP_RET_TRAP);
}

/* On all architectures that are asked for. */
static void
test_layer_arches(void)
{
	const uint32_t	 x32 = 0x40000000;

	CHECK(compiles("{\"defaultAction\":\"SCMP_ACT_ALLOW\","
	    "\"architectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]}"));
	layer_holds();
	CHECK(native(x32 | SYS_read, 0, 0, 0) == ALLOW);
	CHECK(native(x32 | SYS_keyctl, 0, 0, 0) == ERR(EPERM));
	CHECK(native(x32 | SYS_socket, 38, 0, 0) == ERR(EAFNOSUPPORT));
	CHECK(native(x32 | SYS_io_uring_setup, 0, 0, 0) == ERR(ENOSYS));
	CHECK(decide(&mine, AUDIT_ARCH_I386, 3, 0, 0, 0) == ALLOW);
	CHECK(decide(&mine, AUDIT_ARCH_I386, 286, 0, 0, 0) == ERR(EPERM));
	CHECK(decide(&mine, AUDIT_ARCH_I386, 287, 0, 0, 0) == ERR(EPERM));
	CHECK(decide(&mine, AUDIT_ARCH_I386, 288, 0, 0, 0) == ERR(EPERM));
	CHECK(decide(&mine, AUDIT_ARCH_I386, 359, 40, 0, 0) ==
	    ERR(EAFNOSUPPORT));
	CHECK(decide(&mine, AUDIT_ARCH_I386, 359, 2, 0, 0) == ALLOW);
	CHECK(decide(&mine, AUDIT_ARCH_I386, 425, 0, 0, 0) == ERR(ENOSYS));
	/* socketcall: the family is behind a pointer. */
	CHECK(decide(&mine, AUDIT_ARCH_I386, 102, 1, 0, 0) == ERR(ENOSYS));
	CHECK(decide(&mine, AUDIT_ARCH_I386, 102, 8, 0, 0) == ERR(ENOSYS));
	CHECK(decide(&mine, AUDIT_ARCH_I386, 102, 3, 0, 0) == ALLOW);
}

static void
test_refused(void)
{
	/* Nothing could be started. */
	CHECK(refused("{\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
	    "refuses the system call execve"));
	CHECK(refused(RULES("ALLOW", RULE("\"execve\"", "ERRNO")),
	    "refuses the system call execve"));
	CHECK(refused(RULES("KILL", RULE("\"execve\"", "TRACE")),
	    "refuses the system call execve"));
	CHECK(refused("{", "test:1"));
	CHECK(refused("[]", "unknown action"));
	CHECK(refused("{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}",
	    "unknown action \"SCMP_ACT_NOTIFY\""));
	CHECK(refused("{\"defaultAction\":\"SCMP_ACT_ALLOW\","
	    "\"syscalls\":7}", "must be an array"));
	CHECK(refused("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":["
	    "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\","
	    "\"errnoRet\":70000}]}", "out of range"));
	CHECK(refused("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":["
	    "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":["
	    "{\"index\":6,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]}",
	    "index out of range"));
	CHECK(refused("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":["
	    "{\"names\":[1],\"action\":\"SCMP_ACT_ERRNO\"}]}",
	    "names must be strings"));
	CHECK(refused("{\"defaultAction\":\"SCMP_ACT_ALLOW\","
	    "\"defaultAction\":\"SCMP_ACT_ERRNO\"}", "duplicate"));
}

/* --- against libseccomp --- */

static bool
has(const json_t *list, const char *const *names, size_t n, bool all)
{
	size_t	 i, hits = 0;
	json_t	*e;

	json_array_foreach(list, i, e)
		for (size_t j = 0; j < n; j++)
			hits += strcmp(json_string_value(e), names[j]) == 0;
	return (all ? hits == json_array_size(list) : hits > 0);
}

static bool
applies(const json_t *rule, const char *const *caps, size_t ncaps)
{
	static const char *const	 arch[] = { "amd64" };
	const json_t	*in = json_object_get(rule, "includes");
	const json_t	*ex = json_object_get(rule, "excludes");
	const json_t	*arches = json_object_get(in, "arches");

	return (has(json_object_get(in, "caps"), caps, ncaps, true) &&
	    (json_array_size(arches) == 0 || has(arches, arch, 1, false)) &&
	    !has(json_object_get(ex, "caps"), caps, ncaps, false));
}

static void
reference_rule(scmp_filter_ctx ctx, const json_t *rule)
{
	struct scmp_arg_cmp	 cmp[6];
	const char		*action;
	uint32_t		 act;
	unsigned int		 n = 0;
	size_t			 i;
	json_t			*e;
	int			 nr;

	action = json_string_value(json_object_get(rule, "action"));
	act = strcmp(action, "SCMP_ACT_ALLOW") == 0 ? SCMP_ACT_ALLOW :
	    SCMP_ACT_ERRNO(json_integer_value(json_object_get(rule,
	    "errnoRet")));
	json_array_foreach(json_object_get(rule, "args"), i, e) {
		const char	*op = json_string_value(json_object_get(e,
				    "op"));

		cmp[n++] = (struct scmp_arg_cmp){
		    (unsigned int)json_integer_value(json_object_get(e,
		    "index")), strcmp(op, "SCMP_CMP_NE") == 0 ? SCMP_CMP_NE :
		    SCMP_CMP_EQ, (uint64_t)json_integer_value(
		    json_object_get(e, "value")), 0 };
	}
	json_array_foreach(json_object_get(rule, "names"), i, e) {
		nr = seccomp_syscall_resolve_name(json_string_value(e));
		if (nr != __NR_SCMP_ERROR)
			(void)seccomp_rule_add_array(ctx, act, nr, n, cmp);
	}
}

/* What podman's own way through libseccomp comes to. */
static bool
reference(const char *json, size_t len, const char *const *caps, size_t ncaps,
    struct filter *out)
{
	scmp_filter_ctx	 ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	json_t		*root = json_loadb(json, len, 0, NULL), *e;
	int		 fd = memfd_create("reference", 0);
	size_t		 i;
	ssize_t		 n;

	if (ctx == NULL || root == NULL || fd == -1)
		return (false);
	(void)seccomp_arch_add(ctx, SCMP_ARCH_X86);
	(void)seccomp_arch_add(ctx, SCMP_ARCH_X32);
	json_array_foreach(json_object_get(root, "syscalls"), i, e)
		if (applies(e, caps, ncaps))
			reference_rule(ctx, e);
	if (seccomp_export_bpf(ctx, fd) != 0)
		return (false);
	n = pread(fd, out->code, sizeof(out->code), 0);
	out->n = n < 0 ? 0 : (size_t)n / sizeof(out->code[0]);
	close(fd);
	seccomp_release(ctx);
	json_decref(root);
	return (out->n > 0);
}

/* Numbers that no 32-bit program can pass. */
static bool
is_wide(const uint64_t *args)
{
	return ((args[0] | args[1] | args[2]) > UINT32_MAX);
}

/*
 * On 32-bit x86 libseccomp spreads sockets and System V IPC over two ways
 * in, which our compiler does not: each call has its number.
 */
static bool
is_multiplexed(uint32_t arch, uint32_t nr)
{
	return (arch == AUDIT_ARCH_I386 && (nr == 102 || nr == 117 ||
	    (nr >= 359 && nr <= 373) || (nr >= 393 && nr <= 402)));
}

/* libseccomp knows the profile, but not the calls refused under every one. */
static uint32_t
under_layer(uint32_t answer, uint32_t arch, uint32_t nr)
{
	static const uint32_t	 i386[] = { 286, 287, 288, 425 };
	static const uint32_t	 amd64[] = { SYS_add_key, SYS_request_key,
				    SYS_keyctl, SYS_io_uring_setup };
	const uint32_t		*n;

	n = arch == AUDIT_ARCH_I386 ? i386 : amd64;
	nr &= ~0x40000000u;
	if (answer != ALLOW)
		return (answer);
	if (nr == n[3])
		return (ERR(ENOSYS));
	return (nr == n[0] || nr == n[1] || nr == n[2] ? ERR(EPERM) : answer);
}

static unsigned int
differences(const struct filter *ref, uint32_t arch, uint32_t first)
{
	static const uint64_t	 args[][3] = {
		{ 0, 0, 0 }, { 16, 3, 9 }, { 16, 3, 0 }, { 2, 1, 9 },
		{ 8, 0, 0 }, { 0x20008, 0, 0 }, { 0xffffffff, 0, 0 },
		{ 0x100000008, 0, 0 }, { 0x40000, 0, 0 },
	};
	unsigned int		 n = 0;
	uint32_t		 a, b;

	for (uint32_t nr = first; nr < first + 620; nr++) {
		if (is_multiplexed(arch, nr))
			continue;
		for (size_t i = 0; i < NITEMS(args); i++) {
			if (is_wide(args[i]) &&
			    (first != 0 || arch != AUDIT_ARCH_X86_64))
				continue;
			a = decide(&mine, arch, nr, args[i][0], args[i][1],
			    args[i][2]);
			b = under_layer(decide(ref, arch, nr, args[i][0],
			    args[i][1], args[i][2]), arch, nr);
			if (a != b && n++ < 10)
				printf("# arch %x call %u args %zu: %x, "
				    "libseccomp %x\n", arch, nr, i, a, b);
		}
	}
	return (n);
}

static char *
read_profile(const char *path, size_t *len)
{
	static char	 buf[1 << 16];
	FILE		*f = fopen(path, "r");

	if (f == NULL)
		return (NULL);
	*len = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	return (buf);
}

static void
test_packaged(void)
{
	static const char *const	 many[] = { "CAP_SYS_ADMIN",
					    "CAP_SYS_PTRACE", "CAP_SYS_TIME",
					    "CAP_AUDIT_WRITE" };
	static struct filter		 ref;
	size_t				 len;
	char				*json = read_profile(PACKAGED, &len);

	if (json == NULL) {
		printf("ok 999 - # SKIP no %s\n", PACKAGED);
		return;
	}
	CHECK(compile(json, len, builtin_caps, builtin_ncaps));
	CHECK(reference(json, len, builtin_caps, builtin_ncaps, &ref));
	CHECK(differences(&ref, AUDIT_ARCH_X86_64, 0) == 0);
	CHECK(differences(&ref, AUDIT_ARCH_X86_64, 0x40000000) == 0);
	CHECK(differences(&ref, AUDIT_ARCH_I386, 0) == 0);
	CHECK(compile(json, len, many, NITEMS(many)));
	CHECK(reference(json, len, many, NITEMS(many), &ref));
	CHECK(differences(&ref, AUDIT_ARCH_X86_64, 0) == 0);
	CHECK(differences(&ref, AUDIT_ARCH_I386, 0) == 0);
}

int
main(void)
{
	test_prebuilt();
	test_calls();
	title = "C30";
	test_other_abis();
	title = NULL;
	test_personality();
	title = "C31";
	test_sockets();
	title = NULL;
	test_trusted();
	test_kernel();
	test_compare();
	test_rules();
	title = "C31";
	test_layer();
	title = NULL;
	test_layer_rules();
	test_layer_arches();
	test_refused();
	test_packaged();
	return (finish());
}
