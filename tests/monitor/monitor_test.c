/* monitor, through its socket, with a launch of our own. */
#include "rig.h"

#include <sysexits.h>

static void
test_streams(void)
{
	struct rig	 r;
	struct opts	 o = { .log = true, .stdin_open = true };
	char		 out[1024], *log;
	int		 at;

	rig_monitor(&r);
	CHECK(rig_start(&r, &o, "read x; echo out $x; echo bad >&2; "
	    "printf tail; exit 7") == 0);
	at = rig_attach(&r.mon, true, true);
	CHECK(at != -1);
	CHECK(send(at, "\0hi\n", 4, 0) == 4);
	CHECK(send(at, "\0", 1, 0) == 1);
	CHECK(rig_wait(&r.mon) == W_EXITCODE(7, 0));
	CHECK(rig_read(at, 1, out, sizeof(out)) == 11);
	CHECK(strcmp(out, "out hi\ntail") == 0);
	close(at);
	log = rig_file(&r, "log", NULL);
	CHECK(strstr(log, " stdout F out hi\n") != NULL);
	CHECK(strstr(log, " stderr F bad\n") != NULL);
	CHECK(strstr(log, " stdout P tail\n") != NULL);
	CHECK(strspn(log, "0123456789-") == 10 && log[10] == 'T' &&
	    log[19] == '.' && strchr("+-", log[29]) != NULL && log[35] == ' ');
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
	test_streams();
	return (finish());
}
