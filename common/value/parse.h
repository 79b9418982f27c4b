/*
 * The small languages of option values: truth, numbers, durations, sizes,
 * signals, lists. Each parser returns 0, or -1 with an error that quotes
 * what was given.
 */
#ifndef VALUE_PARSE_H
#define VALUE_PARSE_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct parse_err {
	enum error_code	 code;
	char		 text[512];
};

/* Put the message of an invalid argument. Returns -1. */
int	parse_fail(struct parse_err *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/* The same with another code; its arguments may be the error's own text. */
int	parse_fail_code(struct parse_err *, enum error_code, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
/* Put that there is no memory. Returns -1. */
int	parse_no_memory(struct parse_err *);
/* Make it the error of an operation. Returns -1. */
int	parse_error(const struct parse_err *, struct error *);

/* Go's strconv.ParseBool: 1 or 0; -1 when it is neither. */
int	parse_bool(const char *);
/* Go's ParseInt with base 0. errno: EINVAL or ERANGE. */
int	parse_int(const char *, int64_t *);
/* Decimal digits only, up to a largest value. errno as above. */
int	parse_digits(const char *, uint64_t, uint64_t *);
/* Go's ParseDuration ("1h30m", "250ms", "-1.5s"), in nanoseconds. */
int	parse_duration(const char *, int64_t *, struct parse_err *);
/* A number with b, k, m, g, t or p (powers of 1024), in bytes. */
int	parse_size(const char *, int64_t *, struct parse_err *);
/* Number 1..64, or a name with or without SIG, any case. -1: none. */
int	parse_signal(const char *);
/*
 * A moment for --since and --until, in ns since the epoch: RFC 3339 (parts
 * from the end may be left off), seconds since the epoch with a fraction, or
 * a duration, which is taken back from now.
 */
int	parse_time(const char *, int64_t, int64_t *, struct parse_err *);
/*
 * Cut one line of values with commas between them up in place, as Go's
 * encoding/csv reads it. A field that begins with a quote ends with one, may
 * have commas, and has a quote for each two in it; in other fields a quote is a
 * mistake. The fields point into the text. How many there are, or -1 with a
 * message: a misplaced quote, or more fields than there is room for.
 */
int	parse_csv(char *text, const char **fields, size_t room,
	    struct parse_err *);
/* podman's word for this machine, as "amd64". */
const char *parse_machine(void);

#endif
