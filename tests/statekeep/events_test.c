/*
 * Events and history: each transition has its events exactly once, whichever
 * process is killed; and the list at any moment can be computed.
 */
#include <sys/un.h>

#include <time.h>

#include "records.h"
#include "state.h"

#define SLOTS		12
#define KILL_SECONDS	4
#define MOMENTS		12
#ifdef SANITIZED
#define KILL_US		90000
#else
#define KILL_US		9000
#endif
#define LOG		"events/events.log"

static const char	*program;

/* Where one case works. */
struct place {
	const char	*durable;
	const char	*run;
	uint32_t	 backend;
	uint64_t	 max;
	const char	*dir;		/* of event_to, or NULL */
	int		 sock;		/* of event_to, or -1 */
};

static struct place
new_place(void)
{
	return ((struct place){ .durable = new_dir("/tmp"),
	    .run = new_dir("/tmp"), .backend = EVENTS_FILE, .sock = -1 });
}

static void
drop_place(const struct place *w)
{
	remove_dir(w->durable);
	remove_dir(w->run);
}

static uint32_t
send_event_to(struct peer *p, uint32_t backend, int fd)
{
	union msg	 m = { .event_to = { .backend = backend } };

	return (peer_ask(p, MSG_event_to, &m, &fd, 1));
}

static uint32_t
open_place(struct peer *p, const struct place *w)
{
	union msg	 m;
	int		 fds[3], dir;
	uint32_t	 rc;

	memset(&m, 0, sizeof(m));
	peer_start(p, program, R_STATE);
	if (w->dir != NULL) {
		dir = open(w->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		rc = send_event_to(p, EVENTS_FILE, dir);
		close(dir);
		if (rc != 0)
			return (rc);
	}
	if (w->sock != -1 && (rc = send_event_to(p, EVENTS_JOURNALD,
	    w->sock)) != 0)
		return (rc);
	fds[0] = open(w->durable, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[1] = open(w->run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[2] = rec_fd(some_settings("/g"));
	(void)snprintf(m.state_open.boot_id, sizeof(m.state_open.boot_id),
	    "%s", BOOT);
	m.state_open.uid = 4711;
	(void)snprintf(m.state_open.command, sizeof(m.state_open.command),
	    "test --now");
	m.state_open.events = w->backend;
	m.state_open.events_max = w->max;
	if (w->dir != NULL)
		(void)snprintf(m.state_open.events_file,
		    sizeof(m.state_open.events_file), "mine.log");
	rc = peer_ask(p, MSG_state_open, &m, fds, 3);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	return (rc);
}

/* A whole small file, with a NUL; "" when it is not there. To be freed. */
static char *
slurp(const char *dir, const char *name)
{
	char	 path[256], *text = NULL;
	size_t	 size;
	FILE	*out = open_memstream(&text, &size), *f;
	int	 c;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((f = fopen(path, "r")) != NULL) {
		while ((c = getc(f)) != EOF)
			(void)putc(c, out);
		(void)fclose(f);
	}
	(void)fclose(out);
	return (text);
}

/* How often does a piece of text stand in a text? */
static unsigned int
times(const char *text, const char *piece)
{
	unsigned int	 n = 0;

	for (; (text = strstr(text, piece)) != NULL; text++)
		n++;
	return (n);
}

/* A piece of a log as "create start ...": the statuses, in order. */
static const char *
statuses(const char *text)
{
	static char	 out[4096];
	size_t		 n = 0;

	out[0] = '\0';
	while ((text = strstr(text, "\"Status\":\"")) != NULL) {
		text += 10;
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%.*s",
		    n == 0 ? "" : " ", (int)strcspn(text, "\""), text);
	}
	return (out);
}

static int
same(const char *is, const char *should)
{
	if (strcmp(is, should) == 0)
		return (1);
	printf("# is:     %s\n# should: %s\n", is, should);
	return (0);
}

static void
test_file(void)
{
	struct place	 w = new_place();
	struct peer	 p;
	struct stat	 st;
	char		*text, path[256];

	title = "S69: a file has a line of JSON for each event";
	CHECK(open_place(&p, &w) == 0);
	CHECK(ctr_create(&p, id_of(1), "one", false, false) == 0);
	text = slurp(w.run, LOG);
	CHECK(same(statuses(text), ""));
	free(text);
	CHECK(ctr_set(&p, id_of(1), IN(CREATING), CREATED, NULL, NULL) == 0);
	CHECK(ctr_set(&p, id_of(1), IN(CREATED), STARTING, NULL, NULL) == 0);
	CHECK(ctr_set(&p, id_of(1), IN(STARTING), RUNNING, "event",
	    "attach") == 0);
	CHECK(ctr_set(&p, id_of(1), IN(RUNNING), PAUSED, NULL, NULL) == 0);
	CHECK(ctr_set(&p, id_of(1), IN(PAUSED), RUNNING, NULL, NULL) == 0);
	CHECK(ctr_set(&p, id_of(1), IN(RUNNING), EXITED, "exit", "3") == 0);
	CHECK(ctr_remove(&p, id_of(1)) == 0);
	CHECK(ctr_create(&p, id_of(2), "two", true, false) == 0);
	CHECK(ctr_set(&p, id_of(2), ANY, RUNNING, NULL, NULL) == 0);
	CHECK(ctr_remove(&p, id_of(2)) == 0);
	CHECK(peer_end(&p) == 0);
	text = slurp(w.run, LOG);
	CHECK(same(statuses(text), "create init start attach pause unpause "
	    "died cleanup remove create init start died remove"));
	CHECK(strncmp(text, "{\"ID\":\"", 7) == 0);
	CHECK(strstr(text, ",\"Image\":\"docker.io/library/busybox:latest\","
	    "\"Name\":\"one\",\"Status\":\"create\",\"Time\":\"20") != NULL);
	CHECK(strstr(text, "\"Type\":\"container\",\"Attributes\":{\"a\":\"b\","
	    "\"maintainer\":\"somebody@example.org\"},\"Seq\":1,\"Mark\":\"")
	    != NULL);
	CHECK(times(text, "{\"ContainerExitCode\":3,\"ID\"") == 1);
	CHECK(strstr(text, "\"Seq\":14,") != NULL);
	CHECK(times(text, "\"event\"") == 0);
	free(text);
	title = "S68: the directory of events is closed to others";
	(void)snprintf(path, sizeof(path), "%s/events", w.run);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0700);
	(void)snprintf(path, sizeof(path), "%s/" LOG, w.run);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
	drop_place(&w);
}

static void
test_none(void)
{
	struct place	 w = new_place();
	struct peer	 p;
	struct stat	 st;
	char		 path[256];

	title = "S69: none discards";
	w.backend = EVENTS_NONE;
	CHECK(open_place(&p, &w) == 0);
	CHECK(ctr_create(&p, id_of(1), "one", false, false) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, RUNNING, NULL, NULL) == 0);
	CHECK(peer_end(&p) == 0);
	(void)snprintf(path, sizeof(path), "%s/events", w.run);
	CHECK(stat(path, &st) == -1 && errno == ENOENT);
	drop_place(&w);
}

