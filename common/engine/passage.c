#include "passage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "fetch.h"
#include "record.h"
#include "session.h"
#include "unpack.h"

#define PIPE_SIZE	(1 << 20)

/* Upstream first: the order of the bytes, and of who is to blame. */
enum step { FETCH, STORED, INFLATE, PLAIN, UNPACK, STEPS };

static const enum helper_id helper_of[STEPS] = {
	[FETCH] = H_FETCH, [STORED] = H_DIGEST, [INFLATE] = H_INFLATE,
	[PLAIN] = H_DIGEST2, [UNPACK] = H_UNPACK,
};

struct passage {
	struct session	*s;
	struct limits	*limits;
	const char	*digest;	/* as announced, or "" */
	const char	*diff_id;
	uint32_t	 index;
	int		 dir;		/* -1: only look */
	bool		 takes[STEPS];	/* takes part */
	/* What they say. */
	struct rec	*made;
	char		 stored[DIGEST_TEXT], plain[DIGEST_TEXT];
	uint64_t	 stored_size, plain_size;
	uint64_t	 compression;
};

/*
 * Bytes that must hash to the same with and without decompression are not
 * compressed. To look at a layer its stored bytes are enough where they have
 * a digest.
 */
static void
choose(struct passage *p)
{
	bool	 flat = *p->digest != '\0' &&
		    strcmp(p->digest, p->diff_id) == 0;

	p->takes[FETCH] = true;
	p->takes[UNPACK] = p->dir != -1;
	p->takes[STORED] = p->dir != -1 || *p->digest != '\0';
	p->takes[PLAIN] = p->dir != -1 ? !flat : *p->digest == '\0';
	p->takes[INFLATE] = p->takes[PLAIN];
}

static int
start_all(struct passage *p)
{
	for (int i = STORED; i < UNPACK; i++)
		if (p->takes[i] &&
		    client_start(&p->s->client, helper_of[i]) == -1)
			return (-1);
	return (0);
}

static uint32_t
unpack_flags(const struct passage *p)
{
	uint32_t	 flags = UNPACK_SPLIT;

	if (strcmp(session_config(p->s, "storage.driver", ""), "vfs") == 0)
		flags |= UNPACK_MERGED;
	if (*p->digest == '\0' && *p->diff_id == '\0')
		flags |= UNPACK_NEED_END;
	return (flags);
}

/* Give a step its two ends (or the one that it has) and say what to do. */
static int
send_step(struct passage *p, enum step i, int from, int to)
{
	struct client		*c = &p->s->client;
	const struct limits	*l = p->limits;

	switch (i) {
	case FETCH:
		return (fetch_blob_begin(c, p->index, to));
	case STORED:
	case PLAIN:
		return (digest_begin(c, helper_of[i], from, to, l->size));
	case INFLATE:
		return (inflate_begin(c, from, to, l->ratio));
	default:
		return (unpack_begin(c, from, p->dir, l->size, l->files,
		    unpack_flags(p)));
	}
}

/*
 * A pipe between each and the next. -1: one could not be asked, and the
 * steps before it, if any, find an end of their pipe closed.
 */
static int
send_all(struct passage *p, bool *sent)
{
	int	 from = -1, ends[2], rc = 0;

	for (int i = FETCH, next; i < STEPS && rc == 0; i = next) {
		for (next = i + 1; next < STEPS && !p->takes[next]; next++)
			;
		ends[0] = ends[1] = -1;
		if (next < STEPS && pipe2(ends, O_CLOEXEC) == -1) {
			rc = session_sentence(p->s, "cannot make", "a pipe");
			break;
		}
		/* A larger pipe means fewer turns; it is not needed. */
		if (ends[1] != -1)
			(void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE);
		rc = send_step(p, (enum step)i, from, ends[1]);
		sent[i] = rc == 0;
		if (ends[1] != -1)
			close(ends[1]);
		if (from != -1)
			close(from);
		from = ends[0];
	}
	if (from != -1)
		close(from);
	return (rc);
}

static int
take_answer(struct passage *p, enum step i)
{
	struct client	*c = &p->s->client;

	switch (i) {
	case FETCH:
		return (fetch_blob_end(c));
	case STORED:
		return (digest_end(c, H_DIGEST, p->stored, &p->stored_size));
	case INFLATE:
		return (inflate_end(c, &p->compression));
	case PLAIN:
		return (digest_end(c, H_DIGEST2, p->plain, &p->plain_size));
	default:
		return ((p->made = unpack_end(c)) == NULL ? -1 : 0);
	}
}

static void
say_limit(struct passage *p)
{
	(void)error_set(&p->s->client.error, errno, "the layers are larger "
	    "than what is left of the limit (%llu bytes); if you trust where "
	    "they are from, raise --max-size",
	    (unsigned long long)p->limits->size);
}

/*
 * All answers. Those before the one that failed see their reader go (EPIPE),
 * those behind it an early end: the first other complaint is the cause. One
 * that ended without an answer fails with EPIPE, too, but is the cause.
 */
