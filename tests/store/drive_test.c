/*
 * A hand on the store: one command line of words becomes messages, so that
 * shell tests can hold it against podman. Given only the program, as `make
 * check` does, it sees that this hand reaches it.
 *
 *	drive_test PROGRAM DRIVER GRAPHROOT RUNROOT [-c] [-n] command...
 *
 * -c: create the layout; -n: a user namespace with one id first, -N with
 * those from 100000 on. Commands, with "," between several: find REF | list |
 * remove REF FORCE | rwmake ID IMAGE | rwlist ID IMAGE [NAME [GIVEN]] |
 * rwremove ID [LATER] | chain ID | stage
 * PARENT | abort TOKEN | tidy | layer PARENT CHAIN TAR | commit CONFIG
 * MANIFEST LAYER NAME... | rss | spin N REF | sleep SECONDS
 */
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "path.h"
#include "record.h"
#include "spawn.h"

static struct child	 c;
static int		 failed;

static void
show(const struct rec *r, int depth)
{
	struct rec_item	 it;
	struct rec	*sub;
	size_t		 at = 0, sub_at = 0;
	char		 last[64] = "";

	while (rec_walk(r, &at, &it)) {
		if (!it.nested) {
			printf("%*s%s=%s\n", depth * 2, "", it.key,
			    it.text != NULL ? it.text : "(bytes)");
			continue;
		}
		if (strcmp(last, it.key) != 0)
			sub_at = 0;
		snprintf(last, sizeof(last), "%s", it.key);
		printf("%*s%s:\n", depth * 2, "", it.key);
		if ((sub = rec_sub(r, KEY_REC(it.key), &sub_at)) != NULL)
			show(sub, depth + 1);
		rec_free(sub);
	}
}

/* For tests of what a killed store leaves: when, in us after a request. */
static void
kill_later(void)
{
	const char	*at = getenv("KILLAT");
	int		 us = at != NULL ? atoi(at) : 0;

	if (us == 0 || fork() != 0)
		return;
	usleep((unsigned int)us);
	kill(c.pid, SIGKILL);
	_exit(0);
}

/* Send, wait, print text and record. The reply's descriptor, or -1. */
static int
ask(enum msg_type type, const union msg *m, const int *fds, unsigned int n,
    char *text, size_t size)
{
	static uint32_t	 seq;
	struct packet	 p;
	int		 fd = -1;

	if (chan_send(&c.chan, type, ++seq, m, fds, n) == -1)
		err(1, "send");
	if (type == MSG_layer_commit || type == MSG_image_commit ||
	    type == MSG_image_remove)
		kill_later();
	if (chan_recv(&c.chan, &p) != 1)
		errx(1, "the store is gone (status %d)", spawn_stop(&c));
	if (p.info->type == MSG_reply) {
		if (p.body.reply.error != 0) {
			printf("error %s: %s\n",
			    strerrorname_np((int)p.body.reply.error),
			    p.body.reply.text);
			failed = 1;
		} else if (text == NULL)
			printf("ok value=%llu %s\n",
			    (unsigned long long)p.body.reply.value,
			    p.body.reply.text);
		else
			snprintf(text, size, "%s", p.body.reply.text);
	} else {
		if (text != NULL)
			snprintf(text, size, "%s", p.body.reply_fd.text);
		fd = packet_take_fd(&p, 0);
	}
	packet_clear(&p);
	return (fd);
}

static void
ask_show(enum msg_type type, const union msg *m)
{
	int		 fd = ask(type, m, NULL, 0, NULL, 0);
	struct rec	*r;

	if (fd == -1)
		return;
	if ((r = rec_from_fd(fd, RECORD(any), NULL)) == NULL)
		err(1, "record");
	show(r, 0);
	rec_free(r);
	close(fd);
}

static void
one_line(const char *cmd, char *out, size_t size)
{
	FILE	*f = popen(cmd, "r");

	if (f == NULL || fgets(out, (int)size, f) == NULL)
		errx(1, "%s", cmd);
	out[strcspn(out, " \n")] = '\0';
	pclose(f);
}

/* tar plays the part of unpack. */
static void
untar(int dir, const char *tar)
{
	pid_t	 pid = fork();
	int	 st;

	if (pid == 0) {
		if (fchdir(dir) == -1)
			_exit(1);
		execlp("unshare", "unshare", "-r", "tar", "--no-same-owner",
		    "--xattrs", "-xpf", tar, (char *)NULL);
		_exit(1);
	}
	if (waitpid(pid, &st, 0) == -1 || st != 0)
		printf("tar failed\n");
}

