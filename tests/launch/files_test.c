/*
 * The files of a container: mounts, volumes, masks, overlays of layers, and
 * id-mapped mounts in system mode.
 */
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>

#include "anykey.h"
#include "box.h"
#include "nitems.h"
#include "records.h"

static void
test_mounts(void)
{
	struct rec	*r;

	dir("host");
	dir("host/sub");
	put("host/file", "host\n", 0644);
	put("host/hosts", "mine\n", 0644);
	r = mounted(def("image"), "bind", at("host"), "/new/place", "rbind");
	CHECK(sh(r, "cat /new/place/file; touch /new/place/made; "
	    "mount | grep /new/place") == 0);
	CHECK(has("host\n") && has("nosuid,nodev"));
	CHECK(access(at("host/made"), F_OK) == 0);
	r = mounted(def("image"), "bind", at("host"), "/data", "ro");
	CHECK(sh(r, "touch /data/no") == 1);
	CHECK(has("Read-only"));
	r = mounted(def("image"), "bind", at("host/file"), "/etc/one", NULL);
	CHECK(sh(r, "cat /etc/one") == 0 && has("host\n"));
	r = mounted(def("image"), "bind", at("nosuch"), "/data", NULL);
	CHECK(sh(r, "true") == -1 && d.error == ENOENT);
	CHECK(says("statfs ") && says("/nosuch: no such file or directory"));
	r = mounted(def("image"), "bind", at("host"), "/data", "frobnicate");
	CHECK(sh(r, "true") == -1 && says("\"frobnicate\""));
	r = mounted(def("image"), "bind", at("host/file"), "/data", NULL);
	CHECK(sh(r, "true") == -1 && says("mounting /data"));
	/* The outer one first, whatever their order. */
	r = mounted(def("image"), "bind", at("host/file"), "/mnt/x/f", NULL);
	r = mounted(r, "tmpfs", NULL, "/mnt/x", "size=64k");
	CHECK(sh(r, "cat /mnt/x/f; df -k /mnt/x") == 0);
	CHECK(has("host\n") && has(" 64 "));
	r = mounted(def("image"), "tmpfs", NULL, "/data", "mode=700");
	CHECK(sh(r, "cat /data/inside; stat -c %a /data; mount") == 0);
	CHECK(has("image\n") && has("\n700\n"));
	r = mounted(def("image"), "tmpfs", NULL, "/data", "size=64k");
	r = mounted(r, "tmpfs", NULL, "/scratch", "size=64k");
	CHECK(sh(r, "stat -c %a /data; stat -c %a /scratch") == 0);
	CHECK(strcmp(d.output, "755\n1777\n") == 0);
	r = mounted(def("image"), "tmpfs", "tmpfs", "/data", "noatime");
	CHECK(sh(r, "mount") == 0 && has("nodev,noatime"));
	r = mounted(def("image"), "tmpfs", NULL, "/data", "notmpcopyup");
	CHECK(sh(r, "ls /data; stat -c %a /data") == 0);
	CHECK(strcmp(d.output, "1777\n") == 0);
	/* Nothing in /proc but what may be; by no other name either. */
	r = mounted(def("image"), "bind", at("host/file"), "/proc/meminfo",
	    NULL);
	CHECK(sh(r, "cat /proc/meminfo") == 0 && has("host\n"));
	link_to("/proc/sys", "image/way");
	CHECK(sh(mounted(def("image"), "tmpfs", NULL, "/proc", NULL),
	    "true") == -1 && says("where nothing can be mounted"));
	CHECK(sh(mounted(def("image"), "tmpfs", NULL, "/proc/sys", NULL),
	    "true") == -1 && says("where nothing can be mounted"));
	CHECK(sh(mounted(def("image"), "tmpfs", NULL, "/way/net", NULL),
	    "true") == -1 && says("where nothing can be mounted"));
	CHECK(sh(mounted(def("image"), "tmpfs", NULL, "/data/../proc", NULL),
	    "true") == -1 && says("\"dst\""));
	CHECK(sh(mounted(def("image"), "tmpfs", NULL, "/", NULL),
	    "true") == -1);
	CHECK(sh(mounted(def("image"), "sysfs", NULL, "/data", NULL),
	    "true") == -1);
	/* Files of the definition, unless the user has others. */
	r = filed(filed(def("image"), "/etc/hosts", "ours\n"),
	    "/etc/hostname", "box\n");
	r = mounted(r, "bind", at("host/hosts"), "/etc/hosts", "ro");
	CHECK(sh(r, "cat /etc/hosts /etc/hostname; echo x > /etc/hostname") ==
	    0);
	CHECK(has("mine\nbox\n"));
	CHECK(access(at("image/etc/hostname"), F_OK) == 0);
	/* Their lines hold no control bytes, and a host name is one line. */
	CHECK(sh(filed(def("image"), "/etc/hosts", "1.2.3.4\ta\r\n"),
	    "true") == -1 && says("\"content\""));
	CHECK(sh(filed(def("image"), "/etc/hostname", "box\nmore\n"),
	    "true") == -1 && says("one word on one line"));
	CHECK(sh(filed(def("image"), "/etc/hostname", "box more\n"),
	    "true") == -1 && says("one word on one line"));
}

