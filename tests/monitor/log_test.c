/* monitor's log: its limit, its rotation, and a disk that is full. */
#include "records.h"
#include "rig.h"

#include <sys/resource.h>

#include <sysexits.h>

#define LIMIT	(1u << 20)

static size_t
size_of(struct rig *r, const char *name)
{
	struct stat	 st;

	return (fstatat(r->run, name, &st, 0) == -1 ? 0 : (size_t)st.st_size);
}

/* The output that a log stands for, appended to `out`. False: no records. */
static bool
text_of(const char *log, char *out)
{
	size_t		 len;
	const char	*nl;

	out += strlen(out);
	for (; (nl = strchr(log, '\n')) != NULL; log = nl + 1) {
		if (nl - log < 45 || strncmp(log + 35, " stdout ", 8) != 0)
			return (false);
		len = (size_t)(nl - log) - 45 + (log[43] == 'F');
		memcpy(out, log + 45, len);
		out += len;
	}
	*out = '\0';
	return (*log == '\0');
}

/* Numbers, a line each, that follow one another up to the last? */
static bool
counts_to(const char *text, unsigned long last)
{
	unsigned long	 n = 0, want = 0;
	char		*end;

	if ((text = strchr(text, '\n')) == NULL)	/* cut by rotation */
		return (false);
	for (text++; *text != '\0'; text = end + 1) {
		n = strtoul(text, &end, 10);
		if (*end != '\n' || (want != 0 && n != want))
			return (false);
		want = n + 1;
	}
	return (n == last);
}

/* The two files stay within the limit, and hold the newest lines. */
static void
test_rotation(void)
{
	struct rig	 r;
	struct opts	 o = { .log = true, .log_old = true,
			    .log_max = LIMIT };
	char		*log, *old, *text = calloc(2, LIMIT);
	size_t		 len, old_len;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "seq 1 60000") == 0);
	CHECK(rig_wait(&r.mon) == 0);
	log = rig_file(&r, "log", &len);
	old = rig_file(&r, "log.old", &old_len);
	CHECK(len > 0 && len <= LIMIT);
	CHECK(old_len > LIMIT - 20000 && old_len <= LIMIT);
	CHECK(text_of(old, text) && text_of(log, text));
	CHECK(counts_to(text, 60000));
	/* By this a reader tells an unfinished copy from a generation. */
	CHECK(memcmp(log, old, 35) != 0);
	free(log);
	free(old);
	free(text);
	CHECK(rig_end(&r) == EX_OK);
}

/* Many short records of one read, through a limit smaller than they need. */
static void
test_small_limit(void)
{
	struct rig	 r;
	struct opts	 o = { .log = true, .log_old = true,
			    .log_max = 8192 };
	char		*log, *old;
	size_t		 len, old_len;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "yes '' | head -c 100000") == 0);
	CHECK(rig_wait(&r.mon) == 0);
	log = rig_file(&r, "log", &len);
	old = rig_file(&r, "log.old", &old_len);
	CHECK(len > 0 && len <= 8192 && old_len > 4096 && old_len <= 8192);
	CHECK(memcmp(log, old, 35) != 0);
	free(log);
	free(old);
	CHECK(rig_end(&r) == EX_OK);
}

/* A log from before there was a limit: its end is kept, not all of it. */
static void
test_too_large(void)
{
	struct rig	 r;
	struct opts	 o = { .log = true, .log_old = true,
			    .log_max = 65536 };
	char		 line[1024], *log;
	size_t		 len;
	int		 fd, wrote = 0;

	rig_monitor(&r);
	fd = openat(r.run, "log", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (int i = 0; i < 1024; i++)
		wrote += write(fd, line, sizeof(line)) == sizeof(line);
	CHECK(wrote == 1024);
	close(fd);
	CHECK(rig_start(&r, &o, "echo new") == 0);
	CHECK(rig_wait(&r.mon) == 0);
	log = rig_file(&r, "log", &len);
	CHECK(len < 100 && strstr(log, " stdout F new\n") != NULL);
	CHECK(size_of(&r, "log.old") == 65536);
	free(log);
	CHECK(rig_end(&r) == EX_OK);
}

/* Without a file for the old part the limit holds all the same. */
static void
test_no_old(void)
{
	struct rig	 r;
	struct opts	 o = { .log = true, .log_max = LIMIT };
	int		 fd;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "seq 1 60000") == 0);
	CHECK(rig_wait(&r.mon) == 0);
	CHECK(size_of(&r, "log") > 0 && size_of(&r, "log") <= LIMIT);
	CHECK(rig_end(&r) == EX_OK);

	/* Not one that is read only, or would be appended to. */
	rig_monitor(&r);
	CHECK(ask_on(&r.mon, MSG_mon_open, &(union msg){ .mon_open = { .id =
	    "x" } }, &r.run, 1, NULL) == 0);
	fd = openat(r.run, "old", O_RDWR | O_CREAT | O_APPEND, 0600);
	CHECK(ask_on(&r.mon, MSG_mon_log_old, &(union msg){ 0 }, &fd, 1,
	    NULL) == EINVAL);
	close(fd);
	CHECK(ask_on(&r.mon, MSG_mon_log_old, &(union msg){ 0 }, &r.run, 1,
	    NULL) == EINVAL);
	CHECK(rig_end(&r) == EX_OK);
}

