/*
 * Any bytes as a layer: what the strict reader lets through has to hold what
 * the rest of unpack relies on.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "why.h"
#include "../../libexec/unpack/input.h"
#include "../../libexec/unpack/tar.h"
#include "../../libexec/unpack/tree.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(int holds)
{
	if (!holds)
		abort();
}

static void
check_entry(const struct tar_entry *e)
{
	struct why	 quiet = { 0 };
	char		 path[TREE_PATH_MAX + 1];
	uint64_t	 at = 0, sum = 0;

	must(e->path[0] != '\0' && (e->mode & ~07777U) == 0);
	must(e->type == TAR_FILE || (e->stored == 0 && !e->sparse));
	must(e->uid != UINT32_MAX && e->gid != UINT32_MAX);
	must(e->sparse || e->stored == e->size);
	for (size_t i = 0; i < e->nextents; i++) {
		must(e->extents[i].offset >= at);
		at = e->extents[i].offset + e->extents[i].len;
		must(at <= e->size);
		sum += e->extents[i].len;
	}
	must(!e->sparse || sum == e->stored);
	for (size_t i = 0; i < e->nxattrs; i++)
		must(e->xattrs[i].name != NULL);
	/* A clean name has no "..", no empty component, no outer slash. */
	if (tree_clean(e->path, path, &quiet) == 0 && path[0] != '\0')
		must(path[0] != '/' && path[strlen(path) - 1] != '/' &&
		    strstr(path, "//") == NULL &&
		    strncmp(path, "../", 3) != 0 &&
		    strstr(path, "/../") == NULL);
}

static int
count_tap(void *ctx, const void *p, size_t n)
{
	uint64_t	*total = ctx;

	(void)p;
	*total += n;
	return (0);
}

static void
walk(struct input *in, struct why *w)
{
	struct tar		*t = tar_new(in, w);
	struct tar_entry	*e;
	const uint8_t		*p;
	uint64_t		 tapped = 0, content = 0, got;
	ssize_t			 n;
	int			 rc;

	if (t == NULL)
		return;
	tar_set_tap(t, count_tap, &tapped);
	while ((rc = tar_next(t, &e)) == 1) {
		check_entry(e);
		for (got = 0; (n = tar_data(t, &p)) > 0; got += (uint64_t)n)
			must(n <= 1 << 30);
		content += got;
		if (n == -1)
			break;
		must(got == e->stored);
	}
	/* Every byte was either tapped or content; nothing was skipped over. */
	must(tapped + content == input_position(in));
	must(rc != -1 || w->error != 0);
	must(rc == -1 || n == -1 || w->error == 0);
	tar_free(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct why	 w = { 0 };
	struct input	*in = input_memory(data, len, &w);

	if (in != NULL)
		walk(in, &w);
	input_free(in);
	return (0);
}

/* Only the fuzzer has this one; a replay of the corpus does without. */
size_t	LLVMFuzzerMutate(uint8_t *, size_t, size_t) __attribute__((weak));
size_t	LLVMFuzzerCustomMutator(uint8_t *, size_t, size_t, unsigned int);

/* Checksums made right again, or hardly anything would get past them. */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max,
    unsigned int seed)
{
	unsigned int	 sum;
	uint8_t		*h;

	if (LLVMFuzzerMutate == NULL)
		return (len);
	len = LLVMFuzzerMutate(data, len, max);
	for (size_t at = 0; at + 512 <= len && seed % 8 != 0; at += 512) {
		h = data + at;
		if (memcmp(h + 257, "ustar", 5) != 0)
			continue;
		memset(h + 148, ' ', 8);
		sum = 0;
		for (int i = 0; i < 512; i++)
			sum += h[i];
		for (int i = 5; i >= 0; i--, sum >>= 3)
			h[148 + i] = (uint8_t)('0' + (sum & 7));
		h[154] = '\0';
	}
	return (len);
}
