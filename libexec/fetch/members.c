#include "members.h"

#include <sys/stat.h>

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "helper.h"
#include "text.h"

#define BLOCK		(256u << 10)
#define SMALL_MAX	(4u << 20)	/* a JSON member; others have the same
					 * limit */
#define HOPS_MAX	8		/* links that are followed */
#define UNPACKED_FREE	(4ULL << 30)	/* always allowed */
#define UNPACKED_RATIO	250ULL		/* beyond it, times the file's size */

static int
broken(struct answer *a, const char *what)
{
	errno = EBADMSG;
	return (answer_text(a, "the archive cannot be read (%s); save the "
	    "image again", what == NULL ? "unknown reason" : what));
}

/* Accept only tar, in the compressions that image tools write. */
static struct archive *
open_reader(int fd, struct answer *a)
{
	struct archive	*ar;

	if (lseek(fd, 0, SEEK_SET) == -1 ||
	    (ar = archive_read_new()) == NULL) {
		(void)answer_text(a, "the archive is not a regular file");
		return (NULL);
	}
	(void)archive_read_support_format_tar(ar);
	(void)archive_read_support_filter_gzip(ar);
	(void)archive_read_support_filter_zstd(ar);
	(void)archive_read_support_filter_bzip2(ar);
	(void)archive_read_support_filter_xz(ar);
	if (archive_read_open_fd(ar, fd, BLOCK) != ARCHIVE_OK) {
		(void)broken(a, archive_error_string(ar));
		(void)archive_read_free(ar);
		return (NULL);
	}
	return (ar);
}

/* Normalise: single slashes, ".." removes a component. NULL: leads out. */
static char *
clean(const char *dir, size_t dir_len, const char *name)
{
	char		*out = malloc(dir_len + strlen(name) + 2);
	size_t		 len = dir_len, n;
	const char	*p = name;

	if (out == NULL)
		return (NULL);
	memcpy(out, dir, dir_len);
	for (;;) {
		p += strspn(p, "/");
		if ((n = strcspn(p, "/")) == 0)
			break;
		if (n == 2 && p[0] == '.' && p[1] == '.') {
			if (len == 0) {
				free(out);
				return (NULL);
			}
			while (len > 0 && out[--len] != '/')
				;
		} else if (!(n == 1 && p[0] == '.')) {
			if (len > 0)
				out[len++] = '/';
			memcpy(out + len, p, n);
			len += n;
		}
		p += n;
	}
	out[len] = '\0';
	return (out);
}

static int
add(struct members *ms, struct archive_entry *e, uint64_t offset,
    struct answer *a)
{
	const char	*name = archive_entry_pathname(e), *link;
	struct member	*m, *bigger;
	size_t		 room;

	if (ms->n == ms->room) {
		room = ms->room == 0 ? 64 : ms->room * 2;
		bigger = reallocarray(ms->m, room, sizeof(*bigger));
		if (bigger == NULL)
			return (answer_text(a, "out of memory"));
		ms->m = bigger;
		ms->room = room;
	}
	m = &ms->m[ms->n];
	memset(m, 0, sizeof(*m));
	m->order = ms->n;
	m->size = (uint64_t)archive_entry_size(e);
	m->offset = offset;
	/* Skip a name that leads out of the archive. */
	if (name == NULL || strlen(name) > NAME_LEN_MAX ||
	    (m->name = clean("", 0, name)) == NULL)
		m->name = strdup("");
	link = archive_entry_hardlink(e);
	m->hard = link != NULL;
	if (link == NULL && archive_entry_filetype(e) == AE_IFLNK)
		link = archive_entry_symlink(e);
	if (link != NULL && (strlen(link) > NAME_LEN_MAX ||
	    (m->link = strdup(link)) == NULL))
		m->link = strdup("");
	m->readable = archive_entry_filetype(e) == AE_IFREG &&
	    archive_entry_sparse_count(e) == 0;
	ms->n++;
	if (m->name == NULL)
		return (answer_text(a, "out of memory"));
	return (0);
}