static void
test_elsewhere(void)
{
	struct place	 w = new_place();
	struct peer	 p;
	char		*text;
	int		 fd;

	title = "S69: a log elsewhere, in a directory that is given";
	w.dir = new_dir("/tmp");
	CHECK(open_place(&p, &w) == 0);
	CHECK(ctr_create(&p, id_of(1), "one", false, false) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, CREATED, NULL, NULL) == 0);
	CHECK(peer_end(&p) == 0);
	text = slurp(w.dir, "mine.log");
	CHECK(same(statuses(text), "create"));
	free(text);
	remove_dir(w.dir);
	title = "what is neither directory nor socket is refused";
	peer_start(&p, program, R_STATE);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	CHECK(send_event_to(&p, EVENTS_FILE, fd) == EINVAL);
	CHECK(send_event_to(&p, EVENTS_JOURNALD, fd) == EINVAL);
	close(fd);
	CHECK(peer_end(&p) == 0);
	drop_place(&w);
}

/* The numbers in the log have no gap; returns the last one, or -1. */
static long
last_seq(const char *text)
{
	long	 seq, last = -1;

	while ((text = strstr(text, "\"Seq\":")) != NULL) {
		text += 6;
		seq = strtol(text, NULL, 10);
		if (last != -1 && seq != last + 1) {
			printf("# %ld after %ld\n", seq, last);
			return (-1);
		}
		last = seq;
	}
	return (last);
}