/*
 * The files as a reader uses them: an old file with the same time stamp is a
 * copy.
 */
static bool
is_readable(struct rig *r)
{
	char	*log = rig_file(r, "log", NULL), *nl;
	char	*old = rig_file(r, "log.old", NULL);
	char	*text = calloc(1, 300000), *line;
	bool	 good;

	/* The last write may have been cut off. */
	if ((nl = strrchr(log, '\n')) != NULL)
		nl[1] = '\0';
	else
		*log = '\0';
	if (strncmp(log, old, 35) == 0 || strchr(old, '\n') == NULL)
		*old = '\0';
	good = text_of(old, text) && text_of(log, text);
	if (good && (line = strrchr(text, '\n')) != NULL) {
		line[1] = '\0';
		while (line > text && line[-1] != '\n')
			line--;
		good = counts_to(text, strtoul(line, NULL, 10));
	}
	if (!good)
		printf("# log %zu, old %zu\n", strlen(log), strlen(old));
	free(log);
	free(old);
	free(text);
	return (good);
}

/* A monitor that is killed at any moment leaves a log that can be read. */
static void
test_killed(void)
{
	struct rig	 r;
	struct opts	 o = { .log = true, .log_old = true,
			    .log_max = 100000 };
	int		 bad = 0, rotated = 0;

	for (int i = 0; i < 40; i++) {
		rig_monitor(&r);
		if (rig_start(&r, &o, "sleep 0.01; seq 1 600000") != 0)
			bad++;
		(void)usleep(12000 + (unsigned int)i * 2000);
		(void)kill(r.child.pid, SIGKILL);
		(void)rig_end(&r);
		r.run = open(r.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		bad += !is_readable(&r);
		rotated += size_of(&r, "log.old") > 0;
		close(r.run);
	}
	CHECK(bad == 0);
	CHECK(rotated > 5);
}

static void
may_grow_to(pid_t pid, rlim_t size)
{
	struct rlimit	 rl = { size, RLIM_INFINITY };

	CHECK(prlimit(pid, RLIMIT_FSIZE, &rl, NULL) == 0);
}

static int64_t
lost_bytes(struct rig *r)
{
	size_t		 len;
	char		*data = rig_file(r, "lost", &len);
	struct rec	*rec = rec_decode(data, len, RECORD(any), NULL);
	int64_t		 n = rec == NULL ? 0 : rec_num(rec, KEY(bytes), 0);

	rec_free(rec);
	free(data);
	return (n);
}

/*
 * The disk is full (here: files may not grow). The container goes on, the
 * monitor counts, and says so in the log when there is room again.
 */
static void
test_full(void)
{
	struct rig	 r;
	struct opts	 o = { .log = true, .log_old = true,
			    .log_max = LIMIT, .stdin_open = true };
	char		*log, *notice;
	int64_t		 lost;
	size_t		 len;
	int		 at;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "read x; yes 0123456789 | head -c 220000; "
	    "read x; echo again; exit 4") == 0);
	may_grow_to(r.child.pid, 5000);
	at = rig_attach(&r.mon, false, true);
	CHECK(send(at, "\0\n", 2, 0) == 2);
	close(at);
	for (int i = 0; i < 100 && lost_bytes(&r) < 100000; i++)
		usleep(50000);
	lost = lost_bytes(&r);
	CHECK(lost > 100000 && lost < 220000);
	CHECK(size_of(&r, "log") <= 5000);
	may_grow_to(r.child.pid, RLIM_INFINITY);
	at = rig_attach(&r.mon, false, true);
	CHECK(send(at, "\0\n", 2, 0) == 2);
	CHECK(rig_wait(&r.mon) == W_EXITCODE(4, 0));
	close(at);
	log = rig_file(&r, "log", &len);
	notice = strstr(log, " stderr F bulkhead: the log could not be ");
	CHECK(notice != NULL && notice[-36] == '\n' &&
	    strstr(notice + 20, "bulkhead:") == NULL);
	CHECK(notice != NULL && strtoll(strpbrk(notice, "123456789"), NULL,
	    10) == lost_bytes(&r));
	CHECK(notice != NULL && strstr(notice, " stdout F again\n") != NULL);
	CHECK(lost_bytes(&r) >= lost && lost_bytes(&r) < 220000);
	free(log);
	CHECK(rig_end(&r) == EX_OK);
}

int
main(int argc, char **argv)
{
	if (strcmp(strrchr(argv[0], '/') == NULL ? argv[0] :
	    strrchr(argv[0], '/') + 1, "launch") == 0)
		return (fake_launch());
	if (argc < 2)
		errx(1, "which monitor?");
	rig_tree(argv[1]);
	test_rotation();
	test_small_limit();
	test_too_large();
	test_no_old();
	test_killed();
	test_full();
	return (finish());
}