/*
 * Limits for archives that decompress to much more than their size: how far
 * into the output the table may reach.
 */
static int
within_limits(const struct members *ms, struct archive *ar,
    struct archive_entry *e, uint64_t file_size, struct answer *a)
{
	uint64_t	 at = (uint64_t)archive_filter_bytes(ar, 0);
	uint64_t	 size = (uint64_t)archive_entry_size(e);

	if (ms->n >= MEMBERS_MAX) {
		errno = EFBIG;
		return (answer_text(a, "the archive has more than %u members; "
		    "it is no image, use import for a root file system",
		    MEMBERS_MAX));
	}
	if (size > INT64_MAX / 2 || (!ms->plain && at + size >
	    UNPACKED_FREE + UNPACKED_RATIO * file_size)) {
		errno = EFBIG;
		return (answer_text(a, "the archive unpacks to more than %llu "
		    "times its size, as a decompression bomb does; do not use "
		    "it unless you trust where it is from", UNPACKED_RATIO));
	}
	return (0);
}

static int
by_name(const void *x, const void *y)
{
	const struct member	*a = x, *b = y;
	int			 rc = strcmp(a->name, b->name);

	return (rc != 0 ? rc : a->order < b->order ? -1 : 1);
}

static int
find_name(const void *key, const void *m)
{
	return (strcmp(key, ((const struct member *)m)->name));
}

static int
read_table(struct members *ms, struct answer *a)
{
	struct archive		*ar = open_reader(ms->fd, a);
	struct archive_entry	*e;
	struct stat		 st;
	int			 rc, out = -1;

	if (ar == NULL)
		return (-1);
	if (fstat(ms->fd, &st) == -1)
		goto done;
	while ((rc = archive_read_next_header(ar, &e)) == ARCHIVE_OK ||
	    rc == ARCHIVE_WARN) {
		if (ms->n == 0)
			ms->plain = archive_filter_count(ar) == 1;
		if (within_limits(ms, ar, e, (uint64_t)st.st_size, a) == -1 ||
		    add(ms, e, (uint64_t)archive_filter_bytes(ar, 0), a) == -1)
			goto done;
	}
	if (rc != ARCHIVE_EOF)
		(void)broken(a, archive_error_string(ar));
	else if (ms->n == 0)
		(void)broken(a, "it is empty, or no tar archive");
	else
		out = 0;
 done:
	(void)archive_read_free(ar);
	return (out);
}

int
members_open(struct members *ms, int fd, struct answer *a)
{
	memset(ms, 0, sizeof(*ms));
	ms->fd = fd;
	if (read_table(ms, a) == -1)
		return (-1);
	qsort(ms->m, ms->n, sizeof(*ms->m), by_name);
	for (size_t i = 1; i < ms->n; i++)
		if (strcmp(ms->m[i - 1].name, ms->m[i].name) == 0)
			ms->m[i - 1].twice = ms->m[i].twice = true;
	return (0);
}

void
members_close(struct members *ms)
{
	for (size_t i = 0; i < ms->n; i++) {
		free(ms->m[i].name);
		free(ms->m[i].link);
	}
	free(ms->m);
	if (ms->reader != NULL)
		(void)archive_read_free(ms->reader);
	if (ms->fd != -1)
		close(ms->fd);
	memset(ms, 0, sizeof(*ms));
	ms->fd = -1;
}

static const struct member *
find(const struct members *ms, const char *name)
{
	if (ms->n == 0 || name[0] == '\0')
		return (NULL);
	return (bsearch(name, ms->m, ms->n, sizeof(*ms->m), find_name));
}

bool
members_have(const struct members *ms, const char *name)
{
	return (find(ms, name) != NULL);
}

/* Resolve one link; NULL: it leads out of the archive. */
static char *
target(const struct member *m)
{
	const char	*slash = strrchr(m->name, '/');
	size_t		 dir = slash == NULL ? 0 : (size_t)(slash - m->name);

	if (m->hard || m->link[0] == '/')
		dir = 0;
	return (clean(m->name, dir, m->link));
}