static void
layer(const char *parent, const char *chain, const char *tar)
{
	union msg	 m;
	struct rec	*r = rec_new();
	char		 token[65], cmd[512], sum[65], size[64];
	int		 fd;

	memset(&m, 0, sizeof(m));
	snprintf(m.layer_stage.parent, sizeof(m.layer_stage.parent), "%s",
	    parent);
	fd = ask(MSG_layer_stage, &m, NULL, 0, token, sizeof(token));
	if (fd == -1)
		return;
	untar(fd, tar);
	close(fd);
	snprintf(cmd, sizeof(cmd), "sha256sum < %s", tar);
	one_line(cmd, sum, sizeof(sum));
	snprintf(cmd, sizeof(cmd), "stat -c %%s %s", tar);
	one_line(cmd, size, sizeof(size));
	rec_addf(r, KEY(diff_id), "sha256:%s", sum);
	rec_addf(r, KEY(digest), "sha256:%s", sum);
	rec_add_num(r, KEY(size), atoll(size));
	rec_add_num(r, KEY(compressed_size), atoll(size));
	rec_add_num(r, KEY(uid), 0);
	rec_add_num(r, KEY(gid), 0);
	memset(&m, 0, sizeof(m));
	snprintf(m.layer_commit.token, sizeof(m.layer_commit.token), "%s",
	    token);
	snprintf(m.layer_commit.parent, sizeof(m.layer_commit.parent), "%s",
	    parent);
	if (*chain == '\0')
		snprintf(m.layer_commit.chain_id,
		    sizeof(m.layer_commit.chain_id), "sha256:%s", sum);
	else
		snprintf(m.layer_commit.chain_id,
		    sizeof(m.layer_commit.chain_id), "%s", chain);
	fd = rec_memfd(r, "layer");
	(void)ask(MSG_layer_commit, &m, &fd, 1, NULL, 0);
	close(fd);
	rec_free(r);
}

static void
commit(char **w, int n)
{
	union msg	 m;
	struct rec	*r = rec_new();
	char		*config, *manifest, cmd[512], sum[65];
	int		 fd;

	memset(&m, 0, sizeof(m));
	config = path_slurp(AT_FDCWD, w[1], 1 << 23, NULL);
	manifest = path_slurp(AT_FDCWD, w[2], 1 << 23, NULL);
	snprintf(cmd, sizeof(cmd), "sha256sum < %s", w[2]);
	one_line(cmd, sum, sizeof(sum));
	rec_add(r, KEY(config_json), config);
	rec_add(r, KEY(manifest_json), manifest);
	rec_addf(r, KEY(digest), "sha256:%s", sum);
	rec_add(r, KEY_IN(image, layer), w[3]);
	for (int i = 4; i < n; i++)
		rec_add(r, KEY(name), w[i]);
	fd = rec_memfd(r, "image");
	(void)ask(MSG_image_commit, &m, &fd, 1, NULL, 0);
	close(fd);
	rec_free(r);
	free(config);
	free(manifest);
}

static void
rss(void)
{
	char	 path[64], line[256];
	FILE	*f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)c.pid);
	if ((f = fopen(path, "r")) == NULL)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "VmHWM", 5) == 0 ||
		    strncmp(line, "Seccomp:", 8) == 0 ||
		    strncmp(line, "NoNewPrivs", 10) == 0)
			fputs(line, stdout);
	fclose(f);
}

/* Median-free: the mean of many, for a look at the cost of one request. */
static void
spin(int n, const union msg *m)
{
	struct timespec	 a, b;
	int		 fd;

	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int i = 0; i < n; i++)
		if ((fd = ask(MSG_image_find, m, NULL, 0, NULL, 0)) != -1)
			close(fd);
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%.1f us each\n", ((double)(b.tv_sec - a.tv_sec) * 1e9 +
	    (double)(b.tv_nsec - a.tv_nsec)) / 1e3 / n);
}

#define PUT(field, i) \
	snprintf(m.field, sizeof(m.field), "%s", (i) < n ? w[i] : "")

