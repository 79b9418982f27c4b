#include "answer.h"

#include <errno.h>
#include <stddef.h>

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))
#define ANY		0	/* in a row: any errno */

/* By kind of object, in the order of enum obj_kind. */
struct by_kind {
	enum error_code	 code[OBJ_SECRET + 1];
};

static const struct by_kind	 no_such = { { ERR_INTERNAL, ERR_NO_SUCH_POD,
	ERR_NO_SUCH_VOLUME, ERR_NO_SUCH_EXEC, ERR_NO_SUCH_NETWORK,
	ERR_NO_SUCH_SECRET } };
static const struct by_kind	 removed = { { ERR_INTERNAL, ERR_POD_REMOVED,
	ERR_VOLUME_REMOVED, ERR_OBJECT_REMOVED, ERR_OBJECT_REMOVED,
	ERR_OBJECT_REMOVED } };
static const struct by_kind	 exists = { { ERR_INTERNAL, ERR_POD_EXISTS,
	ERR_VOLUME_EXISTS, ERR_EXISTS, ERR_EXISTS, ERR_EXISTS } };
static const struct by_kind	 in_use = { { ERR_INTERNAL, ERR_POD_IN_USE,
	ERR_VOLUME_IN_USE, ERR_IN_USE, ERR_IN_USE, ERR_IN_USE } };

/*
 * The first row that fits. An id that was found by one request and is not
 * there for the next has been removed in between.
 */
static const struct {
	enum msg_type		 type;
	int			 error;
	enum error_code		 code;
	const struct by_kind	*by_kind;
} rows[] = {
	{ MSG_config_resolve, ANY, ERR_INVALID_ARG, NULL },
	{ MSG_config_check, ANY, ERR_INVALID_ARG, NULL },
	{ MSG_state_open, EBUSY, ERR_FINALIZED, NULL },
	{ MSG_state_open, ANY, ERR_DB_CONFIG, NULL },
	{ MSG_ctr_create, EINVAL, ERR_INVALID_ARG, NULL },
	{ MSG_ctr_create, EEXIST, ERR_CTR_EXISTS, NULL },
	{ MSG_ctr_create, ENOENT, ERR_NO_SUCH_CTR, NULL },
	{ MSG_ctr_create, EBUSY, ERR_OBJECT_REMOVED, NULL },
	{ MSG_ctr_find, ENOENT, ERR_NO_SUCH_CTR, NULL },
	{ MSG_ctr_find, EEXIST, ERR_CTR_EXISTS, NULL },
	{ MSG_ctr_find, EINVAL, ERR_EMPTY_ID, NULL },
	{ MSG_ctr_get, ENOENT, ERR_CTR_REMOVED, NULL },
	{ MSG_ctr_set, ENOENT, ERR_CTR_REMOVED, NULL },
	{ MSG_ctr_set, EBUSY, ERR_CTR_STATE, NULL },
	{ MSG_ctr_set, ESTALE, ERR_CTR_STATE, NULL },
	{ MSG_ctr_remove, ENOENT, ERR_CTR_REMOVED, NULL },
	{ MSG_ctr_remove, EBUSY, ERR_CTR_STATE, NULL },
	{ MSG_ctr_remove, EEXIST, ERR_CTR_EXISTS, NULL },
	{ MSG_obj_get, ENOENT, ERR_NONE, &no_such },
	{ MSG_obj_get, EEXIST, ERR_NONE, &exists },
	{ MSG_obj_get, EINVAL, ERR_EMPTY_ID, NULL },
	{ MSG_obj_put, EEXIST, ERR_NONE, &exists },
	{ MSG_obj_put, ENOENT, ERR_NONE, &removed },
	{ MSG_obj_remove, ENOENT, ERR_NONE, &removed },
	{ MSG_obj_remove, EBUSY, ERR_NONE, &in_use },
	{ MSG_lock_open, EINVAL, ERR_INVALID_ARG, NULL },
	{ MSG_lock_alloc, EEXIST, ERR_WILL_DEADLOCK, NULL },
	{ MSG_image_find, ENOENT, ERR_NO_SUCH_IMAGE, NULL },
	{ MSG_image_remove, ENOENT, ERR_NO_SUCH_IMAGE, NULL },
	{ MSG_image_remove, EBUSY, ERR_IMAGE_IN_USE, NULL },
	{ MSG_launch_exec, ENOENT, ERR_EXEC_NOT_FOUND, NULL },
	{ MSG_launch_exec, EPIPE, ERR_STOPPED, NULL },
	{ MSG_launch_exec, ANY, ERR_EXEC_DENIED, NULL },
};

enum error_code
error_of_answer(enum msg_type type, uint32_t kind, int error)
{
	for (size_t i = 0; i < NITEMS(rows); i++) {
		if (rows[i].type != type ||
		    (rows[i].error != ANY && rows[i].error != error))
			continue;
		return (rows[i].by_kind == NULL ? rows[i].code :
		    rows[i].by_kind->code[kind <= OBJ_SECRET ? kind : 0]);
	}
	return (error_of_errno(error));
}
