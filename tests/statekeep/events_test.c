/*
 * Events in a log: each transition has its events exactly once, whichever
 * process is killed.
 */
#include "place.h"

#define KILL_SECONDS	4
#ifdef SANITIZED
#define KILL_US		90000
#else
#define KILL_US		9000
#endif

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

int
main(int argc, char **argv)
{
	begin_tests(argc, argv);
	test_file();
	test_none();
	test_elsewhere();
	test_rotation();
	test_left_out();
	test_first();
	test_cut();
	test_kills();
	test_others();
	return (finish());
}