const struct member *
members_get(const struct members *ms, const char *name, struct answer *a)
{
	scoped_free char	*at = clean("", 0, name);
	const struct member	*m = NULL;
	char			*next;

	for (int hops = 0; at != NULL && hops <= HOPS_MAX; hops++) {
		if ((m = find(ms, at)) == NULL || m->link == NULL)
			break;
		next = target(m);
		free(at);
		at = next;
		m = NULL;
	}
	errno = EBADMSG;
	if (m == NULL)
		(void)answer_text(a, "member \"%.200s\" is not in the "
		    "archive; save the image again", name);
	else if (m->twice)
		(void)answer_text(a, "member \"%.200s\" is in the archive "
		    "twice; do not use this image", name);
	else if (!m->readable)
		(void)answer_text(a, "member \"%.200s\" of the archive is no "
		    "regular file; save the image again", name);
	else
		return (m);
	return (NULL);
}

static ssize_t
read_plain(struct members *ms, const struct member *m, uint64_t off,
    void *buf, size_t n, struct answer *a)
{
	ssize_t	 got;

	do {
		got = pread(ms->fd, buf, n, (off_t)(m->offset + off));
	} while (got == -1 && errno == EINTR);
	if (got == 0)
		return (broken(a, "it is cut short"));
	if (got == -1)
		return (answer_text(a, "the archive cannot be read: %s",
		    strerror(errno)));
	return (got);
}

/* Move the reader to this member; start again if it is behind it. */
static int
seek_member(struct members *ms, const struct member *m, struct answer *a)
{
	struct archive_entry	*e;
	int			 rc;

	if (ms->reader != NULL && ms->next > m->order) {
		(void)archive_read_free(ms->reader);
		ms->reader = NULL;
	}
	if (ms->reader == NULL) {
		if ((ms->reader = open_reader(ms->fd, a)) == NULL)
			return (-1);
		ms->next = 0;
	}
	while (ms->next <= m->order) {
		rc = archive_read_next_header(ms->reader, &e);
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
			return (broken(a, archive_error_string(ms->reader)));
		ms->next++;
	}
	return (0);
}

static ssize_t
read_packed(struct members *ms, const struct member *m, uint64_t off,
    void *buf, size_t n, struct answer *a)
{
	ssize_t	 got;

	if (off == 0 && seek_member(ms, m, a) == -1)
		return (-1);
	got = archive_read_data(ms->reader, buf, n);
	if (got < 0)
		return (broken(a, archive_error_string(ms->reader)));
	return (got == 0 ? broken(a, "it is cut short") : got);
}

ssize_t
members_read(struct members *ms, const struct member *m, uint64_t off,
    void *buf, size_t n, struct answer *a)
{
	if (off >= m->size)
		return (0);
	if (n > m->size - off)
		n = (size_t)(m->size - off);
	return (ms->plain ? read_plain(ms, m, off, buf, n, a) :
	    read_packed(ms, m, off, buf, n, a));
}

char *
members_slurp(struct members *ms, const char *name, size_t *len,
    struct answer *a)
{
	const struct member	*m = members_get(ms, name, a);
	scoped_free char	*buf = NULL;
	uint64_t		 got = 0;
	ssize_t			 n;

	if (m == NULL)
		return (NULL);
	if (m->size > SMALL_MAX) {
		errno = EFBIG;
		(void)answer_text(a, "member \"%.200s\" of the archive is "
		    "larger than the 4 MiB that such a file may have", name);
		return (NULL);
	}
	if ((buf = malloc((size_t)m->size + 1)) == NULL)
		return (NULL);
	while ((n = members_read(ms, m, got, buf + got,
	    (size_t)(m->size - got), a)) > 0)
		got += (uint64_t)n;
	if (n == -1)
		return (NULL);
	buf[got] = '\0';
	*len = (size_t)got;
	return (take_ptr(&buf));
}

json_t *
members_json(struct members *ms, const char *name, struct answer *a)
{
	scoped_free char	*text = NULL;
	size_t			 len;

	text = members_slurp(ms, name, &len, a);
	return (text == NULL ? NULL : text_parse(name, text, len, a));
}
