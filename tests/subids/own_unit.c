/* The ids of a user namespace, as its root is told them. */
#include <sys/wait.h>

#include <string.h>
#include <unistd.h>

#include "harness.h"

#include "../../libexec/subids/find.h"
#include "hostroot.h"
#include "subids.h"

static struct subids	 ids;

/* 0: a namespace in which no id is 0 is of no use. */
static int
other_id(void)
{
	enter_userns(7);
	find_own_ids(&ids);
	return (strstr(ids.why, "names no id 0") == NULL);
}

/* 0: root of a namespace with one id is told so, and has no others. */
static int
one_id(void)
{
	enter_userns(0);
	find_own_ids(&ids);
	return (ids.magic != SUBIDS_MAGIC || ids.asked != 0 ||
	    ids.uids.n != 0 || ids.gids.n != 0 ||
	    strstr(ids.why, "with one id") == NULL);
}

/* As root of the machine the map is of all ids: 0, and the rest. */
static int
all_ids(void)
{
	find_own_ids(&ids);
	return (ids.uids.n != 1 || ids.uids.r[0].start != 1 ||
	    ids.uids.r[0].count != 4294967294 || ids.gids.n != 1 ||
	    ids.gids.r[0].start != 1 || ids.why[0] != '\0');
}

static int
in_child(int (*look)(void))
{
	pid_t	 pid = fork();
	int	 st;

	if (pid == 0)
		_exit(look());
	return (waitpid(pid, &st, 0) == pid && WIFEXITED(st) ?
	    WEXITSTATUS(st) : -1);
}

int
main(void)
{
	CHECK(in_child(one_id) == 0);
	/* Without its 0: the user is not the namespace's root. */
	CHECK(in_child(other_id) == 0);
	if (host_root())
		CHECK(in_child(all_ids) == 0);
	return (finish());
}