/* A volume beneath the graph root, on /data; 0 to 3 as spec.h has them. */
static struct rec *
volume(const char *sub, const char *copyup)
{
	struct rec	*r = with(def("image"), "graph", at("graph"));
	struct rec	*m = rec_new();

	(void)rec_add(m, KEY(type), "bind");
	(void)rec_add(m, KEY(src), "/nowhere");
	(void)rec_add(m, KEY(sub), sub);
	(void)rec_add(m, KEY(dst), "/data");
	(void)rec_add(m, any_key("copyup"), copyup);
	(void)rec_add_rec(r, KEY(mount), m);
	rec_free(m);
	return (r);
}

static void
test_volumes(void)
{
	dir("graph");
	dir("graph/v");
	CHECK(sh(volume("v", "0"), "ls /data; mount | grep /data") == 0);
	CHECK(!strstr(d.output, "inside") && has("nosuid,nodev"));
	CHECK(sh(volume("v", "1"), "cat /data/inside; touch /data/mine") == 0);
	CHECK(has("image\n") && access(at("graph/v/mine"), F_OK) == 0);
	CHECK(sh(volume("v", "1"), "rm /data/inside") == 0);
	CHECK(sh(volume("v", "1"), "ls /data") == 0);
	CHECK(strcmp(d.output, "mine\n") == 0);
	/* What an earlier copy left is made anew, and never followed. */
	put("graph/target", "host\n", 0644);
	link_to("../target", "graph/v/inside");
	CHECK(sh(volume("v", "2"), "cat /data/inside; ls /data") == 0);
	CHECK(strcmp(d.output, "image\ninside\nmine\n") == 0);
	dir("graph/w");
	CHECK(sh(volume("w", "3"), "ls /data; stat -c %a /data") == 0);
	CHECK(strcmp(d.output, "755\n") == 0);
	/* Nothing but what lies beneath the graph root, by no name. */
	dir("outside");
	link_to("../outside", "graph/way");
	link_to("v", "graph/other");
	CHECK(sh(volume("../outside", "0"), "true") == -1 && says("\"sub\""));
	CHECK(sh(volume("/etc", "0"), "true") == -1 && says("\"sub\""));
	CHECK(sh(volume("way", "0"), "true") == -1 &&
	    says("opening the volume for /data"));
	CHECK(sh(volume("other", "0"), "true") == -1);
	CHECK(sh(volume("nosuch", "0"), "true") == -1 && d.error == ENOENT);
	CHECK(sh(volume("v", "4"), "true") == -1 && says("\"copyup\""));
}