static void
test_rotation(void)
{
	struct place	 w = new_place();
	struct peer	 p;
	struct stat	 st;
	char		*text, path[256];
	bool		 small = true;

	title = "S69: a log is rotated, its numbers go on";
	w.max = 20000;
	(void)snprintf(path, sizeof(path), "%s/" LOG, w.run);
	CHECK(open_place(&p, &w) == 0);
	for (unsigned int i = 0; i < 60; i++) {
		(void)ctr_create(&p, id_of(i), "", false, false);
		(void)ctr_set(&p, id_of(i), ANY, RUNNING, NULL, NULL);
		if (stat(path, &st) == -1 || st.st_size > 20000)
			small = false;
	}
	CHECK(peer_end(&p) == 0);
	CHECK(small);
	text = slurp(w.run, LOG);
	CHECK(strstr(text, "\"Status\":\"log-rotation\"") != NULL);
	CHECK(strstr(text, "/events/events.log\"") != NULL);
	/* 60 times three, and a few rotations. */
	CHECK(last_seq(text) > 180 && last_seq(text) < 200);
	CHECK(times(text, id_of(59)) == 3);
	free(text);
	drop_place(&w);
}

/* Cut the log behind its nth line. */
static void
cut_lines(const struct place *w, unsigned int n)
{
	char	*text = slurp(w->run, LOG), *at = text, path[256];

	while (n-- > 0 && at != NULL && (at = strchr(at, '\n')) != NULL)
		at++;
	(void)snprintf(path, sizeof(path), "%s/" LOG, w->run);
	if (at == NULL || truncate(path, at - text) == -1)
		err(1, "%s", path);
	free(text);
}

static void
test_left_out(void)
{
	struct place	 w = new_place();
	struct peer	 p;
	char		*text;

	title = "S69: what a killed process left out, the next one tells";
	CHECK(open_place(&p, &w) == 0);
	CHECK(ctr_create(&p, id_of(1), "one", false, false) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, CREATED, NULL, NULL) == 0);
	CHECK(ctr_create(&p, id_of(2), "two", true, false) == 0);
	CHECK(ctr_set(&p, id_of(2), ANY, RUNNING, NULL, NULL) == 0);
	CHECK(ctr_remove(&p, id_of(2)) == 0);
	CHECK(ctr_remove(&p, id_of(1)) == 0);
	CHECK(peer_end(&p) == 0);
	/* create; create init start; died remove; remove: as if killed here */
	cut_lines(&w, 4);
	CHECK(open_place(&p, &w) == 0);
	/* This one has to do with the per-boot database alone. */
	CHECK(ctr_create(&p, id_of(3), "three", true, false) == 0);
	CHECK(ctr_set(&p, id_of(3), ANY, RUNNING, NULL, NULL) == 0);
	text = slurp(w.run, LOG);
	CHECK(same(statuses(text), "create create init start died remove "
	    "create init start"));
	free(text);
	CHECK(ctr_create(&p, id_of(4), "four", false, false) == 0);
	CHECK(ctr_set(&p, id_of(4), ANY, CREATED, NULL, NULL) == 0);
	CHECK(peer_end(&p) == 0);
	text = slurp(w.run, LOG);
	CHECK(same(statuses(text), "create create init start died remove "
	    "create init start remove create"));
	/* The properties of a removed container are known too. */
	CHECK(times(text, "\"Image\":\"docker.io/library/busybox:latest\"")
	    == 11);
	CHECK(last_seq(text) == 11);
	free(text);
	drop_place(&w);
}

static void
make_created(const struct place *w, unsigned int n, const char *name,
    bool boot)
{
	struct peer	 p;

	CHECK(open_place(&p, w) == 0);
	CHECK(ctr_create(&p, id_of(n), name, boot, false) == 0);
	CHECK(ctr_set(&p, id_of(n), ANY, CREATED, NULL, NULL) == 0);
	CHECK(peer_end(&p) == 0);
}

