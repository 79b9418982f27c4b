#include "pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "cleanup.h"
#include "record.h"
#include "session.h"

#define PIPE_SIZE	(1 << 20)

/* In the order of the bytes: an error upstream causes those behind it. */
enum step { FETCH, STORED, INFLATE, PLAIN, UNPACK, STEPS };

static const enum helper_id helper_of[STEPS] = {
	[FETCH] = H_FETCH, [STORED] = H_DIGEST, [INFLATE] = H_INFLATE,
	[PLAIN] = H_DIGEST2, [UNPACK] = H_UNPACK,
};

struct pipeline {
	struct session	*s;
	const struct limits *limits;
	const char	*digest;	/* as announced, or "" */
	const char	*diff_id;
	uint32_t	 index;
	int		 dir;		/* -1: only verify */
	bool		 has[STEPS];
	/* The answers. */
	struct rec	*made;
	char		 stored[DIGEST_TEXT], plain[DIGEST_TEXT];
	int64_t		 stored_size, plain_size;
	int64_t		 compression;
};

/*
 * A layer with the same digest with and without decompression is not
 * compressed. To verify a layer its stored bytes are enough, if the archive
 * has their digest.
 */
static void
choose_steps(struct pipeline *p)
{
	bool	 flat = *p->digest != '\0' &&
		    strcmp(p->digest, p->diff_id) == 0;

	p->has[FETCH] = true;
	p->has[UNPACK] = p->dir != -1;
	p->has[STORED] = p->dir != -1 || *p->digest != '\0';
	p->has[PLAIN] = p->dir != -1 ? !flat : *p->digest == '\0';
	p->has[INFLATE] = p->has[PLAIN];
}

static int
start_helpers(struct pipeline *p)
{
	for (int i = STORED; i < UNPACK; i++)
		if (p->has[i] &&
		    client_start(&p->s->client, helper_of[i]) == -1)
			return (-1);
	return (0);
}

static uint32_t
unpack_flags(const struct pipeline *p)
{
	uint32_t	 flags = UNPACK_SPLIT;

	if (strcmp(session_text(p->s, storage_driver), "vfs") == 0)
		flags |= UNPACK_MERGED;
	if (*p->digest == '\0' && *p->diff_id == '\0')
		flags |= UNPACK_NEED_END;
	return (flags);
}

/* Begin a step, with the descriptors that it reads from and writes to. */
static int
begin_step(struct pipeline *p, enum step i, int from, int to)
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
 * Begin all steps, with a pipe between each and the next. When that fails, the
 * steps that have begun find the end of their pipe closed.
 */
static int
begin_all(struct pipeline *p, bool *begun)
{
	scoped_fd int	 from = -1;
	int		 ends[2];

	for (int i = FETCH, next; i < STEPS; i = next) {
		scoped_fd int	 in = take_fd(&from), out = -1;

		for (next = i + 1; next < STEPS && !p->has[next]; next++)
			;
		if (next < STEPS) {
			if (pipe2(ends, O_CLOEXEC) == -1)
				return (session_errno(p->s, "cannot make",
				    "a pipe"));
			from = ends[0];
			out = ends[1];
			/* Larger means fewer switches between processes. */
			(void)fcntl(out, F_SETPIPE_SZ, PIPE_SIZE);
		}
		if (begin_step(p, (enum step)i, in, out) == -1)
			return (-1);
		begun[i] = true;
	}
	return (0);
}

static int
end_step(struct pipeline *p, enum step i)
{
	struct client	*c = &p->s->client;
	int64_t		 n = 0;

	switch (i) {
	case FETCH:
		return (fetch_blob_end(c));
	case STORED:
		n = p->stored_size = digest_end(c, H_DIGEST, p->stored);
		break;
	case INFLATE:
		n = p->compression = inflate_end(c);
		break;
	case PLAIN:
		n = p->plain_size = digest_end(c, H_DIGEST2, p->plain);
		break;
	default:
		return ((p->made = unpack_end(c)) == NULL ? -1 : 0);
	}
	return (n == -1 ? -1 : 0);
}

/*
 * The answers of all steps. The steps before one that failed get EPIPE, those
 * behind it an early end: the cause is the first error that is not EPIPE, or
 * EPIPE of a helper that ended without an answer.
 */
