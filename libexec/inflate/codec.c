#include "codec.h"

#include <bzlib.h>
#include <errno.h>
#include <limits.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "cleanup.h"
#include "nitems.h"
#include "why.h"

#define XZ_MEMORY	(128u << 20)	/* xz -9 needs 65 MiB */
#define ZSTD_WINDOW	27		/* 128 MiB; zstd --long's own default */

static enum codec_state
damaged(struct why *w, const char *format, const char *what)
{
	(void)why_set(w, EBADMSG, "the %s stream is damaged (%s); "
	    "pull or save the image again", format, what);
	return (CODEC_BAD);
}

static unsigned int
clip(size_t n)
{
	return (n > UINT_MAX ? UINT_MAX : (unsigned int)n);
}

/* gzip */

static void *
gz_start(void)
{
	z_stream	*z = calloc(1, sizeof(*z));

	if (z != NULL && inflateInit2(z, 15 + 16) != Z_OK) {
		free(z);
		z = NULL;
	}
	return (z);
}

static enum codec_state
gz_run(void *ctx, struct codec_io *io, struct why *w)
{
	z_stream	*z = ctx;
	unsigned int	 in = clip(io->in_left), out = clip(io->out_left);
	int		 rc;

	/* zlib only reads what next_in points to. */
	memcpy(&z->next_in, &io->in, sizeof(z->next_in));
	z->avail_in = in;
	z->next_out = io->out;
	z->avail_out = out;
	rc = inflate(z, Z_NO_FLUSH);
	io->in += in - z->avail_in;
	io->in_left -= in - z->avail_in;
	io->out += out - z->avail_out;
	io->out_left -= out - z->avail_out;
	if (rc == Z_STREAM_END)
		return (CODEC_END);
	if (rc != Z_OK && rc != Z_BUF_ERROR)
		return (damaged(w, "gzip", z->msg ? z->msg : "bad data"));
	return (CODEC_MORE);
}

static int
gz_again(void *ctx)
{
	return (inflateReset(ctx) == Z_OK ? 0 : -1);
}

static void
gz_stop(void *ctx)
{
	(void)inflateEnd(ctx);
	free(ctx);
}

/* zstd */

static void *
zst_start(void)
{
	ZSTD_DCtx	*z = ZSTD_createDCtx();

	if (z != NULL && ZSTD_isError(ZSTD_DCtx_setParameter(z,
	    ZSTD_d_windowLogMax, ZSTD_WINDOW))) {
		(void)ZSTD_freeDCtx(z);
		z = NULL;
	}
	return (z);
}

static enum codec_state
zst_run(void *ctx, struct codec_io *io, struct why *w)
{
	ZSTD_inBuffer	 in = { io->in, io->in_left, 0 };
	ZSTD_outBuffer	 out = { io->out, io->out_left, 0 };
	size_t		 rc;

	rc = ZSTD_decompressStream(ctx, &out, &in);
	io->in += in.pos;
	io->in_left -= in.pos;
	io->out += out.pos;
	io->out_left -= out.pos;
	if (ZSTD_isError(rc))
		return (damaged(w, "zstd", ZSTD_getErrorName(rc)));
	return (rc == 0 ? CODEC_END : CODEC_MORE);
}

static int
zst_again(void *ctx)
{
	return (ZSTD_isError(ZSTD_DCtx_reset(ctx, ZSTD_reset_session_only)) ?
	    -1 : 0);
}

static void
zst_stop(void *ctx)
{
	(void)ZSTD_freeDCtx(ctx);
}

/* bzip2 */

static void *
bz_start(void)
{
	bz_stream	*z = calloc(1, sizeof(*z));

	if (z != NULL && BZ2_bzDecompressInit(z, 0, 0) != BZ_OK) {
		free(z);
		z = NULL;
	}
	return (z);
}

