/*
 * History: the list at any moment can be computed, and who changed what.
 */
#include "place.h"

#define MOMENTS		12

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
	begin_tests(argc, argv);
	test_replay();
	test_who();
	test_cap();
	return (finish());
}