/* A log that is not there yet cannot say how far it has got. */
static void
test_first(void)
{
	struct place	 w = new_place();
	char		*text, dir[256], path[256];

	title = "S69: the first events, too, are told though a kill came first";
	(void)snprintf(dir, sizeof(dir), "%s/events", w.run);
	(void)snprintf(path, sizeof(path), "%s/" LOG, w.run);
	/* While this is in the way, all end between commit and log. */
	if (close(creat(dir, 0600)) == -1)
		err(1, "%s", dir);
	make_created(&w, 1, "one", false);
	make_created(&w, 2, "two", true);
	make_created(&w, 3, "three", false);
	if (unlink(dir) == -1)
		err(1, "%s", dir);
	make_created(&w, 4, "four", true);
	text = slurp(w.run, LOG);
	CHECK(same(statuses(text), "create create"));
	free(text);
	make_created(&w, 5, "five", false);
	text = slurp(w.run, LOG);
	CHECK(same(statuses(text), "create create create create create"));
	for (unsigned int i = 1; i <= 5; i++)
		CHECK(times(text, id_of(i)) == 1);
	free(text);

	title = "S69: a log that somebody took away begins anew";
	/* That it was there is known since the commit after its first. */
	make_created(&w, 6, "six", true);
	make_created(&w, 7, "seven", false);
	if (unlink(path) == -1)
		err(1, "%s", path);
	make_created(&w, 8, "eight", true);
	make_created(&w, 9, "nine", false);
	text = slurp(w.run, LOG);
	CHECK(same(statuses(text), "create create"));
	CHECK(times(text, id_of(8)) == 1 && times(text, id_of(9)) == 1);
	free(text);
	drop_place(&w);
}

/* Cut anywhere, be it within a line or between two of one transition. */
static void
test_cut(void)
{
	struct place	 w = new_place();
	struct peer	 p;
	struct stat	 st;
	char		*text, path[256];
	unsigned int	 right = 0, cuts = 0;

	title = "S69: a write that a kill has cut is completed";
	(void)snprintf(path, sizeof(path), "%s/" LOG, w.run);
	for (unsigned int back = 1; back < 1300; back += 47, cuts++) {
		CHECK(open_place(&p, &w) == 0);
		(void)ctr_create(&p, id_of(1), "one", true, false);
		(void)ctr_set(&p, id_of(1), ANY, RUNNING, NULL, NULL);
		(void)ctr_remove(&p, id_of(1));
		(void)peer_end(&p);
		if (stat(path, &st) == -1 ||
		    truncate(path, st.st_size - back) == -1)
			err(1, "%s", path);
	}
	CHECK(open_place(&p, &w) == 0);
	(void)ctr_create(&p, id_of(2), "two", true, false);
	(void)ctr_set(&p, id_of(2), ANY, RUNNING, NULL, NULL);
	(void)peer_end(&p);
	text = slurp(w.run, LOG);
	CHECK(last_seq(text) == (long)(5 * cuts + 3));
	for (const char *at = text; (at = strstr(at, "\"Status\":\"create\""))
	    != NULL; at++)
		right += strncmp(statuses(at), "create init start died remove "
		    "create init start", 47) == 0;
	CHECK(right == cuts);
	free(text);
	drop_place(&w);
}

static struct rec *
history(struct peer *p, const char *ref)
{
	union msg	 m;

	memset(&m, 0, sizeof(m));
	(void)snprintf(m.history_get.ref, sizeof(m.history_get.ref), "%s",
	    ref);
	if (peer_ask(p, MSG_history_get, &m, NULL, 0) != 0)
		return (NULL);
	return (rec_from_fd(p->fd, RECORD(any), NULL));
}

static bool
step(struct peer *p, int *states)
{
	unsigned int	 n = (unsigned int)random() % SLOTS;
	bool		 gone = false;
	char		 name[16];
	uint32_t	 rc;

	(void)snprintf(name, sizeof(name), "k%u", n);
	if (states[n] == 0) {
		/*
		 * Each object stays in one database: events missing from one
		 * may be written after later ones of the other.
		 */
		rc = ctr_create(p, id_of(n), name, n % 2 == 0, false);
		gone = rc == UINT32_MAX;
		if (!gone)
			rc = ctr_set(p, id_of(n), ANY, RUNNING, NULL, NULL);
		states[n] = RUNNING;
	} else if (states[n] == RUNNING && random() % 2 == 0) {
		rc = ctr_set(p, id_of(n), ANY, EXITED, NULL, NULL);
		states[n] = EXITED;
	} else {
		rc = ctr_set(p, id_of(n), ANY, EXITED, NULL, NULL);
		gone = rc == UINT32_MAX;
		if (!gone)
			rc = ctr_remove(p, id_of(n));
		states[n] = 0;
	}
	return (!gone && rc != UINT32_MAX);
}