static void
command(char **w, int n)
{
	union msg	 m;
	char		 text[1024];
	int		 fd;

	memset(&m, 0, sizeof(m));
	if (strcmp(w[0], "find") == 0) {
		PUT(image_find.ref, 1);
		ask_show(MSG_image_find, &m);
	} else if (strcmp(w[0], "spin") == 0) {
		PUT(image_find.ref, 2);
		spin(atoi(w[1]), &m);
	} else if (strcmp(w[0], "list") == 0)
		ask_show(MSG_image_list, &m);
	else if (strcmp(w[0], "remove") == 0) {
		PUT(image_remove.ref, 1);
		m.image_remove.force = n > 2 && strcmp(w[2], "1") == 0;
		ask_show(MSG_image_remove, &m);
	} else if (strcmp(w[0], "rwmake") == 0) {
		PUT(rw_make.id, 1);
		PUT(rw_make.image, 2);
		ask_show(MSG_rw_make, &m);
	} else if (strcmp(w[0], "rwlist") == 0) {
		PUT(rw_list.id, 1);
		PUT(rw_list.image, 2);
		if (n > 3)
			PUT(rw_list.name, 3);
		m.rw_list.given = n > 4;
		ask_show(MSG_rw_list, &m);
	} else if (strcmp(w[0], "rwremove") == 0) {
		PUT(rw_remove.id, 1);
		ask_show(MSG_rw_remove, &m);
	} else if (strcmp(w[0], "chain") == 0) {
		PUT(layer_find.chain_id, 1);
		ask_show(MSG_layer_find, &m);
	} else if (strcmp(w[0], "stage") == 0) {
		PUT(layer_stage.parent, 1);
		fd = ask(MSG_layer_stage, &m, NULL, 0, text, sizeof(text));
		if (fd != -1)
			printf("%s\n", text);
	} else if (strcmp(w[0], "abort") == 0) {
		PUT(layer_abort.token, 1);
		ask_show(MSG_layer_abort, &m);
	} else if (strcmp(w[0], "tidy") == 0)
		ask_show(MSG_store_tidy, &m);
	else if (strcmp(w[0], "layer") == 0 && n == 4)
		layer(w[1], w[2], w[3]);
	else if (strcmp(w[0], "commit") == 0 && n >= 4)
		commit(w, n);
	else if (strcmp(w[0], "rss") == 0)
		rss();
	else if (strcmp(w[0], "sleep") == 0)
		sleep((unsigned int)atoi(w[1]));
	else
		errx(2, "unknown command %s", w[0]);
	fflush(stdout);
}

/* One id, which the store maps by itself, or many, which newuidmap does. */
static void
enter_userns(int single)
{
	union msg	 m;
	char		 cmd[256];
	int		 ns;

	memset(&m, 0, sizeof(m));
	m.userns_make.single = (uint32_t)single;
	ns = ask(MSG_userns_make, &m, NULL, 0, NULL, 0);
	if (ns != -1)
		close(ns);
	if (!single) {
		snprintf(cmd, sizeof(cmd), "newuidmap %d 0 %u 1 1 100000 65536"
		    " && newgidmap %d 0 %u 1 1 100000 65536", (int)c.pid,
		    geteuid(), (int)c.pid, getegid());
		if (system(cmd) != 0)
			errx(1, "%s", cmd);
	}
	memset(&m, 0, sizeof(m));
	m.userns_ready.single = (uint32_t)single;
	if (!failed)
		(void)ask(MSG_userns_ready, &m, NULL, 0, NULL, 0);
}

static void
open_store(char **argv, int create)
{
	union msg	 m;
	int		 fds[2];

	memset(&m, 0, sizeof(m));
	snprintf(m.store_open.driver, sizeof(m.store_open.driver), "%s",
	    argv[2]);
	m.store_open.create = (uint32_t)create;
	for (int i = 0; i < 2; i++)
		if ((fds[i] = open(argv[3 + i], O_RDONLY | O_DIRECTORY |
		    O_CLOEXEC)) == -1)
			err(1, "%s", argv[3 + i]);
	(void)ask(MSG_store_open, &m, fds, 2, m.reply.text,
	    sizeof(m.reply.text));
	close(fds[0]);
	close(fds[1]);
}

static int
reach(void)
{
	union msg	 m;
	char		 said[64] = "-";

	memset(&m, 0, sizeof(m));
	m.ping.nonce = 7;
	(void)ask(MSG_ping, &m, NULL, 0, said, sizeof(said));
	failed |= *said != '\0' || spawn_stop(&c) != 0;
	printf("%s 1 - the store answers and ends\n1..1\n",
	    failed ? "not ok" : "ok");
	return (failed);
}

int
main(int argc, char **argv)
{
	struct spawn	 s = { .dir_fd = AT_FDCWD, .self = R_CTL,
			    .peer = R_STORE, .stderr_fd = -1, .chan_fd = -1 };
	int		 i, first, create = 0, ns = 0;

	if (argc < 2)
		errx(2, "which store?");
	s.file = argv[1];
	if (argc < 6 && geteuid() == 0)
		s.uid = s.gid = 65534;
	if (spawn_helper(&s, &c) == -1)
		err(1, "%s", argv[1]);
	if (argc < 6)
		return (reach());
	for (i = 5; i < argc && argv[i][0] == '-'; i++) {
		create |= argv[i][1] == 'c';
		if (argv[i][1] == 'n' || argv[i][1] == 'N')
			ns = argv[i][1] == 'n' ? 1 : 2;
	}
	open_store(argv, create);
	if (ns != 0 && !failed)
		enter_userns(ns == 1);
	for (first = i; i <= argc && !failed; i++)
		if (i == argc || strcmp(argv[i], ",") == 0) {
			command(argv + first, i - first);
			first = i + 1;
		}
	i = spawn_stop(&c);
	if (i != 0)
		printf("store ended with %d\n", i);
	return (failed || i != 0);
}
