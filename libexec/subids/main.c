/*
 * subids: finds out which subordinate ids a user has, and what speaks against
 * them. It is asked once, by refresh, and answers with one struct.
 *
 * Trusts: /etc/passwd, /etc/group, /etc/subuid, /etc/subgid, nsswitch.conf,
 *         and as subids-nss the plug-ins that the last of these names.
 * Holds:  nothing. Its real and effective ids differ, so that no user can
 *         trace it: the user it is asked about cannot change what it says.
 * Dies:   when it has answered, or after ten seconds.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "confine.h"
#include "find.h"
#include "log.h"
#include "subids.h"
#include "users.h"
#include "writeall.h"
#ifdef __GLIBC__
#include "subids-nss.policy.h"
#define POLICY	subids_nss_policy
#else
#include "subids.policy.h"
#define POLICY	subids_policy
#endif

/*
 * Plug-ins of the name service are libraries of any kind, which make any
 * system call: with them there are limits and Landlock, and no filter.
 */
static void
confine(void)
{
	confine_drop(&POLICY);
	confine_limits(&POLICY);
	confine_landlock(&POLICY, NULL, 0);
#ifndef __GLIBC__
	confine_seccomp(&POLICY);
#endif
}

int
main(int argc, char **argv)
{
	static struct subids	 s;
	unsigned long		 uid;
	char			*end;
	bool			 own;

	log_init("subids", 0, 0);
	if (argc == 2 && strcmp(argv[1], "-P") == 0) {
		return (fputs(POLICY.words, stdout) == EOF ? EX_IOERR :
		    EX_OK);
	}
	uid = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
	if (argc != 2 || *argv[1] == '\0' || *end != '\0' || isatty(
	    STDOUT_FILENO))
		fatalx(EX_USAGE, "subids is started by refresh, not by hand; "
		    "see bulkhead-subids(8)");
	/* Only root of a user namespace has us started as itself. */
	own = geteuid() == 0;
	users_elsewhere(argv);		/* the program with glibc */
	confine();
	if (own)
		find_own_ids(&s);
	else
		find_ids(&s, (uid_t)uid);
	return (write_all(STDOUT_FILENO, &s, sizeof(s)) == 0 ? EX_OK :
	    EX_IOERR);
}
