/*
 * The numbers of errors: stable, each once, and all in bulkhead(1).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "harness.h"
#include "messages.h"
#include "nitems.h"
#include "path.h"

#define ROW(id, number, name, text)	{ number, name, text },
static const struct {
	unsigned int	 number;
	const char	*name;
	const char	*text;
} rows[] = { ERRORS(ROW) };

#define NROWS	NITEMS(rows)

/* What scripts may have written down: a change here breaks them. */
static const struct {
	unsigned int	 number;
	const char	*name;
} promised[] = {
	{ 101, "ErrInvalidArg" }, { 102, "ErrRuntimeFinalized" },
	{ 103, "ErrRuntimeStopped" }, { 104, "ErrInternal" },
	{ 201, "ErrNoSuchCtr" }, { 202, "ErrNoSuchPod" },
	{ 203, "ErrNoSuchVolume" }, { 208, "ErrEmptyID" },
	{ 301, "ErrCtrRemoved" }, { 302, "ErrPodRemoved" },
	{ 303, "ErrVolumeRemoved" }, { 401, "ErrCtrExists" },
	{ 402, "ErrPodExists" }, { 501, "ErrDBBadConfig" },
	{ 502, "ErrDBClosed" }, { 601, "ErrConmonOutdated" },
	{ 602, "ErrOCIRuntimeUnavailable" }, { 701, "ErrWillDeadlock" },
	{ 702, "ErrNSMismatch" },
};

static bool
is_promised(void)
{
	for (size_t i = 0; i < NITEMS(promised); i++)
		if (error_name(promised[i].number) == NULL ||
		    strcmp(error_name(promised[i].number),
		    promised[i].name) != 0)
			return (false);
	return (true);
}

static bool
is_unique(void)
{
	for (size_t i = 0; i < NROWS; i++)
		for (size_t j = 0; j < i; j++)
			if (rows[i].number == rows[j].number ||
			    strcmp(rows[i].name, rows[j].name) == 0)
				return (false);
	return (true);
}

/* Each as the page has it: ".It 101 ErrInvalidArg". */
static bool
is_documented(void)
{
	char	*page = path_slurp(AT_FDCWD, "bin/bulkhead/bulkhead.1",
		    1u << 20, NULL), line[128];
	bool	 ok = page != NULL;

	for (size_t i = 0; ok && i < NROWS; i++) {
		(void)snprintf(line, sizeof(line), ".It %u Li %s\n",
		    rows[i].number, rows[i].name);
		if (!(ok = strstr(page, line) != NULL))
			printf("# missing in bulkhead(1): %s", line);
	}
	free(page);
	return (ok);
}

#define IS(title, type, kind, error, code) \
	check(error_of_answer(type, kind, error) == (code), title, __LINE__)

int
main(void)
{
	check(is_promised(), "S103: numbers and names stay what they are",
	    __LINE__);
	check(is_unique(), "S103: each number and name stands for one error",
	    __LINE__);
	check(is_documented(), "S103: bulkhead(1) lists all of them",
	    __LINE__);
	check(error_name(ERR_NONE) == NULL && error_text(99999) == NULL,
	    "S103: nothing else has a name", __LINE__);
	IS("S96: a bad option or configuration", MSG_config_resolve, 0,
	    EINVAL, ERR_INVALID_ARG);
	IS("S97: what is set up is not set up again", MSG_state_open, 0,
	    EBUSY, ERR_FINALIZED);
	IS("S97: what has ended serves nobody", MSG_lock_take, 0, EPIPE,
	    ERR_STOPPED);
	IS("S98: no such container", MSG_ctr_find, 0, ENOENT,
	    ERR_NO_SUCH_CTR);
	IS("S98: no such pod", MSG_obj_get, OBJ_POD, ENOENT, ERR_NO_SUCH_POD);
	IS("S98: no such volume", MSG_obj_get, OBJ_VOLUME, ENOENT,
	    ERR_NO_SUCH_VOLUME);
	IS("S98: an empty name", MSG_ctr_find, 0, EINVAL, ERR_EMPTY_ID);
	IS("S99: a container that was there", MSG_ctr_get, 0, ENOENT,
	    ERR_CTR_REMOVED);
	IS("S99: a pod that was there", MSG_obj_remove, OBJ_POD, ENOENT,
	    ERR_POD_REMOVED);
	IS("S99: a volume that was there", MSG_obj_remove, OBJ_VOLUME, ENOENT,
	    ERR_VOLUME_REMOVED);
	IS("S100: a store of other settings", MSG_state_open, 0, EINVAL,
	    ERR_DB_CONFIG);
	IS("S100: a damaged record", MSG_ctr_get, 0, EUCLEAN, ERR_INTERNAL);
	IS("S102: waiting would never end", MSG_lock_take, 0, EDEADLK,
	    ERR_WILL_DEADLOCK);
	IS("S102: another namespace's", MSG_ctr_find, 0, EXDEV,
	    ERR_NS_MISMATCH);
	IS("S102: a name that is taken", MSG_ctr_create, 0, EEXIST,
	    ERR_CTR_EXISTS);
	IS("S102: a pod's name that is taken", MSG_obj_put, OBJ_POD, EEXIST,
	    ERR_POD_EXISTS);
	IS("an image that containers use", MSG_image_remove, 0, EBUSY,
	    ERR_IMAGE_IN_USE);
	IS("an archive that is none", MSG_archive_open, 0, EBADMSG,
	    ERR_BAD_ARCHIVE);
	IS("a layer that is damaged", MSG_layer_unpack, 0, EBADMSG,
	    ERR_BAD_ARCHIVE);
	IS("a user that the image has not", MSG_launch_build, 0, ESRCH,
	    ERR_NO_SUCH_USER);
	IS("a bind source that is not there", MSG_launch_build, 0, ENOENT,
	    ERR_NO_SUCH_FILE);
	IS("a mount that the kernel refuses", MSG_launch_build, 0, EINVAL,
	    ERR_OCI_RUNTIME);
	IS("no memory is never a wrong argument", MSG_config_resolve, 0,
	    ENOMEM, ERR_NO_MEMORY);
	check(error_of_errno(ENOENT) == ERR_NO_SUCH_FILE &&
	    error_of_errno(EACCES) == ERR_PERMISSION &&
	    error_of_errno(EISDIR) == ERR_FILE &&
	    error_of_errno(ETIMEDOUT) == ERR_TIMEOUT &&
	    error_of_errno(ENOTSUP) == ERR_NOT_IMPLEMENTED,
	    "what a system call says has its kind", __LINE__);
	IS("a kind of object that is none", MSG_obj_get, 9999, ENOENT,
	    ERR_INTERNAL);
	return (finish());
}
