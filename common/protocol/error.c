#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "messages.h"
#include "nitems.h"

static const struct {
	unsigned int	 number;
	const char	*name;
	const char	*text;
} errors[] = {
#define ERRORS_ROW(id, no, word, message)	{ no, word, message },
	ERRORS(ERRORS_ROW)
};

static int put(struct error *, enum error_code, int, const char *, va_list)
    __attribute__((format(printf, 4, 0)));

/* By way of a buffer: the arguments may point into the text itself. */
static int
put(struct error *e, enum error_code code, int number, const char *fmt,
    va_list ap)
{
	char	 text[ERROR_TEXT];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	memcpy(e->text, text, sizeof(text));
	e->code = code;
	e->number = errno = number;
	return (-1);
}

int
error_set(struct error *e, int number, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	(void)put(e, error_of_errno(number), number, fmt, ap);
	va_end(ap);
	return (-1);
}

int
error_set_code(struct error *e, enum error_code code, int number,
    const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	(void)put(e, code, number, fmt, ap);
	va_end(ap);
	return (-1);
}

int
error_prefix(struct error *e, const char *name)
{
	return (error_set_code(e, error_code(e), errno, "%.512s: %s", name,
	    error_message(e)));
}

void
error_clear(struct error *e)
{
	e->code = ERR_NONE;
	e->number = 0;
	e->text[0] = '\0';
}

void
error_save(const struct error *e, struct error *saved)
{
	*saved = *e;
	saved->number = errno;
}

void
error_restore(struct error *e, const struct error *saved)
{
	*e = *saved;
	errno = saved->number;
}

const char *
error_message(const struct error *e)
{
	return (e->text[0] != '\0' ? e->text : strerror(errno));
}

enum error_code
error_code(const struct error *e)
{
	return (e->text[0] != '\0' ? e->code : error_of_errno(errno));
}

enum error_code
error_of_errno(int error)
{
	switch (error) {
	case EINVAL:
	case ENAMETOOLONG:
		return (ERR_INVALID_ARG);
	case ENOMEM:
		return (ERR_NO_MEMORY);
	case ENOENT:
		return (ERR_NO_SUCH_FILE);
	case EACCES:
	case EPERM:
		return (ERR_PERMISSION);
	case EEXIST:
		return (ERR_EXISTS);
	case EFBIG:
	case EIO:
	case EISDIR:
	case ELOOP:
	case ENODEV:
	case ENOTDIR:
	case ENXIO:
	case EROFS:
	case ETXTBSY:
		return (ERR_FILE);
	case ETIME:
	case ETIMEDOUT:
		return (ERR_TIMEOUT);
	case EBUSY:
	case ESTALE:
		return (ERR_CTR_STATE);
	case EDEADLK:
		return (ERR_WILL_DEADLOCK);
	case EMEDIUMTYPE:
		return (ERR_DB_CONFIG);
	case EXDEV:
		return (ERR_NS_MISMATCH);
	case ENOTSUP:
		return (ERR_NOT_IMPLEMENTED);
	case ENOSPC:
	case EDQUOT:
	case EMFILE:
	case ENFILE:
	case ERANGE:
		return (ERR_NO_SPACE);
	case EPIPE:
	case ECONNRESET:
		return (ERR_STOPPED);
	default:
		return (ERR_INTERNAL);
	}
}

const char *
error_name(unsigned int number)
{
	for (size_t i = 0; i < NITEMS(errors); i++)
		if (errors[i].number == number)
			return (errors[i].name);
	return (NULL);
}

const char *
error_text(unsigned int number)
{
	for (size_t i = 0; i < NITEMS(errors); i++)
		if (errors[i].number == number)
			return (errors[i].text);
	return (NULL);
}

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
	unsigned int		 type;
	int			 error;
	enum error_code		 code;
	const struct by_kind	*by_kind;
} answers[] = {
	{ MSG_config_resolve, EINVAL, ERR_INVALID_ARG, NULL },
	{ MSG_config_check, ANY, ERR_INVALID_ARG, NULL },
	{ MSG_state_open, EBUSY, ERR_FINALIZED, NULL },
	{ MSG_state_open, EINVAL, ERR_DB_CONFIG, NULL },
	{ MSG_state_open, EPROTONOSUPPORT, ERR_DB_CONFIG, NULL },
	{ MSG_state_open, EUCLEAN, ERR_DB_CONFIG, NULL },
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
	{ MSG_archive_open, EBADMSG, ERR_BAD_ARCHIVE, NULL },
	{ MSG_archive_open, EFBIG, ERR_NO_SPACE, NULL },
	{ MSG_blob_send, EBADMSG, ERR_BAD_ARCHIVE, NULL },
	{ MSG_blob_send, EFBIG, ERR_NO_SPACE, NULL },
	{ MSG_stream_inflate, EBADMSG, ERR_BAD_ARCHIVE, NULL },
	{ MSG_stream_inflate, EFBIG, ERR_NO_SPACE, NULL },
	{ MSG_layer_unpack, EBADMSG, ERR_BAD_ARCHIVE, NULL },
	{ MSG_layer_unpack, EFBIG, ERR_NO_SPACE, NULL },
	{ MSG_launch_build, ESRCH, ERR_NO_SUCH_USER, NULL },
	{ MSG_launch_build, ENOENT, ERR_NO_SUCH_FILE, NULL },
	{ MSG_launch_build, EPIPE, ERR_STOPPED, NULL },
	{ MSG_launch_build, ANY, ERR_OCI_RUNTIME, NULL },
	{ MSG_launch_exec, ENOENT, ERR_EXEC_NOT_FOUND, NULL },
	{ MSG_launch_exec, EPIPE, ERR_STOPPED, NULL },
	{ MSG_launch_exec, ANY, ERR_EXEC_DENIED, NULL },
};

enum error_code
error_of_answer(unsigned int type, uint32_t kind, int error)
{
	if (error == ENOMEM)
		return (ERR_NO_MEMORY);
	for (size_t i = 0; i < NITEMS(answers); i++) {
		if (answers[i].type != type ||
		    (answers[i].error != ANY && answers[i].error != error))
			continue;
		return (answers[i].by_kind == NULL ? answers[i].code :
		    answers[i].by_kind->code[kind <= OBJ_SECRET ? kind : 0]);
	}
	return (error_of_errno(error));
}