static void
test_masks(void)
{
	struct rec	*r;

	r = with(with(def("image"), "mask", "/proc/uptime"), "mask",
	    "/sys/kernel");
	r = with(with(r, "mask", "/data"), "mask", "/proc/no/such");
	r = with(with(r, "ropath", "/proc/sys"), "ropath", "/etc");
	CHECK(sh(r, "cat /proc/uptime; ls /sys/kernel /data; echo --; "
	    "stat -c %t:%T /proc/uptime; touch /data/x; touch /etc/x; "
	    "echo 1 > /proc/sys/net/ipv4/ip_forward") != 0);
	CHECK(has("/data:\n") && has("--\n1:3\n"));
	CHECK(has("/data/x: Read-only") && has("/etc/x: Read-only"));
	CHECK(has("ip_forward: Read-only"));
	r = with(def("image"), "readonly", "1");
	CHECK(sh(r, "touch /x; touch /tmp/y && touch /run/y && "
	    "touch /var/tmp/y && touch /dev/shm/y") == 0);
	CHECK(has("/x: Read-only"));
	r = with(with(def("image"), "readonly", "1"), "readonly_tmpfs", "0");
	CHECK(sh(r, "touch /tmp/y") == 1);
	r = with(def("image"), "shm_size", "65536");
	CHECK(sh(r, "df -k /dev/shm") == 0 && has(" 64 "));
	r = with(def("image"), "sysctl", "net.ipv4.ip_forward=1");
	CHECK(sh(r, "cat /proc/sys/net/ipv4/ip_forward") == 0 && has("1\n"));
	r = with(def("image"), "sysctl", "kernel.core_pattern=|/x");
	CHECK(sh(r, "true") == -1 && says("kernel.core_pattern"));
	r = with(def("image"), "sysctl", "net.ipv4/../../kernel=1");
	CHECK(sh(r, "true") == -1 && says("cannot be set"));
	r = with(with(def("image"), "net", "host"), "sysctl",
	    "net.ipv4.ip_forward=1");
	CHECK(sh(r, "true") == -1 && says("cannot be set"));
	/* With - in front it may be one that this kernel does not have. */
	r = with(with(def("image"), "sysctl", "-net.no.such=1"), "sysctl",
	    "-net.ipv4.ip_forward=1");
	CHECK(sh(r, "cat /proc/sys/net/ipv4/ip_forward") == 0 && has("1\n"));
	r = with(def("image"), "sysctl", "net.no.such=1");
	CHECK(sh(r, "true") == -1 && says("net.no.such"));
	r = with(def("image"), "sysctl", "-kernel.panic=1");
	CHECK(sh(r, "true") == -1 && says("cannot be set"));
}

static void
test_score(void)
{
	struct rec	*r = with(def("image"), "oom_score_adj", "999");

	CHECK(sh(r, "cat /proc/self/oom_score_adj") == 0 && has("999\n"));
	r = with(def("image"), "oom_score_adj", "-1001");
	CHECK(sh(r, "true") == -1 && says("\"oom_score_adj\""));
	r = with(def("image"), "oom_score_adj", "--5");
	CHECK(sh(r, "true") == -1 && says("\"oom_score_adj\""));
}

/* A file that is no text, and is not taken for one. */
static void
test_bytes(void)
{
	struct rec	*r = def("image"), *f = rec_new();

	(void)rec_add(f, KEY(dst), "/etc/localtime");
	(void)rec_add_bytes(f, KEY(data), "TZif\0\1\r\n", 8);
	(void)rec_add_rec(r, KEY(file), f);
	rec_free(f);
	CHECK(sh(r, "wc -c </etc/localtime; head -c4 /etc/localtime") == 0);
	CHECK(has("8\nTZif"));
}

/* Old kernels know no descriptors for the layers of an overlay. */
static void
no_layers_by_fd(void)
{
	struct sock_filter	 f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fsconfig, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 5 /* SET_FD */, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog	 p = { NITEMS(f), f };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p) == -1)
		err(1, "filter");
}

static struct rec *
overlay(int layers)
{
	struct rec	*r = rec_new();

	for (int i = layers; i >= 1; i--)
		(void)rec_addf(r, KEY(lower), "overlay/layer%059d/diff", i);
	(void)rec_add(r, KEY(upper), "overlay/top/diff");
	(void)rec_add(r, KEY(work), "overlay/top/work");
	(void)rec_add(r, KEY(graph), at("graph"));
	(void)rec_add(r, KEY(driver), "overlay");
	(void)rec_add(r, KEY(seccomp), "unconfined");
	return (r);
}

