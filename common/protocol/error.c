#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

static const struct {
	unsigned int	 number;
	const char	*name;
	const char	*text;
} errors[] = {
#define ERRORS_ROW(id, no, word, sentence)	{ no, word, sentence },
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
		return (ERR_INVALID_ARG);
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
		return (ERR_RUNTIME_UNAVAILABLE);
	case ENOSPC:
	case EDQUOT:
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