static int
end_all(struct pipeline *p, const bool *begun)
{
	struct error	 cause = { .number = 0 };
	struct client	*c = &p->s->client;
	bool		 sure = false, is_cause;

	for (int i = FETCH; i < STEPS; i++) {
		if (!begun[i] || end_step(p, (enum step)i) == 0)
			continue;
		if (errno == EFBIG && (i == STORED || i == PLAIN))
			(void)error_set_code(&c->error, ERR_NO_SPACE, EFBIG,
			    "the layers are larger than what is left of the "
			    "limit (%llu bytes); if you trust where they are "
			    "from, raise --max-size",
			    (unsigned long long)p->limits->size);
		is_cause = errno != EPIPE || !client_has(c, helper_of[i]);
		if (cause.number == 0 || (is_cause && !sure))
			error_save(&c->error, &cause);
		sure |= is_cause;
	}
	if (cause.number == 0)
		return (0);
	error_restore(&c->error, &cause);
	return (-1);
}

/* For the helpers 0 means no limit, so it is checked here. */
static int
check_limits(struct pipeline *p)
{
	if (p->dir == -1 || (p->limits->size > 0 && p->limits->files > 0))
		return (0);
	return (error_set_code(&p->s->client.error, ERR_NO_SPACE, EFBIG, "the "
	    "layers before this one have used up what the limit allows; if you "
	    "trust where they are from, raise %s", p->limits->size == 0 ?
	    "--max-size" : "--max-files"));
}

static int
differs(struct pipeline *p, const char *what, const char *is,
    const char *should)
{
	return (error_set_code(&p->s->client.error, ERR_BAD_ARCHIVE, EBADMSG,
	    "a layer is not what the image names: its %s %s, not to %s; pull "
	    "or save the image again", what, is, should));
}

static int
check_sums(struct pipeline *p)
{
	/* Not compressed: the stored bytes are the tar archive. */
	if (p->has[STORED] && !p->has[PLAIN]) {
		memcpy(p->plain, p->stored, sizeof(p->plain));
		p->plain_size = p->stored_size;
	}
	if (p->has[STORED] && *p->digest != '\0' &&
	    strcmp(p->stored, p->digest) != 0)
		return (differs(p, "stored bytes hash to", p->stored,
		    p->digest));
	if ((p->has[PLAIN] || p->dir != -1) && *p->diff_id != '\0' &&
	    strcmp(p->plain, p->diff_id) != 0)
		return (differs(p, "contents hash to", p->plain, p->diff_id));
	return (0);
}

static int
run(struct pipeline *p)
{
	struct error	*e = &p->s->client.error, cause;
	bool		 begun[STEPS] = { false };
	int		 rc = -1;

	choose_steps(p);
	if (check_limits(p) == -1 || start_helpers(p) == -1)
		;
	else if (begin_all(p, begun) == -1) {
		error_save(e, &cause);
		(void)end_all(p, begun);
		error_restore(e, &cause);
	} else if (end_all(p, begun) == 0)
		rc = check_sums(p);
	/* A process for each layer: what one does to it ends with it. */
	(void)client_stop(&p->s->client, H_INFLATE);
	return (rc);
}

static struct pipeline
pipeline_of(struct session *s, const struct rec *layer, int dir,
    const struct limits *l)
{
	return ((struct pipeline){ .s = s, .dir = dir, .limits = l,
	    .digest = rec_str(layer, KEY(digest), ""),
	    .diff_id = rec_str(layer, KEY(diff_id), ""),
	    .index = (uint32_t)rec_num(layer, KEY(index), 0) });
}

static void
spend(uint64_t *limit, int64_t used)
{
	if (used > 0)
		*limit -= (uint64_t)used < *limit ? (uint64_t)used : *limit;
}

struct rec *
pipeline_unpack(struct session *s, const struct rec *layer, int dir,
    struct limits *l)
{
	struct pipeline	 p = pipeline_of(s, layer, dir, l);

	if (run(&p) == -1) {
		rec_free(p.made);
		return (NULL);
	}
	spend(&l->size, p.plain_size);
	spend(&l->files, rec_num(p.made, KEY(inodes), 0));
	/* Sums and sizes: unpack, which parses the layer, cannot set these. */
	(void)rec_set(p.made, KEY(digest), p.stored);
	(void)rec_set(p.made, KEY(diff_id), p.plain);
	(void)rec_set_num(p.made, KEY(size), p.plain_size);
	(void)rec_set_num(p.made, KEY(compressed_size), p.stored_size);
	(void)rec_set_num(p.made, KEY(compression), p.compression);
	return (p.made);
}

int
pipeline_verify(struct session *s, const struct rec *layer,
    const struct limits *l)
{
	struct pipeline	 p = pipeline_of(s, layer, -1, l);

	return (*p.digest == '\0' && *p.diff_id == '\0' ? 0 : run(&p));
}