/* All that a log says of one container, in order. */
static void
told_of(const char *log, const char *id, char *out, size_t size)
{
	const char	*line = log, *end, *s;
	size_t		 n = 0;

	*out = '\0';
	for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		s = strstr(line, id);
		if (s == NULL || s > end)
			continue;
		s = strstr(line, "\"Status\":\"") + 10;
		n += (size_t)snprintf(out + n, size - n, "%.*s ",
		    (int)strcspn(s, "\""), s);
	}
}

/* What the history says should have been told of it. */
static void
entered_of(struct peer *p, const char *id, char *out, size_t size)
{
	struct rec	*all = history(p, id), *e;
	const char	*ev;
	size_t		 it = 0, at, n = 0;

	*out = '\0';
	while (all != NULL && (e = rec_sub(all, KEY(entry), &it)) != NULL) {
		for (at = 0; rec_next(e, KEY(ev), &at, &ev);)
			n += (size_t)snprintf(out + n, size - n, "%s ", ev);
		rec_free(e);
	}
	rec_free(all);
}

static void
test_kills(void)
{
	static char	 told[1 << 20], entered[1 << 20];
	struct place	 w = new_place();
	struct peer	 p;
	time_t		 end = time(NULL) + KILL_SECONDS;
	int		 states[SLOTS] = { 0 };
	unsigned int	 kills = 0, wrong = 0;
	pid_t		 killer;
	char		*text;

	title = "S69: killed at any instant, nothing is told twice or never";
	while (time(NULL) < end) {
		if (open_place(&p, &w) != 0) {
			wrong++;
			(void)peer_end(&p);
			break;
		}
		(void)random();
		if ((killer = fork()) == 0) {
			usleep((useconds_t)(random() % KILL_US));
			(void)kill(p.pid, SIGKILL);
			_exit(0);
		}
		while (step(&p, states))
			;
		(void)waitpid(killer, NULL, 0);
		kills++;
		(void)peer_end(&p);
	}
	/* One more of each kind, so that nothing is left to be told. */
	CHECK(open_place(&p, &w) == 0);
	CHECK(ctr_create(&p, id_of(90), "end", false, false) == 0);
	CHECK(ctr_set(&p, id_of(90), ANY, CREATED, NULL, NULL) == 0);
	text = slurp(w.run, LOG);
	for (unsigned int i = 0; i < SLOTS; i++) {
		told_of(text, id_of(i), told, sizeof(told));
		entered_of(&p, id_of(i), entered, sizeof(entered));
		if (strcmp(told, entered) != 0) {
			printf("# k%u\n# told:  %s\n# entered: %s\n", i,
			    told, entered);
			wrong++;
		}
	}
	CHECK(peer_end(&p) == 0);
	printf("# %u kills, %ld events\n", kills, last_seq(text));
	CHECK(last_seq(text) > 100);
	CHECK(kills > 20);
	CHECK(wrong == 0);
	free(text);
	drop_place(&w);
}

/* --- a journal --- */

static int
journal_at(struct sockaddr_un *a, const char *dir)
{
	int	 fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    0);

	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	(void)snprintf(a->sun_path, sizeof(a->sun_path), "%s/socket", dir);
	if (fd == -1 || bind(fd, (struct sockaddr *)a, sizeof(*a)) == -1)
		err(1, "%s", a->sun_path);
	return (fd);
}

static const char *
datagram(int fd)
{
	static char	 buf[8192];
	ssize_t		 n = recv(fd, buf, sizeof(buf) - 1, 0);

	buf[n < 0 ? 0 : n] = '\0';
	return (buf);
}