static void
test_overlay(void)
{
	char	 path[128];

	dir("graph");
	dir("graph/overlay");
	for (int i = 2; i <= 500; i++) {
		(void)snprintf(path, sizeof(path), "graph/overlay/layer%059d",
		    i);
		dir(path);
		(void)snprintf(path + strlen(path), 8, "/diff");
		dir(path);
		(void)snprintf(path + strlen(path), 8, "/f%d", i);
		put(path, "layer\n", 0644);
	}
	(void)snprintf(path, sizeof(path), "graph/overlay/layer%059d", 1);
	dir(path);
	(void)snprintf(path + strlen(path), 8, "/diff");
	make_image(path);
	dir("graph/overlay/top");
	dir("graph/overlay/top/diff");
	dir("graph/overlay/top/work");
	for (int old = 0; old < 2; old++) {
		drive_before = old ? no_layers_by_fd : NULL;
		for (int n = 1; n <= 500; n = n == 1 ? 40 : n * 12 + 20) {
			struct rec	*r = overlay(n);

			if (n == 40)
				(void)rec_add_num(r, KEY(rm), 1);
			CHECK(sh(r, "ls / | grep -c ^f; echo x > /written; "
			    "cat /written; stat -f -c %t /") == 0);
			(void)snprintf(path, sizeof(path), "%d\nx\n794c7630\n",
			    n - 1);
			CHECK(has(path));
			CHECK(unlink(at("graph/overlay/top/diff/written")) ==
			    0);
			/* What the mount left is its own to know. */
			(void)path_remove(AT_FDCWD,
			    at("graph/overlay/top/work"));
			dir("graph/overlay/top/work");
		}
	}
	drive_before = NULL;
	CHECK(sh(with(overlay(1), "lower", "overlay/../../.."), "true") == -1);
	CHECK(says("\"lower\""));
	link_to(base, "graph/overlay/out");
	CHECK(sh(with(overlay(1), "lower", "overlay/out/graph"), "true") == -1);
	CHECK(says("opening layer overlay/out/graph") && d.error == EXDEV);
	CHECK(sh(overlay(501), "true") == -1 && says("500 is the most"));
}

/* For three containers in a row, with one volatile mark left behind. */
static void
test_again(void)
{
	for (int i = 0; i < 3; i++)
		CHECK(sh(with(overlay(1), "rm", "1"), "true") == 0);
}

/* As refresh does it: on disk 0 is root, in the container's range it is too. */
static int
shifted(const char *path)
{
	struct mount_attr	 a = { .attr_set = MOUNT_ATTR_IDMAP,
				    .userns_fd = (uint64_t)d.userns };
	int			 fd = (int)syscall(SYS_open_tree, AT_FDCWD,
				    path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (fd == -1 || syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &a,
	    sizeof(a)) == -1)
		err(1, "id-mapped mount of %s", path);
	return (fd);
}

/* A container of a range of its own, whose mounts come by descriptor. */
static void
run_system(struct rec *r, uint32_t kind, const char *path, const char *script)
{
	(void)with(with(with(r, "arg", "/bin/sh"), "arg", "-c"), "arg", script);
	(void)with(r, "cap", "CAP_CHOWN");
	drive_start(&d, prog, 0);
	d.system = 1;
	CHECK(drive_create(&d, r) == 0);
	CHECK(drive_give(&d, kind, 0, shifted(path)) == 0);
	CHECK(drive_give(&d, kind, 0, shifted(path)) == EEXIST);
	CHECK(drive_give(&d, LAUNCH_MOUNT, 0, shifted(at("disk"))) == 0);
	CHECK(drive_build(&d) == 0 && drive_exec(&d) == 0);
	if (d.error != 0)
		printf("# %s\n", d.text);
	drive_read(&d);
	CHECK(drive_end(&d) == 0);
	rec_free(r);
}

