/*
 * Keys that are not declared: settings by any name, and unknown ones.
 */
#ifndef TESTS_ANYKEY_H
#define TESTS_ANYKEY_H

#include "records.h"

static inline struct key_str
any_key(const char *text)
{
	return ((struct key_str){ text });
}

static inline struct key_num
any_key_num(const char *text)
{
	return ((struct key_num){ text });
}

static inline struct key_bytes
any_key_bytes(const char *text)
{
	return ((struct key_bytes){ text });
}

static inline struct key_rec
any_key_rec(const char *text)
{
	return ((struct key_rec){ text });
}

#endif
