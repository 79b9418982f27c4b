/*
 * Copies of a state that are restored with a torn journal: no more is lost than
 * the torn part, and the same from every copy.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "nitems.h"
#include "state.h"

#define SOME	10

static const char	*program, *durable, *run;
static struct peer	 p;

static int
open_in(const char *dir, const char *boot)
{
	return (state_open(&p, program, dir, run, boot, "/g") == 0 ? 0 : -1);
}

static void
make(int n)
{
	char	 name[16];

	durable = new_dir("/tmp");
	CHECK(open_in(durable, BOOT) == 0);
	for (int i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "c%d", i);
		CHECK(ctr_create(&p, id_of(i), name, false, false) == 0);
	}
	CHECK(peer_end(&p) == 0);
}

/* A command for two directories, $A and $B. */
static void
shell(const char *command, const char *a, const char *b)
{
	if (setenv("A", a, 1) == -1 || setenv("B", b, 1) == -1 ||
	    system(command) != 0)
		errx(1, "%s", command);
}

static const char *
path_in(const char *dir, const char *name)
{
	static char	 path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return (path);
}

static off_t
size_of(const char *dir, const char *name)
{
	struct stat	 st;

	if (stat(path_in(dir, name), &st) == -1)
		err(1, "%s", name);
	return (st.st_size);
}

/* Tear so many bytes off the journal. */
static void
tear(const char *dir, off_t len)
{
	off_t	 size = size_of(dir, "state.journal");

	if (truncate(path_in(dir, "state.journal"), size > len ? size - len :
	    0) == -1)
		err(1, "truncate");
}

/* A copy with a journal that lacks so many bytes. */
static const char *
torn_copy(const char *copy, off_t len)
{
	const char	*dir = new_dir("/tmp");

	shell(copy, durable, dir);
	shell("chown --reference=$A $B/*", durable, dir);
	tear(dir, len);
	return (dir);
}

/* How many containers it has: the first ones, each whole. -1: others. */
static int
first_ones(const char *dir, const char *boot)
{
	char		 name[16];
	struct rec	*r;
	int		 n = 0, all;

	if (open_in(dir, boot) == -1) {
		printf("# %s\n", p.text);
		(void)peer_end(&p);
		return (-1);
	}
	all = ctr_count(&p);
	for (; n < all; n++) {
		(void)snprintf(name, sizeof(name), "c%d", n);
		r = ctr_get(&p, id_of(n));
		if (r == NULL || ctr_find(&p, name) != 0)
			all = -1;
		rec_free(r);
	}
	CHECK(peer_end(&p) == 0);
	return (all);
}

/* However it was copied, and in place, where the index is the same file. */
static void
same_from_all(off_t len, const char *boot, int want)
{
	static const char *const	 ways[] = {
		"cp -p $A/state.* $B/", "cp $A/state.* $B/",
		"cd $A && tar cf - state.* | tar -C $B -xf -",
	};
	const char	*dir;
	int		 n;

	for (size_t i = 0; i < NITEMS(ways); i++) {
		dir = torn_copy(ways[i], len);
		n = first_ones(dir, boot);
		if (n != want)
			printf("# %lld bytes, %s: %d\n", (long long)len,
			    ways[i], n);
		CHECK(n == want);
		/* And it stays so. */
		CHECK(first_ones(dir, boot) == want);
		remove_dir(dir);
	}
	tear(durable, len);
	CHECK(first_ones(durable, boot) == want);
}

/* The length of the journal with so many containers. */
static off_t	 ends[SOME + 1];

static void
find_ends(void)
{
	for (int n = 0; n <= SOME; n++) {
		make(n);
		ends[n] = n == 0 ? 0 : size_of(durable, "state.journal");
		remove_dir(durable);
	}
}

/* How many are whole in a journal of that length? */
static int
whole_in(off_t len)
{
	int	 n = 0;

	while (n < SOME && ends[n + 1] <= len)
		n++;
	return (n);
}

static void
test_torn(void)
{
	static const off_t	 torn[] = { 1, 100, 1000, 5000, 12345 };

	find_ends();
	for (size_t i = 0; i < NITEMS(torn); i++) {
		title = "S53: a copy with a torn journal and a whole index "
		    "loses nothing, however it was copied";
		make(SOME);
		same_from_all(torn[i], BOOT, SOME);
		remove_dir(durable);
		title = "S53: a copy that another boot finds loses the torn "
		    "part, however it was copied";
		make(SOME);
		same_from_all(torn[i], "next-boot",
		    whole_in(ends[SOME] - torn[i]));
		remove_dir(durable);
	}
}

/* As when a backup of one file is mixed with another of the others. */
static void
test_old_index(void)
{
	const char	*dir;

	title = "S53: an index of another time than the journal is not used";
	make(SOME);
	dir = new_dir("/tmp");
	shell("cp -p $A/state.kct $B/", durable, dir);
	CHECK(open_in(durable, BOOT) == 0);
	CHECK(ctr_remove(&p, id_of(9)) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, CREATED, NULL, NULL) == 0);
	CHECK(peer_end(&p) == 0);
	shell("cp -p $A/state.kct $B/", dir, durable);
	tear(durable, 1);
	CHECK(first_ones(durable, BOOT) == SOME - 1);
	remove_dir(dir);
	remove_dir(durable);
}

/* A journal that was written anew from the index. */
static void
test_compacted(void)
{
	const char	*dir;
	int		 many = 300, n;

	title = "S53: a torn journal that was written anew lacks one record";
	make(many);
	/* Of noise, so that it is written anew. */
	shell("head -c 1000 /dev/zero >$A/state.journal", durable, "");
	CHECK(first_ones(durable, BOOT) == many);
	CHECK(size_of(durable, "state.journal") > 400000);
	dir = torn_copy("cp $A/state.journal $B/", 10);
	CHECK(open_in(dir, "next-boot") == 0);
	n = ctr_count(&p);
	printf("# %d of %d\n", n, many);
	CHECK(n >= many - 1);
	CHECK(peer_end(&p) >= 0);
	remove_dir(dir);
	remove_dir(durable);
}

/* Zeros in the middle: those of this boot were no power cut. */
static void
test_hole(void)
{
	static const char	 zeros[512];
	const char		*dir;
	int			 fd;

	title = "S53: a hole in the journal of a copy loses what was there";
	make(SOME);
	dir = torn_copy("cp -p $A/state.[jl]* $B/", 0);
	fd = open(path_in(dir, "state.journal"), O_WRONLY | O_CLOEXEC);
	if (pwrite(fd, zeros, sizeof(zeros), ends[4]) != sizeof(zeros))
		err(1, "hole");
	close(fd);
	CHECK(open_in(dir, BOOT) == 0);
	CHECK(ctr_count(&p) == SOME - 1);
	CHECK(ctr_find(&p, "c4") == ENOENT);
	CHECK(ctr_find(&p, "c3") == 0 && ctr_find(&p, "c9") == 0);
	CHECK(peer_end(&p) == 0);
	remove_dir(dir);
	remove_dir(durable);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		errx(1, "usage: %s program", argv[0]);
	program = argv[1];
	run = new_dir("/tmp");
	test_torn();
	test_old_index();
	test_compacted();
	test_hole();
	remove_dir(run);
	return (finish());
}
