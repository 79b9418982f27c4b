/* Records: lists, nesting, what the decoder must not take. */
#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#include "anykey.h"
#include "record.h"
#include "sealed.h"

static struct rec *
sample(void)
{
	struct rec	*r = rec_new(), *in = rec_new();

	(void)rec_add(in, KEY(type), "bind");
	(void)rec_add_num(in, KEY(size), -7);
	(void)rec_add(r, KEY(env), "A=1");
	(void)rec_addf(r, KEY(env), "B=%d", 2);
	(void)rec_add_bytes(r, any_key_bytes("blob"), "a\0b", 3);
	(void)rec_add_bytes(r, any_key_bytes("nothing"), NULL, 0);
	(void)rec_add_rec(r, KEY(mount), in);
	rec_free(in);
	return (r);
}

static void
test_access(struct rec *r)
{
	size_t		 it = 0, len = 9;
	const char	*text;
	struct rec_item	 item;
	struct rec	*sub;

	CHECK(strcmp(rec_get(r, KEY(env)), "A=1") == 0);
	CHECK(rec_get(r, any_key("blob")) == NULL && rec_get(r,
	    any_key("none")) == NULL);
	CHECK(strcmp(rec_str(r, any_key("none"), "else"), "else") == 0);
	CHECK(rec_count(r, KEY(env)) == 2 && rec_len(r) == 5);
	CHECK(rec_next(r, KEY(env), &it, &text) && rec_next(r, KEY(env), &it,
	    &text) &&
	    strcmp(text, "B=2") == 0 && !rec_next(r, KEY(env), &it, &text));
	CHECK(memcmp(rec_bytes(r, any_key_bytes("blob"), &len), "a\0b",
	    3) == 0 && len == 3);
	CHECK(rec_bytes(r, any_key_bytes("nothing"), &len) != NULL && len == 0);
	it = 0;
	CHECK((sub = rec_sub(r, KEY(mount), &it)) != NULL);
	CHECK(rec_num(sub, KEY(size), 0) == -7 && rec_num(sub,
	    any_key_num("type"), 3) == 3);
	CHECK(strcmp(rec_get(sub, KEY(type)), "bind") == 0);
	rec_free(sub);
	CHECK(rec_sub(r, KEY(mount), &it) == NULL);
	len = 0;
	rec_each_text(text, r, KEY(env))
		len += strlen(text);
	rec_each(sub, r, KEY(mount)) {
		len += rec_add(sub, KEY(opt), "ro") == 0 && rec_count(sub,
		    KEY(opt)) == 1;
		if (rec_num(sub, KEY(size), 0) != -7)
			break;
	}
	rec_each(sub, NULL, KEY(mount))
		len++;
	CHECK(len == 7 && sub == NULL);
	it = 0;
	while (rec_walk(r, &it, &item))
		if (item.nested)
			break;
	CHECK(strcmp(item.key, "mount") == 0 && item.text == NULL);
}

static void
test_change(struct rec *r)
{
	CHECK(rec_set(r, KEY(env), "C=3") == 0 && rec_count(r, KEY(env)) == 1);
	CHECK(rec_set_num(r, any_key_num("n"), INT64_MIN) == 0 &&
	    rec_num(r, any_key_num("n"), 0) == INT64_MIN);
	rec_del(r, any_key("blob"));
	CHECK(rec_count(r, any_key("blob")) == 0);
	CHECK(rec_set(r, any_key("big"), "99999999999999999999") == 0 &&
	    rec_num(r, any_key_num("big"), -1) == -1);
}

/* Failures are sticky, so that composing code checks once. */
static void
test_sticky(void)
{
	struct rec	*r = rec_new();
	void		*p;
	size_t		 len;

	CHECK(rec_add(r, any_key("k"), NULL) == -1 && errno == EINVAL);
	CHECK(rec_add(r, any_key("k"), "fine") == 0);
	CHECK(rec_encode(r, &p, &len) == -1 && errno == EINVAL);
	CHECK(rec_memfd(r, "x") == -1);
	rec_free(r);
	r = rec_new();
	CHECK(rec_add(r, any_key(""), "v") == -1);
	rec_free(r);
	CHECK(rec_add(NULL, any_key("k"), "v") == -1 && errno == ENOMEM);
}

/*
 * Every prefix, and every byte changed: refused, or a record of the same size.
 */