static enum codec_state
bz_run(void *ctx, struct codec_io *io, struct why *w)
{
	bz_stream	*z = ctx;
	unsigned int	 in = clip(io->in_left), out = clip(io->out_left);
	int		 rc;

	memcpy(&z->next_in, &io->in, sizeof(z->next_in));
	z->avail_in = in;
	memcpy(&z->next_out, &io->out, sizeof(z->next_out));
	z->avail_out = out;
	rc = BZ2_bzDecompress(z);
	io->in += in - z->avail_in;
	io->in_left -= in - z->avail_in;
	io->out += out - z->avail_out;
	io->out_left -= out - z->avail_out;
	if (rc == BZ_STREAM_END)
		return (CODEC_END);
	if (rc != BZ_OK)
		return (damaged(w, "bzip2", "bad data"));
	return (CODEC_MORE);
}

static int
bz_again(void *ctx)
{
	bz_stream	*z = ctx;

	(void)BZ2_bzDecompressEnd(z);
	memset(z, 0, sizeof(*z));
	return (BZ2_bzDecompressInit(z, 0, 0) == BZ_OK ? 0 : -1);
}

static void
bz_stop(void *ctx)
{
	(void)BZ2_bzDecompressEnd(ctx);
	free(ctx);
}

/* xz */

static void *
xz_start(void)
{
	static const lzma_stream	 fresh = LZMA_STREAM_INIT;
	lzma_stream			*z = malloc(sizeof(*z));

	if (z == NULL)
		return (NULL);
	*z = fresh;
	if (lzma_stream_decoder(z, XZ_MEMORY, 0) != LZMA_OK) {
		free(z);
		return (NULL);
	}
	return (z);
}

static enum codec_state
xz_run(void *ctx, struct codec_io *io, struct why *w)
{
	lzma_stream	*z = ctx;
	lzma_ret	 rc;

	z->next_in = io->in;
	z->avail_in = io->in_left;
	z->next_out = io->out;
	z->avail_out = io->out_left;
	rc = lzma_code(z, LZMA_RUN);
	io->in = z->next_in;
	io->in_left = z->avail_in;
	io->out = z->next_out;
	io->out_left = z->avail_out;
	if (rc == LZMA_STREAM_END)
		return (CODEC_END);
	if (rc == LZMA_MEMLIMIT_ERROR)
		return (damaged(w, "xz", "it wants over 128 MiB of memory"));
	if (rc != LZMA_OK && rc != LZMA_BUF_ERROR)
		return (damaged(w, "xz", "bad data"));
	return (CODEC_MORE);
}

static int
xz_again(void *ctx)
{
	return (lzma_stream_decoder(ctx, XZ_MEMORY, 0) == LZMA_OK ? 0 : -1);
}

static void
xz_stop(void *ctx)
{
	lzma_end(ctx);
	free(ctx);
}

static const struct codec codecs[] = {
	{ "gzip", CODEC_GZIP, 3, { 0x1f, 0x8b, 0x08 },
	    gz_start, gz_run, gz_again, gz_stop },
	{ "zstd", CODEC_ZSTD, 4, { 0x28, 0xb5, 0x2f, 0xfd },
	    zst_start, zst_run, zst_again, zst_stop },
	{ "bzip2", CODEC_BZIP2, 3, { 'B', 'Z', 'h' },
	    bz_start, bz_run, bz_again, bz_stop },
	{ "xz", CODEC_XZ, 6, { 0xfd, '7', 'z', 'X', 'Z', 0x00 },
	    xz_start, xz_run, xz_again, xz_stop },
};

/* A zstd stream may begin with a skippable frame. */
static int
skippable(const uint8_t *p, size_t n)
{
	return (n >= 4 && (p[0] & 0xf0) == 0x50 && p[1] == 0x2a &&
	    p[2] == 0x4d && p[3] == 0x18);
}

const struct codec *
codec_detect(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < NITEMS(codecs); i++) {
		const struct codec *c = &codecs[i];

		if (n >= c->magic_len && memcmp(p, c->magic,
		    c->magic_len) == 0)
			return (c);
		if (c->number == CODEC_ZSTD && skippable(p, n))
			return (c);
	}
	return (NULL);
}
