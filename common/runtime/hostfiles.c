#include "hostfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "path.h"
#include "record.h"

#define FILE_MAX	(256u << 10)

/* Text that grows; a failed allocation is sticky, and fails at the end. */
struct text {
	char	*data;
	size_t	 len;
	FILE	*f;
};

static int
text_open(struct text *t)
{
	t->data = NULL;
	t->len = 0;
	return ((t->f = open_memstream(&t->data, &t->len)) == NULL ? -1 : 0);
}

static int
text_file(struct text *t, struct rec *def, const char *dst)
{
	struct rec	*r = rec_new();
	int		 rc = fclose(t->f);

	if (rc == 0) {
		(void)rec_add(r, KEY(dst), dst);
		(void)rec_add(r, KEY(content), t->data);
		(void)rec_add_num(r, KEY_IN(file, mode), 0644);
		rc = rec_add_rec(def, KEY(file), r);
	}
	rec_free(r);
	free(t->data);
	return (rc == 0 ? 0 : -1);
}

/* Is one of these words in the list after the address of a hosts line? */
static bool
line_names(const char *line, size_t len, const char *word)
{
	size_t	 n = strlen(word), i = 0;

	while (i < len && line[i] != '#') {
		size_t	 w;

		i += strspn(line + i, " \t");
		w = strcspn(line + i, " \t\n#");
		if (i > 0 && w == n && memcmp(line + i, word, n) == 0)
			return (true);
		if (w == 0)
			break;
		i += w;
	}
	return (false);
}

/* A line of the host's, if it holds no control bytes but tabs. */
static void
put_line(struct text *t, const char *line, size_t n)
{
	if (n > 0 && line[n - 1] == '\r')
		n--;
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)line[i] < ' ' && line[i] != '\t') ||
		    line[i] == 0x7f)
			return;
	fprintf(t->f, "%.*s\n", (int)n, line);
}

/* The host's own lines, but for those that name this container. */
static void
copy_hosts(struct text *t, const char *hostname)
{
	scoped_free char	*host = NULL;
	const char		*p;
	size_t			 n;

	host = path_slurp(AT_FDCWD, "/etc/hosts", FILE_MAX, NULL);
	if (host == NULL) {
		fputs("127.0.0.1\tlocalhost\n::1\tlocalhost\n", t->f);
		return;
	}
	for (p = host; *p != '\0'; p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		if (!line_names(p, n, hostname))
			put_line(t, p, n);
	}
}

static int
add_hosts(struct rec *def)
{
	const char	*hostname = rec_str(def, KEY(hostname), "");
	const char	*extra;
	struct text	 t;
	size_t		 it = 0;

	if (text_open(&t) == -1)
		return (-1);
	while (rec_next(def, KEY(add_host), &it, &extra))
		fprintf(t.f, "%s\n", extra);
	copy_hosts(&t, hostname);
	if (strcmp(rec_str(def, KEY(net), ""), "host") != 0)
		fprintf(t.f, "127.0.0.1\t%s %s\n", hostname,
		    rec_str(def, KEY(name), ""));
	return (text_file(&t, def, "/etc/hosts"));
}

/* A nameserver on the host's loopback is not there in another namespace. */
static bool
is_loopback(const char *line, size_t len)
{
	static const char	*word = "nameserver";
	size_t			 n = strlen(word);

	if (len <= n || memcmp(line, word, n) != 0)
		return (false);
	n += strspn(line + n, " \t");
	return (strncmp(line + n, "127.", 4) == 0 ||
	    (strncmp(line + n, "::1", 3) == 0 &&
	    strchr(" \t\n", line[n + 3]) != NULL));
}

static void
copy_resolv(struct text *t, bool keep_loopback)
{
	scoped_free char	*host = NULL;
	const char		*p;
	size_t			 n;

	/* The file is often a link to where a resolver keeps it. */
	scoped_fd int		 fd = open("/etc/resolv.conf",
				    O_RDONLY | O_CLOEXEC);
	ssize_t			 got;

	if (fd == -1 || (host = malloc(FILE_MAX)) == NULL ||
	    (got = read(fd, host, FILE_MAX - 1)) <= 0)
		return;
	host[got] = '\0';
	for (p = host; *p != '\0'; p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		if (keep_loopback || !is_loopback(p, n))
			put_line(t, p, n);
	}
}

/* One line of a word and every value of an option; nothing for none. */
static void
option_line(struct text *t, const struct rec *def, struct key_str name,
    const char *word, bool each)
{
	const char	*v;
	size_t		 it = 0, n = 0;

	while (rec_next(def, name, &it, &v)) {
		if (each || n == 0)
			fprintf(t->f, "%s%s", n > 0 ? "\n" : "", word);
		fprintf(t->f, " %s", v);
		n++;
	}
	if (n > 0)
		fputc('\n', t->f);
}

static int
add_resolv(struct rec *def)
{
	const char	*dns = rec_get(def, KEY(dns));
	struct text	 t;

	if (dns != NULL && strcmp(dns, "none") == 0)
		return (0);
	if (text_open(&t) == -1)
		return (-1);
	option_line(&t, def, KEY(dns_search), "search", false);
	option_line(&t, def, KEY(dns), "nameserver", true);
	option_line(&t, def, KEY(dns_option), "options", false);
	if (dns == NULL)
		copy_resolv(&t, strcmp(rec_str(def, KEY(net), ""),
		    "host") == 0);
	return (text_file(&t, def, "/etc/resolv.conf"));
}

static int
add_hostname(struct rec *def)
{
	struct text	 t;

	if (text_open(&t) == -1)
		return (-1);
	fprintf(t.f, "%s\n", rec_str(def, KEY(hostname), ""));
	return (text_file(&t, def, "/etc/hostname"));
}

int
hostfiles_add(struct rec *def)
{
	if (rec_num(def, KEY(no_hosts), 0) == 0 && add_hosts(def) == -1)
		return (-1);
	return (add_resolv(def) == -1 ? -1 : add_hostname(def));
}