static void
test_journal(void)
{
	struct place		 w = new_place();
	struct peer		 p;
	struct sockaddr_un	 a;
	int			 fd = journal_at(&a, w.run);
	const char		*text;
	char			 path[256];

	title = "S69: journald has podman's fields";
	w.backend = EVENTS_JOURNALD;
	w.sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK(connect(w.sock, (struct sockaddr *)&a, sizeof(a)) == 0);
	CHECK(open_place(&p, &w) == 0);
	CHECK(ctr_create(&p, id_of(1), "one", false, false) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, CREATED, NULL, NULL) == 0);
	text = datagram(fd);
	CHECK(strstr(text, "PODMAN_EVENT=create\n") != NULL);
	CHECK(strstr(text, "PODMAN_TYPE=container\n") != NULL);
	CHECK(strstr(text, "PODMAN_NAME=one\n") != NULL);
	CHECK(strstr(text, "PODMAN_TIME=20") != NULL);
	CHECK(strstr(text, id_of(1)) != NULL);
	CHECK(strstr(text, "PODMAN_IMAGE=docker.io/library/busybox:latest\n")
	    != NULL);
	CHECK(strstr(text, "PODMAN_LABELS={\"a\":\"b\",\"maintainer\":"
	    "\"somebody@example.org\"}\n") != NULL);
	CHECK(strstr(text, "PRIORITY=6\n") != NULL);
	CHECK(strstr(text, "SYSLOG_IDENTIFIER=bulkhead\n") != NULL);
	CHECK(strstr(text, "BULKHEAD_SEQ=1\n") != NULL);
	CHECK(strstr(text, " +0000 UTC container create ") != NULL);
	CHECK(strstr(text, "PODMAN_EXIT_CODE") == NULL);
	CHECK(ctr_set(&p, id_of(1), ANY, RUNNING, NULL, NULL) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, EXITED, "exit", "7") == 0);
	CHECK(strstr(datagram(fd), "PODMAN_EVENT=init\n") != NULL);
	CHECK(strstr(datagram(fd), "PODMAN_EVENT=start\n") != NULL);
	CHECK(strstr(datagram(fd), "PODMAN_EXIT_CODE=7\n") != NULL);
	CHECK(strstr(datagram(fd), "PODMAN_EVENT=cleanup\n") != NULL);
	CHECK(*datagram(fd) == '\0');
	CHECK(peer_end(&p) == 0);
	/* Killed before it could say what was sent: again, with its number. */
	(void)snprintf(path, sizeof(path), "%s/events.sent", w.run);
	CHECK(truncate(path, 0) == 0);
	CHECK(open_place(&p, &w) == 0);
	CHECK(ctr_remove(&p, id_of(1)) == 0);
	CHECK(strstr(datagram(fd), "PODMAN_EVENT=remove\n") != NULL);
	title = "S69: a journal that does not read loses nothing";
	close(fd);
	CHECK(ctr_create(&p, id_of(2), "two", false, false) == 0);
	CHECK(ctr_set(&p, id_of(2), ANY, CREATED, NULL, NULL) == 0);
	CHECK(peer_end(&p) == 0);
	(void)unlink(a.sun_path);
	fd = journal_at(&a, w.run);
	close(w.sock);
	w.sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK(connect(w.sock, (struct sockaddr *)&a, sizeof(a)) == 0);
	CHECK(open_place(&p, &w) == 0);
	CHECK(ctr_remove(&p, id_of(2)) == 0);
	CHECK(strstr(datagram(fd), "PODMAN_EVENT=create\n") != NULL);
	CHECK(strstr(datagram(fd), "PODMAN_EVENT=remove\n") != NULL);
	CHECK(*datagram(fd) == '\0');
	CHECK(peer_end(&p) == 0);
	close(fd);
	close(w.sock);
	drop_place(&w);
}

static void
test_others(void)
{
	struct place	 w = new_place();
	struct peer	 p;
	struct rec	*r, *e;
	union msg	 m;
	char		*text;
	int		 fd;

	title = "S70: events that others caused";
	memset(&m, 0, sizeof(m));
	CHECK(open_place(&p, &w) == 0);
	CHECK(ctr_create(&p, id_of(1), "one", false, false) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, CREATED, NULL, NULL) == 0);
	r = rec_new();
	e = rec_new();
	(void)rec_add(e, KEY(type), "system");
	(void)rec_add(e, KEY(status), "renumber");
	(void)rec_add_rec(r, KEY(event), e);
	rec_free(e);
	e = rec_new();
	(void)rec_add(e, KEY(type), "container");
	(void)rec_add(e, KEY(status), "kill");
	(void)rec_add(e, KEY(id), id_of(1));
	(void)rec_add_rec(r, KEY(event), e);
	rec_free(e);
	fd = rec_fd(r);
	CHECK(peer_ask(&p, MSG_event_add, &m, &fd, 1) == 0);
	close(fd);
	r = rec_new();
	e = rec_new();
	(void)rec_add(e, KEY(type), "image");
	(void)rec_add_rec(r, KEY(event), e);
	rec_free(e);
	fd = rec_fd(r);
	CHECK(peer_ask(&p, MSG_event_add, &m, &fd, 1) == EINVAL);
	close(fd);
	CHECK(peer_end(&p) == 0);
	text = slurp(w.run, LOG);
	CHECK(same(statuses(text), "create renumber kill"));
	CHECK(strstr(text, "{\"Status\":\"renumber\"") != NULL);
	CHECK(strstr(text, "\"Name\":\"one\",\"Status\":\"kill\"") != NULL);
	free(text);
	drop_place(&w);
}

