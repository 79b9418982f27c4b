#include "messages.h"

#include <stdio.h>
#include <string.h>

#include "nitems.h"
#include "wire.h"

#define AS_INFO(id, no, from, to, wait) \
	{ MSG_##id, #id, (from), (to), PROTO_NFDS(id), (wait) },
static const struct proto_info infos[] = { PROTO(AS_INFO) };

const struct proto_info *
proto_find(uint16_t type)
{
	for (size_t i = 0; i < NITEMS(infos); i++)
		if (infos[i].type == type)
			return (&infos[i]);
	return (NULL);
}

uint16_t
proto_version(enum role role)
{
	static const uint16_t	 versions[] = {
#include "protoversion.inc"
	};

	for (size_t i = 0; i < NITEMS(versions); i++)
		if (role == 1u << i)
			return (versions[i]);
	return (0);
}

const char *
proto_role(enum role role)
{
	static const struct {
		enum role	 role;
		const char	*name;
	} names[] = {
		{ R_CTL, "bulkhead" },	{ R_RESOLVE, "resolve" },
		{ R_STATE, "statekeep" }, { R_LOCK, "lockbroker" },
		{ R_STORE, "store" },	{ R_UNPACK, "unpack" },
		{ R_FETCH, "fetch" },	{ R_LAUNCH, "launch" },
		{ R_MONITOR, "monitor" }, { R_REAPER, "reaper" },
		{ R_REFRESH, "refresh" }, { R_CGROUP, "cgroup" },
		{ R_SYSTEMD, "systemd" },	{ R_DIGEST, "digest" },
		{ R_INFLATE, "inflate" },
	};

	for (size_t i = 0; i < NITEMS(names); i++)
		if (names[i].role == role)
			return (names[i].name);
	return ("?");
}

static void
put_number(struct wbuf *w, uint64_t v, uint64_t max, unsigned int bytes)
{
	if (v > max)
		w->bad = true;
	else if (bytes == 4)
		put_u32(w, (uint32_t)v);
	else
		put_u64(w, v);
}

#define PUT(kind, name, max)	PUT_##kind(name, max)
#define PUT_u32(name, max)	put_number(w, m->name, (max), 4);
#define PUT_u64(name, max)	put_number(w, m->name, (max), 8);
#define PUT_str(name, max)	put_str(w, m->name, (max));
#define PUT_flag		PUT_u32
#define PUT_zero		PUT_u32
#define PUT_fd(name, max)
#define PUT_rec(name, max)
#define ENCODE(id, no, from, to, wait)				\
	case MSG_##id: {						\
		const struct msg_##id *m = &u->id;			\
		FIELDS_##id(PUT)					\
		break;							\
	}

bool
proto_encode(enum msg_type type, struct wbuf *w, const union msg *u)
{
	switch (type) {
	PROTO(ENCODE)
	default:
		return (false);
	}
	return (!w->bad);
}

#define GET(kind, name, max)	GET_##kind(name, max)
#define GET_u32(name, max)	m->name = get_u32(r, (max));
#define GET_u64(name, max)	m->name = get_u64(r, (max));
#define GET_str(name, max)	get_str(r, m->name, (max));
#define GET_flag		GET_u32
#define GET_zero		GET_u32
#define GET_fd(name, max)
#define GET_rec(name, max)
#define DECODE(id, no, from, to, wait)				\
	case MSG_##id: {						\
		struct msg_##id *m = &u->id;				\
		FIELDS_##id(GET)					\
		break;							\
	}

bool
proto_decode(enum msg_type type, struct rbuf *r, union msg *u)
{
	memset(u, 0, sizeof(*u));
	switch (type) {
	PROTO(DECODE)
	default:
		return (false);
	}
	return (get_done(r));
}

#define ADD(...)							\
	do {								\
		n += snprintf(out + n, cap - (size_t)n, __VA_ARGS__);	\
		if ((size_t)n >= cap)					\
			return;						\
	} while (0);
#define SHOW(kind, name, max)	SHOW_##kind(name)
#define SHOW_u32(name)		ADD(" " #name "=%u", m->name)
#define SHOW_u64(name)		ADD(" " #name "=%llu",			\
				    (unsigned long long)m->name)
#define SHOW_str(name)		ADD(" " #name "=\"%s\"", m->name)
#define SHOW_flag		SHOW_u32
#define SHOW_zero		SHOW_u32
#define SHOW_fd(name)
#define SHOW_rec(name)
#define PRINT(id, no, from, to, wait)				\
	case MSG_##id: {						\
		const struct msg_##id *m = &u->id;			\
		ADD(#id)						\
		FIELDS_##id(SHOW)					\
		break;							\
	}

void
proto_print(enum msg_type type, const union msg *u, char *out, size_t cap)
{
	int	 n = 0;

	switch (type) {
	PROTO(PRINT)
	default:
		snprintf(out, cap, "type 0x%04x", type);
	}
}
