/*
 * A directory with an image in it, and containers of that image.
 */
#ifndef TESTS_LAUNCH_BOX_H
#define TESTS_LAUNCH_BOX_H

#include <sys/stat.h>

#include "anykey.h"
#include "drive.h"
#include "harness.h"
#include "nitems.h"
#include "path.h"
#include "records.h"

#define UNUSED	__attribute__((unused))

static const char	*prog;
static char		 base[64];	/* a directory of the user's */
static struct drive	 d;
static int		 single = 1;

static UNUSED const char *
at(const char *path)
{
	static char	 buf[4][512];
	static int	 i;

	i = (i + 1) % 4;
	(void)snprintf(buf[i], sizeof(buf[i]), "%s/%s", base, path);
	return (buf[i]);
}

static UNUSED void
put(const char *path, const char *text, mode_t mode)
{
	int	 fd = open(at(path), O_WRONLY | O_CREAT | O_TRUNC, mode);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		err(1, "%s", path);
	close(fd);
	if (chmod(at(path), mode) == -1 ||
	    (geteuid() == 0 && chown(at(path), UNPRIVILEGED,
	    UNPRIVILEGED) == -1))
		err(1, "%s", path);
}

static UNUSED void
dir(const char *path)
{
	if (mkdir(at(path), 0755) == -1 && errno != EEXIST)
		err(1, "%s", path);
	if (geteuid() == 0 && chown(at(path), UNPRIVILEGED, UNPRIVILEGED) == -1)
		err(1, "%s", path);
}

static UNUSED void
link_to(const char *text, const char *path)
{
	if (symlink(text, at(path)) == -1)
		err(1, "%s", path);
}

static UNUSED void
copy(const char *from, const char *path)
{
	int	 in = open(from, O_RDONLY | O_CLOEXEC);
	char	 buf[65536];
	ssize_t	 n;

	put(path, "", 0755);
	int	 out = open(at(path), O_WRONLY | O_CLOEXEC);

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			err(1, "%s", path);
	close(in);
	close(out);
}

/* An image in one directory: a static busybox and a few files. */
static UNUSED void
make_image(const char *name)
{
	static const char *const tools[] = { "sh", "id", "cat", "ls", "mount",
	    "stat", "hostname", "env", "stty", "tty", "sleep", "true", "touch",
	    "grep", "readlink", "pwd", "kill", "mkdir", "wc", "whoami", "ip",
	    "df", "sort", "ps", "chmod", "umount", "cut",
	    "chown", "rm" };
	char	 path[128];

	dir(name);
#define IN(x) ((void)snprintf(path, sizeof(path), "%s/%s", name, x), path)
	dir(IN("bin"));
	dir(IN("etc"));
	dir(IN("data"));
	copy("/bin/busybox", IN("bin/busybox"));
	for (size_t i = 0; i < NITEMS(tools); i++) {
		char	 tool[64];

		(void)snprintf(tool, sizeof(tool), "bin/%s", tools[i]);
		link_to("busybox", IN(tool));
	}
	put(IN("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n"
	    "app:x:1000:1000::/home/app:/bin/sh\n", 0644);
	put(IN("etc/group"), "root:x:0:\napp:x:1000:\nextra:x:50:app\n", 0644);
	put(IN("data/inside"), "image\n", 0644);
	put(IN("bin/plain"), "text\n", 0644);
	put(IN("bin/script"), "#!/no/such/interpreter\n", 0755);
	put(IN("bin/junk"), "\177junk\n", 0755);
#undef IN
}

static UNUSED struct rec *
def(const char *image)
{
	struct rec	*r = rec_new();

	(void)rec_add(r, KEY(rootfs), at(image));
	(void)rec_add(r, KEY(seccomp), "unconfined");
	(void)rec_add(r, KEY(hostname), "box");
	return (r);
}

/* Run arguments in a container. Its exit status, or -1 and d.text. */
static UNUSED int
run_args(struct rec *r, const char *const *args)
{
	int	 status;

	for (; *args != NULL; args++)
		(void)rec_add(r, KEY(arg), *args);
	status = drive_run(&d, prog, r, single);
	rec_free(r);
	return (status);
}

static UNUSED int
sh(struct rec *r, const char *script)
{
	return (run_args(r, (const char *const[]){ "/bin/sh", "-c", script,
	    NULL }));
}

static UNUSED int
has(const char *text)
{
	if (strstr(d.output, text) != NULL)
		return (1);
	printf("# output: %s\n# not in it: %s\n", d.output, text);
	return (0);
}

static UNUSED int
says(const char *text)
{
	if (strstr(d.text, text) != NULL)
		return (1);
	printf("# reply: %u %s\n# not in it: %s\n", d.error, d.text, text);
	return (0);
}

static UNUSED struct rec *
with(struct rec *r, const char *key, const char *value)
{
	(void)rec_add(r, KEY_FROM(key), value);
	return (r);
}

static UNUSED struct rec *
mounted(struct rec *r, const char *type, const char *src, const char *dst,
    const char *opt)
{
	struct rec	*m = rec_new();

	(void)rec_add(m, KEY(type), type);
	if (src != NULL)
		(void)rec_add(m, KEY(src), src);
	(void)rec_add(m, KEY(dst), dst);
	if (opt != NULL)
		(void)rec_add(m, KEY(opt), opt);
	(void)rec_add_rec(r, KEY(mount), m);
	rec_free(m);
	return (r);
}

static UNUSED struct rec *
limited(struct rec *r, const char *name, const char *value, int soften)
{
	struct rec	*m = rec_new();

	(void)rec_add(m, KEY(name), name);
	(void)rec_add(m, any_key("soft"), value);
	(void)rec_add(m, any_key("hard"), value);
	(void)rec_add_num(m, KEY(default), soften);
	(void)rec_add_rec(r, KEY(rlimit), m);
	rec_free(m);
	return (r);
}

static UNUSED struct rec *
filed(struct rec *r, const char *dst, const char *content)
{
	struct rec	*m = rec_new();

	(void)rec_add(m, KEY(dst), dst);
	(void)rec_add(m, KEY(content), content);
	(void)rec_add_num(m, KEY_IN(file, mode), 0644);
	(void)rec_add_rec(r, KEY(file), m);
	rec_free(m);
	return (r);
}

static UNUSED int
make_dir(void)
{
	(void)snprintf(base, sizeof(base), "/tmp/bhlaunch.XXXXXX");
	if (mkdtemp(base) == NULL || chmod(base, 0755) == -1)
		return (-1);
	return (geteuid() == 0 ? chown(base, UNPRIVILEGED, UNPRIVILEGED) : 0);
}

/*
 * Call the function with one id, as any user has it, and with many, if they
 * can be mapped. The exit status of the test.
 */
static UNUSED int
box_main(int argc, char **argv, void (*all)(void))
{
	if (argc < 2)
		errx(2, "usage: launch_test PROGRAM");
	prog = argv[1];
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)umask(022);
	for (single = 1; single >= (geteuid() == 0 ? 0 : 1); single--) {
		if (make_dir() == -1)
			err(2, "%s", base);
		make_image("image");
		all();
		if (path_remove(AT_FDCWD, base) == -1)
			warn("%s", base);
	}
	return (finish());
}

#endif