/* --- history --- */

static int64_t
now_ns(void)
{
	struct timespec	 ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (ts.tv_sec * 1000000000L + ts.tv_nsec);
}

static int
by_text(const void *a, const void *b)
{
	return (strcmp(*(char *const *)a, *(char *const *)b));
}

/* A list as text that does not depend on any order. To be freed. */
static char *
canonical(const struct rec *list)
{
	static char	*lines[100000];
	struct rec	*row;
	struct rec_item	 item;
	char		*out = NULL;
	size_t		 it = 0, at, n = 0, size;
	FILE		*f;

	while (list != NULL && (row = rec_sub(list, KEY(ctr), &it)) != NULL) {
		for (at = 0; rec_num(row, KEY(state), 0) != CREATING &&
		    rec_walk(row, &at, &item);)
			if (asprintf(&lines[n++], "%s %s=%s", rec_str(row,
			    KEY(id), ""), item.key, item.text) == -1)
				err(1, "memory");
		rec_free(row);
	}
	qsort(lines, n, sizeof(lines[0]), by_text);
	f = open_memstream(&out, &size);
	for (size_t i = 0; i < n; i++) {
		(void)fprintf(f, "%s\n", lines[i]);
		free(lines[i]);
	}
	(void)fclose(f);
	return (out);
}

static uint32_t
ask_list_at(struct peer *p, int64_t when)
{
	union msg	 m;

	memset(&m, 0, sizeof(m));
	m.ctr_list_at.when = (uint64_t)when;
	return (peer_ask(p, MSG_ctr_list_at, &m, NULL, 0));
}

static char *
list_at(struct peer *p, int64_t when)
{
	struct rec	*list = ask_list_at(p, when) == 0 ?
			    rec_from_fd(p->fd, RECORD(any), NULL) : NULL;
	char		*text = canonical(list);

	rec_free(list);
	return (text);
}

static void
random_life(struct peer *p, int *states)
{
	unsigned int	 n = (unsigned int)random() % SLOTS;
	char		 name[16];

	(void)snprintf(name, sizeof(name), "k%u", n);
	switch (states[n]) {
	case 0:
		(void)ctr_create(p, id_of(n), name, n % 3 == 0, false);
		(void)ctr_set(p, id_of(n), ANY, CREATED, "exit", "0");
		states[n] = CREATED;
		break;
	case CREATED:
	case EXITED:
		if (random() % 4 == 0) {
			(void)ctr_remove(p, id_of(n));
			states[n] = 0;
			break;
		}
		(void)ctr_set(p, id_of(n), ANY, STARTING, NULL, NULL);
		(void)ctr_set(p, id_of(n), ANY, RUNNING, "pid", "4242");
		states[n] = RUNNING;
		break;
	default:
		(void)ctr_set(p, id_of(n), ANY, EXITED, "exit", "1");
		(void)ctr_set(p, id_of(n), ANY, 0, "error", "a word");
		states[n] = EXITED;
	}
}

static void
show_difference(int moment, const char *then, const char *now)
{
	while (*then != '\0' && *then == *now) {
		then++;
		now++;
	}
	printf("# moment %d: %.200s\n# is now: %.200s\n", moment, then, now);
}