static void
test_damage(const void *good, size_t len)
{
	uint8_t		*bad = malloc(len + 1);
	void		*again;
	size_t		 again_len, short_ok = 0, odd = 0;
	struct rec	*r;

	for (size_t i = 0; i < len; i++)
		if ((r = rec_decode(good, i, RECORD(any), NULL)) != NULL) {
			short_ok++;
			rec_free(r);
		}
	CHECK(short_ok == 0);
	memcpy(bad, good, len);
	bad[len] = 0;
	CHECK(rec_decode(bad, len + 1, RECORD(any), NULL) == NULL);
	for (size_t i = 0; i < len; i++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			memcpy(bad, good, len);
			bad[i] ^= (uint8_t)(1u << bit);
			if ((r = rec_decode(bad, len, RECORD(any),
			    NULL)) == NULL)
				continue;
			if (rec_encode(r, &again, &again_len) == -1 ||
			    again_len != len || memcmp(again, bad, len) != 0)
				odd++;
			free(again);
			rec_free(r);
		}
	CHECK(odd == 0);
	free(bad);
}

/* A count that memory could not hold must not be believed. */
static void
test_count(void)
{
	static const uint8_t	 huge[] = { 'B', 'H', 'R', '1', 0xff, 0xff,
				    0xff, 0xff };

	CHECK(rec_decode(huge, sizeof(huge), RECORD(any), NULL) == NULL &&
	    errno == EBADMSG);
}

static struct rec *
nest(unsigned int depth)
{
	struct rec	*r = rec_new(), *in;

	(void)rec_add(r, any_key("k"), "v");
	if (depth == 0)
		return (r);
	in = nest(depth - 1);
	(void)rec_add_rec(r, any_key_rec("in"), in);
	rec_free(in);
	return (r);
}

static bool
nested_decodes(unsigned int depth)
{
	struct rec	*r = nest(depth), *back;
	void		*p;
	size_t		 len;
	bool		 ok;

	if (rec_encode(r, &p, &len) == -1)
		return (false);
	back = rec_decode(p, len, RECORD(any), NULL);
	ok = back != NULL;
	rec_free(back);
	rec_free(r);
	free(p);
	return (ok);
}

static void
test_fd(const struct rec *r)
{
	int		 fd = rec_memfd(r, "test"), plain;
	char		 c = 'x';
	struct rec	*back = rec_from_fd(fd, RECORD(any), NULL);
	size_t		 len;

	CHECK(back != NULL && rec_len(back) == rec_len(r));
	rec_free(back);
	CHECK(write(fd, &c, 1) == -1 && ftruncate(fd, 0) == -1);
	CHECK(mmap(NULL, 1, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	close(fd);
	/* Not sealed, not all seals, not a memfd: it could change meanwhile. */
	plain = memfd_create("plain", MFD_ALLOW_SEALING);
	CHECK(write(plain, "BHR1\0\0\0\0", 8) == 8);
	CHECK(rec_from_fd(plain, RECORD(any), NULL) == NULL && errno == EPERM);
	CHECK(fcntl(plain, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK) == 0);
	CHECK(rec_from_fd(plain, RECORD(any), NULL) == NULL && errno == EPERM);
	CHECK(sealed_map(plain, 100, &len) == NULL && errno == EPERM);
	close(plain);
	CHECK(rec_from_fd(STDIN_FILENO, RECORD(any), NULL) == NULL &&
	    rec_from_fd(-1, RECORD(any), NULL) == NULL);
	fd = sealed_fd("s", "12345678", 8);
	CHECK(sealed_map(fd, 7, &len) == NULL && errno == EMSGSIZE);
	CHECK(rec_from_fd(fd, RECORD(any), NULL) == NULL && errno == EBADMSG);
	close(fd);
	fd = sealed_fd("s", "", 0);
	CHECK(fd != -1 && rec_from_fd(fd, RECORD(any), NULL) == NULL);
	close(fd);
}

int
main(void)
{
	struct rec	*r = sample(), *back;
	void		*p = NULL;
	size_t		 len = 0;

	test_access(r);
	CHECK(rec_encode(r, &p, &len) == 0);
	CHECK((back = rec_decode(p, len, RECORD(any), NULL)) != NULL);
	test_access(back);
	test_damage(p, len);
	test_fd(back);
	test_change(back);
	rec_free(back);
	test_sticky();
	test_count();
	CHECK(nested_decodes(REC_DEPTH - 1) && !nested_decodes(REC_DEPTH + 1));
	rec_free(r);
	rec_free(NULL);
	free(p);
	return (finish());
}
