/*
 * Makes ../../tests/statekeep/schema1.journal: a store as the statekeep of
 * schema 1 left it. Built and run once, in the tree of commit ba8c670:
 *
 *	cc -D_GNU_SOURCE -Icommon -Itests/statekeep tests/statekeep/fixture.c \
 *	    build/plain/obj/common.a -o fixture
 *	./fixture $PWD/build/plain/libexec/bulkhead/statekeep DIR
 *
 * and DIR/state.journal kept. It is here to say what is in there.
 */
#include "state.h"

int
main(int argc, char **argv)
{
	static const char *const	 names[] = { "web", "db", "cache",
					    "half", "gone" };
	struct peer			 p;
	const char			*run;

	if (argc < 3)
		errx(1, "usage: fixture statekeep directory");
	run = new_dir("/tmp");
	if (state_open(&p, argv[1], argv[2], run, BOOT, "/graph") != 0)
		errx(1, "%s", p.text);
	for (unsigned int i = 0; i < 5; i++)
		if (ctr_create(&p, id_of(i), names[i], false, false) != 0)
			errx(1, "%s", p.text);
	(void)ctr_set(&p, id_of(0), ANY, CREATED, NULL, NULL);
	(void)ctr_set(&p, id_of(0), ANY, RUNNING, "pid", "4711");
	(void)ctr_set(&p, id_of(1), ANY, CREATED, NULL, NULL);
	(void)ctr_set(&p, id_of(2), ANY, CREATED, NULL, NULL);
	(void)ctr_set(&p, id_of(2), ANY, RUNNING, "pid", "4712");
	(void)ctr_set(&p, id_of(2), ANY, EXITED, "exit", "3");
	(void)ctr_remove(&p, id_of(4));
	remove_dir(run);
	return (peer_end(&p));
}