static void
test_replay(void)
{
	struct place	 w = new_place();
	struct peer	 p;
	struct rec	*list;
	int		 states[SLOTS] = { 0 };
	int64_t		 when[MOMENTS];
	char		*then[MOMENTS], *text;
	unsigned int	 equal = 0;

	title = "D17: the list at T is the list that was there at T";
	CHECK(open_place(&p, &w) == 0);
	for (int i = 0; i < MOMENTS; i++) {
		for (int j = 0; j < 10; j++)
			random_life(&p, states);
		list = ctr_list(&p);
		when[i] = now_ns();
		then[i] = canonical(list);
		rec_free(list);
		if (i == MOMENTS / 2) {		/* by another process */
			(void)peer_end(&p);
			CHECK(open_place(&p, &w) == 0);
		}
	}
	for (int i = 0; i < MOMENTS; i++) {
		text = list_at(&p, when[i]);
		if (strcmp(text, then[i]) == 0 && *text != '\0')
			equal++;
		else
			show_difference(i, then[i], text);
		free(text);
		free(then[i]);
	}
	CHECK(equal == MOMENTS);
	text = list_at(&p, when[0] - 3600 * 1000000000L);
	CHECK(*text == '\0');
	free(text);
	CHECK(peer_end(&p) == 0);
	drop_place(&w);
}

static void
test_who(void)
{
	struct place	 w = new_place();
	struct peer	 p;
	struct rec	*all, *e;
	size_t		 it = 0;

	title = "D17: who did what, when, and why";
	CHECK(open_place(&p, &w) == 0);
	CHECK(ctr_create(&p, id_of(1), "one", true, false) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, RUNNING, NULL, NULL) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, EXITED, "error", "no room") == 0);
	CHECK(ctr_remove(&p, id_of(1)) == 0);
	CHECK(ctr_find(&p, "one") == ENOENT);
	all = history(&p, "one");
	CHECK(all != NULL && rec_count(all, KEY(entry)) == 3);
	rec_free(rec_sub(all, KEY(entry), &it));
	e = rec_sub(all, KEY(entry), &it);
	CHECK(rec_num(e, KEY(uid), 0) == 4711);
	CHECK(same(rec_str(e, KEY(cmd), ""), "test --now"));
	CHECK(same(rec_str(e, KEY(why), ""), "no room"));
	CHECK(rec_num(e, KEY(from), 0) == RUNNING);
	CHECK(rec_num(e, KEY(to), 0) == EXITED);
	CHECK(rec_num(e, KEY(t), 0) > now_ns() - 60 * 1000000000L);
	rec_free(e);
	rec_free(all);
	all = history(&p, "nobody");
	CHECK(all != NULL && rec_count(all, KEY(entry)) == 0);
	rec_free(all);
	CHECK(peer_end(&p) == 0);
	drop_place(&w);
}

static void
test_cap(void)
{
	struct place	 w = new_place();
	struct peer	 p;
	struct rec	*all, *e;
	int64_t		 began = now_ns(), t;
	size_t		 it = 0, n;
	bool		 more = true;
	char		 why[1200];

	title = "D17: the history is bounded, the oldest entries go";
	w.backend = EVENTS_NONE;
	memset(why, 'y', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	CHECK(open_place(&p, &w) == 0);
	CHECK(ctr_create(&p, id_of(1), "one", true, false) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, RUNNING, NULL, NULL) == 0);
	for (int i = 0; more && i < 3000; i++) {
		why[0] = (char)('a' + i % 20);
		more = ctr_set(&p, id_of(1), ANY, 0, "error", why) == 0;
	}
	CHECK(more);
	all = history(&p, "");
	n = rec_count(all, KEY(entry));
	printf("# %zu entries are kept\n", n);
	CHECK(n > 1000 && n < 2500);
	e = rec_sub(all, KEY(entry), &it);
	t = rec_num(e, KEY(t), 0);
	rec_free(e);
	rec_free(all);
	CHECK(ask_list_at(&p, began) == ERANGE);
	CHECK(strstr(p.text, "begins at") != NULL);
	CHECK(ask_list_at(&p, t) == 0);
	CHECK(peer_end(&p) == 0);
	drop_place(&w);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		errx(1, "usage: %s program", argv[0]);
	(void)signal(SIGPIPE, SIG_IGN);
	program = argv[1];
	srandom((unsigned int)getpid());
	test_file();
	test_none();
	test_elsewhere();
	test_rotation();
	test_left_out();
	test_first();
	test_cut();
	test_kills();
	test_journal();
	test_others();
	test_replay();
	test_who();
	test_cap();
	return (finish());
}