static void
owned(const char *path, uid_t uid)
{
	struct stat	 st;

	CHECK(lstat(at(path), &st) == 0 && st.st_uid == uid);
	if (st.st_uid != uid)
		printf("# %s is of %u\n", path, st.st_uid);
}

static char *
slurp_proc(const char *path)
{
	char	*buf = calloc(1, 1 << 20);
	FILE	*f = fopen(path, "re");

	if (f == NULL || buf == NULL)
		return (NULL);
	if (fread(buf, 1, (1 << 20) - 1, f) == 0)
		warnx("%s", path);
	fclose(f);
	return (buf);
}

static void
forget_procs(void)
{
	char	*list = slurp_proc("/proc/self/mountinfo"), *line, *rest = list;
	char	 place[512];

	while ((line = strsep(&rest, "\n")) != NULL)
		if (strstr(line, " - proc ") != NULL &&
		    sscanf(line, "%*s %*s %*s %*s %511s", place) == 1 &&
		    strcmp(place, "/proc") != 0 &&
		    umount2(place, MNT_DETACH) == -1)
			warn("%s", place);
	free(list);
}

static void
test_system_mode(void)
{
	char	 cmd[256], *list;

	dir("disk");
	(void)path_remove(AT_FDCWD, at("graph/overlay/top/work"));
	dir("graph/overlay/top/work");
	(void)snprintf(cmd, sizeof(cmd),
	    "chown -R 0:0 %s/image %s/graph %s/disk",
	    base, base, base);
	if (system(cmd) != 0)
		err(1, "chown");
	/*
	 * Mounts of a namespace of our own, and peers of it as systemd's are.
	 */
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount(base, base, NULL, MS_BIND, NULL) == -1 ||
	    mount(NULL, base, NULL, MS_SHARED, NULL) == -1)
		err(1, "mount");
	run_system(mounted(def("image"), "bind", "/vol", "/vol", "rshared"),
	    LAUNCH_ROOTFS, at("image"), "id -u; touch /made /vol/made; "
	    "chown 1000 /vol/made; stat -c %u /bin/sh /vol/made; "
	    "echo x >/dev/stdout; cat /proc/self/uid_map; ls -ln /data");
	CHECK(has("0\n0\n1000\nx\n") && has("    4711000      65536\n"));
	owned("image/made", 0);
	owned("disk/made", 1000);
	run_system(mounted(overlay(40), "bind", "/vol", "/vol", NULL),
	    LAUNCH_GRAPH, at("graph"), "touch /made; chown 1000:50 /made; "
	    "stat -c %u /made /bin/busybox; id -u; rm /bin/true");
	CHECK(has("1000\n0\n0\n"));
	owned("graph/overlay/top/diff/made", 1000);
	drive_before = no_layers_by_fd;
	run_system(mounted(overlay(40), "bind", "/vol", "/vol", NULL),
	    LAUNCH_GRAPH, at("graph"), "stat -c %u /made; touch /made2");
	CHECK(has("1000\n"));
	owned("graph/overlay/top/diff/made2", 0);
	drive_before = NULL;
	/*
	 * Inside of a container, whose /proc is masked, as others do it; and
	 * where there is no second one.
	 */
	forget_procs();
	if (mount("/dev/null", "/proc/uptime", NULL, MS_BIND, NULL) == -1)
		err(1, "mount");
	CHECK(sh(def("image"), "true") == -1);
	CHECK(says("are hidden from it"));
	if (umount("/proc/uptime") == -1)
		err(1, "umount");
	/* None of all that was mounted there has come out here. */
	if ((list = slurp_proc("/proc/self/mountinfo")) == NULL)
		err(1, "mountinfo");
	CHECK(strstr(list, at("graph")) == NULL);
	CHECK(strstr(list, at("image")) == NULL);
	free(list);
	if (umount2(base, MNT_DETACH) == -1)
		err(1, "umount");
}

static void
all(void)
{
	test_mounts();
	test_volumes();
	test_masks();
	test_score();
	test_bytes();
	test_overlay();
	test_again();
	if (!single)
		test_system_mode();
}

int
main(int argc, char **argv)
{
	return (box_main(argc, argv, all));
}
