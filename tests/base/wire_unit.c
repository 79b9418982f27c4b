/* Reading and writing bytes: sticky errors, bounds, the last byte. */
#include <stdio.h>
#include <string.h>

#include "harness.h"

#include "messages.h"
#include "wire.h"

static void
test_numbers(void)
{
	uint8_t		 buf[14];
	struct wbuf	 w = { buf, 0, sizeof(buf), false };
	struct rbuf	 r = { buf, sizeof(buf), false };

	put_u16(&w, 0x1234);
	put_u32(&w, 0x89abcdef);
	put_u64(&w, 0x0102030405060708ULL);
	CHECK(!w.bad && w.len == 14 && buf[0] == 0x34 && buf[2] == 0xef &&
	    buf[6] == 8);
	CHECK(get_u16(&r, UINT16_MAX) == 0x1234);
	CHECK(get_u32(&r, 0x89abcdef) == 0x89abcdef);
	CHECK(get_u64(&r, UINT64_MAX) == 0x0102030405060708ULL);
	CHECK(get_done(&r));
	CHECK(get_u16(&r, UINT16_MAX) == 0 && r.bad && !get_done(&r));
	/* Full: nothing is written, and nothing after it either. */
	put_u16(&w, 1);
	CHECK(w.bad && w.len == 14);
	w.len = 0;
	put_u16(&w, 1);
	CHECK(w.bad && w.len == 0);
	r = (struct rbuf){ buf, sizeof(buf), false };
	CHECK(get_u16(&r, 0x1233) == 0 && r.bad);
	CHECK(get_u32(&r, UINT32_MAX) == 0);
}

static void
test_strings(void)
{
	uint8_t		 buf[8];
	char		 out[4];
	struct wbuf	 w = { buf, 0, sizeof(buf), false };
	struct rbuf	 r = { buf, 5, false };

	put_str(&w, "abc", 3);
	CHECK(!w.bad && w.len == 5);
	get_str(&r, out, 3);
	CHECK(get_done(&r) && strcmp(out, "abc") == 0);
	r = (struct rbuf){ buf, 5, false };
	get_str(&r, out, 2);
	CHECK(r.bad && out[0] == '\0');
	r = (struct rbuf){ buf, 4, false };
	get_str(&r, out, 3);
	CHECK(r.bad);
	buf[3] = '\0';
	r = (struct rbuf){ buf, 5, false };
	get_str(&r, out, 3);
	CHECK(r.bad && out[0] == '\0');
	w = (struct wbuf){ buf, 0, sizeof(buf), false };
	put_str(&w, "abcd", 3);
	CHECK(w.bad);
	w = (struct wbuf){ buf, 0, 4, false };
	put_str(&w, "abc", 3);
	CHECK(w.bad);
	w = (struct wbuf){ buf, 0, sizeof(buf), false };
	put_str(&w, "", 0);
	CHECK(!w.bad && w.len == 2);
}

/* Every message, all fields at their bound, comes back as it went. */
static void
fill_str(char *s, size_t max)
{
	memset(s, 'z', max);
	s[max] = '\0';
}

#define FILL(kind, name, max)	FILL_##kind(name, max)
#define FILL_u32(name, max)	m->name = (max);
#define FILL_u64(name, max)	m->name = (max);
#define FILL_str(name, max)	fill_str(m->name, (max));
#define FILL_flag		FILL_u32
#define FILL_zero		FILL_u32
#define FILL_fd(name, max)
#define FILL_rec(name, max)
#define ROUND(id, no, from, to, wait) {			\
	struct msg_##id	*m = &in.id;					\
	memset(&in, 0, sizeof(in));					\
	FIELDS_##id(FILL)						\
	w = (struct wbuf){ buf, 0, PROTO_MAX - PROTO_HDR, false };	\
	fits &= proto_encode(MSG_##id, &w, &in);			\
	r = (struct rbuf){ buf, w.len, false };				\
	same &= proto_decode(MSG_##id, &r, &back) &&			\
	    memcmp(&in.id, &back.id, sizeof(in.id)) == 0;		\
	proto_print(MSG_##id, &in, text, sizeof(text));			\
	printed &= strncmp(text, #id, strlen(#id)) == 0;		\
	for (size_t c = 1; c < 40; c++)					\
		proto_print(MSG_##id, &in, text, c);			\
	unique &= proto_find(no) != NULL &&				\
	    strcmp(proto_find(no)->name, #id) == 0;			\
	few &= PROTO_NFDS(id) <= PROTO_FDS;				\
}

static void
test_messages(void)
{
	static uint8_t	 buf[PROTO_MAX];
	static union msg in, back;
	static char	 text[PROTO_MAX];
	struct wbuf	 w;
	struct rbuf	 r;
	bool		 fits = true, same = true, printed = true;
	bool		 unique = true, few = true;

	PROTO(ROUND)
	CHECK(fits);
	CHECK(same);
	CHECK(printed);
	CHECK(unique);
	CHECK(few);
	CHECK(proto_find(0) == NULL && proto_find(UINT16_MAX) == NULL);
}

int
main(void)
{
	test_numbers();
	test_strings();
	test_messages();
	return (finish());
}