static int
wait_all(struct passage *p, const bool *sent)
{
	struct error	 first = { .number = 0 };
	struct client	*st = &p->s->client;
	bool		 lost, sure = false;

	for (int i = FETCH; i < STEPS; i++) {
		if (!sent[i] || take_answer(p, (enum step)i) == 0)
			continue;
		if (errno == EFBIG && (i == STORED || i == PLAIN)) {
			say_limit(p);
			errno = EFBIG;
		}
		lost = !client_has(st, helper_of[i]);
		if (first.number == 0 || (!sure && (errno != EPIPE || lost))) {
			error_save(&st->error, &first);
			sure = errno != EPIPE || lost;
		}
	}
	if (first.number == 0)
		return (0);
	error_restore(&st->error, &first);
	return (-1);
}

/* To the helpers 0 would be no limit: it is looked at here. */
static int
used_up(struct passage *p)
{
	if (p->dir == -1 || (p->limits->size > 0 && p->limits->files > 0))
		return (0);
	return (error_set(&p->s->client.error, EFBIG, "the layers before this "
	    "one have used up what the limit allows; if you trust where they "
	    "are from, raise %s", p->limits->size == 0 ? "--max-size" :
	    "--max-files"));
}

static int
differs(struct passage *p, const char *what, const char *is,
    const char *should)
{
	return (error_set(&p->s->client.error, EBADMSG, "a layer is not what "
	    "the image names: its %s %s, not to %s; pull or save the image "
	    "again", what, is, should));
}

static int
check_sums(struct passage *p)
{
	/* Not compressed: what is stored is the archive itself. */
	if (p->takes[STORED] && !p->takes[PLAIN]) {
		memcpy(p->plain, p->stored, sizeof(p->plain));
		p->plain_size = p->stored_size;
	}
	if (p->takes[STORED] && *p->digest != '\0' &&
	    strcmp(p->stored, p->digest) != 0)
		return (differs(p, "stored bytes hash to", p->stored,
		    p->digest));
	if ((p->takes[PLAIN] || p->dir != -1) && *p->diff_id != '\0' &&
	    strcmp(p->plain, p->diff_id) != 0)
		return (differs(p, "contents hash to", p->plain, p->diff_id));
	return (0);
}

static int
pass(struct passage *p)
{
	struct error	 f;
	bool		 sent[STEPS] = { false };

	choose(p);
	if (used_up(p) == -1 || start_all(p) == -1)
		return (-1);
	if (send_all(p, sent) == -1) {
		error_save(&p->s->client.error, &f);
		(void)wait_all(p, sent);
		error_restore(&p->s->client.error, &f);
		return (-1);
	}
	return (wait_all(p, sent) == -1 ? -1 : check_sums(p));
}

static struct passage
passage_of(struct session *s, const struct rec *layer, int dir,
    struct limits *l)
{
	return ((struct passage){ .s = s, .dir = dir, .limits = l,
	    .digest = rec_str(layer, "digest", ""),
	    .diff_id = rec_str(layer, "diff_id", ""),
	    .index = (uint32_t)rec_num(layer, "index", 0) });
}

static uint64_t
less(uint64_t have, uint64_t used)
{
	return (used < have ? have - used : 0);
}

/* What unpack says of the layer's name is not taken from it. */
static void
put_sums(const struct passage *p)
{
	static const char *const	 ours[] = { "digest", "diff_id", "size",
		"compressed_size", "compression" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		rec_del(p->made, ours[i]);
	(void)rec_add(p->made, "digest", p->stored);
	(void)rec_add(p->made, "diff_id", p->plain);
	(void)rec_add_num(p->made, "size", (int64_t)p->plain_size);
	(void)rec_add_num(p->made, "compressed_size",
	    (int64_t)p->stored_size);
	(void)rec_add_num(p->made, "compression", (int64_t)p->compression);
}

struct rec *
passage_unpack(struct session *s, const struct rec *layer, int dir,
    struct limits *l)
{
	struct passage	 p = passage_of(s, layer, dir, l);
	int64_t		 files;
	int		 rc = pass(&p);

	/* One process for each layer's bytes, as with unpack. */
	(void)client_stop(&s->client, H_INFLATE);
	if (rc == -1) {
		rec_free(p.made);
		return (NULL);
	}
	files = rec_num(p.made, "inodes", 0);
	l->size = less(l->size, p.plain_size);
	l->files = less(l->files, files > 0 ? (uint64_t)files : 0);
	put_sums(&p);
	return (p.made);
}

int
passage_verify(struct session *s, const struct rec *layer,
    const struct limits *l)
{
	struct limits	 mine = *l;
	struct passage	 p = passage_of(s, layer, -1, &mine);
	int		 rc;

	if (*p.digest == '\0' && *p.diff_id == '\0')
		return (0);
	rc = pass(&p);
	(void)client_stop(&s->client, H_INFLATE);
	return (rc);
}
