#include "hostfiles.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "path.h"
#include "record.h"

#define FILE_MAX	(256u << 10)

/* Add a file to a definition, as a function of that and a base writes it. */
static int
add_file(struct rec *def, const char *dst,
    void (*write_file)(FILE *, const struct rec *, const char *),
    const char *base)
{
	scoped_free char	*text = NULL;
	scoped_rec struct rec	*r = rec_new();
	size_t			 len;
	FILE			*f = open_memstream(&text, &len);

	if (f == NULL)
		return (-1);
	write_file(f, def, base);
	/* A failed allocation is sticky. */
	if (fclose(f) == EOF)
		return (-1);
	(void)rec_add(r, KEY(dst), dst);
	(void)rec_add(r, KEY(content), text);
	(void)rec_add_num(r, KEY_IN(file, mode), 0644);
	return (rec_add_rec(def, KEY(file), r));
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

/* A nameserver on the host's loopback is not there in another namespace. */
static bool
is_loopback(const char *line, size_t len, const char *word)
{
	size_t	 n = strlen(word);

	if (len <= n || memcmp(line, word, n) != 0)
		return (false);
	n += strspn(line + n, " \t");
	return (strncmp(line + n, "127.", 4) == 0 ||
	    (strncmp(line + n, "::1", 3) == 0 &&
	    strchr(" \t\n", line[n + 3]) != NULL));
}

/*
 * The lines of a file of the host, but for those with a control byte that is no
 * tab, and those to be left out because of a word.
 */
static void
copy_lines(FILE *f, const char *text,
    bool (*leave)(const char *, size_t, const char *), const char *word)
{
	size_t	 n, len, i;

	for (; *text != '\0'; text += n + (text[n] == '\n')) {
		n = len = strcspn(text, "\n");
		if (leave != NULL && leave(text, n, word))
			continue;
		if (len > 0 && text[len - 1] == '\r')
			len--;
		for (i = 0; i < len && text[i] != 0x7f &&
		    ((unsigned char)text[i] >= ' ' || text[i] == '\t'); i++)
			;
		if (i == len)
			fprintf(f, "%.*s\n", (int)len, text);
	}
}

static bool
has_host_network(const struct rec *def)
{
	return (strcmp(rec_str(def, KEY(net), ""), "host") == 0);
}

/*
 * The lines of the base (NULL: there is none), but for those that name this
 * container.
 */
static void
write_hosts(FILE *f, const struct rec *def, const char *base)
{
	const char	*hostname = rec_str(def, KEY(hostname), "");
	const char	*ip = rec_get(def, KEY(host_ip)), *extra;

	rec_each_text(extra, def, KEY(add_host))
		fprintf(f, "%s\n", extra);
	if (base == NULL)
		fputs("127.0.0.1\tlocalhost\n::1\tlocalhost\n", f);
	else
		copy_lines(f, base, line_names, hostname);
	if (ip != NULL)
		fprintf(f, "%s\thost.containers.internal "
		    "host.docker.internal\n", ip);
	if (!has_host_network(def))
		fprintf(f, "127.0.0.1\t%s %s\n", hostname,
		    rec_str(def, KEY(name), ""));
}

static void
copy_resolv(FILE *f, bool keep_loopback)
{
	scoped_free char	*host = malloc(FILE_MAX);

	/* The file is often a link to where a resolver keeps it. */
	scoped_fd int		 fd = open("/etc/resolv.conf",
				    O_RDONLY | O_CLOEXEC);
	ssize_t			 n;

	if (fd == -1 || host == NULL ||
	    (n = read(fd, host, FILE_MAX - 1)) <= 0)
		return;
	host[n] = '\0';
	copy_lines(f, host, keep_loopback ? NULL : is_loopback, "nameserver");
}

/* One line of a word and every value of an option; nothing for none. */
static void
option_line(FILE *f, const struct rec *def, struct key_str name,
    const char *word, bool each)
{
	const char	*v;
	size_t		 n = 0;

	rec_each_text(v, def, name) {
		if (each || n == 0)
			fprintf(f, "%s%s", n > 0 ? "\n" : "", word);
		fprintf(f, " %s", v);
		n++;
	}
	if (n > 0)
		fputc('\n', f);
}

static void
write_resolv(FILE *f, const struct rec *def, const char *base)
{
	(void)base;
	option_line(f, def, KEY(dns_search), "search", false);
	option_line(f, def, KEY(dns), "nameserver", true);
	option_line(f, def, KEY(dns_option), "options", false);
	if (rec_get(def, KEY(dns)) == NULL)
		copy_resolv(f, has_host_network(def));
}

static void
write_hostname(FILE *f, const struct rec *def, const char *base)
{
	(void)base;
	fprintf(f, "%s\n", rec_str(def, KEY(hostname), ""));
}

/* Only the host's own file may be missing. */
static int
add_hosts(struct rec *def)
{
	const char		*path = rec_str(def, KEY(hosts_base), "");
	scoped_free char	*base = NULL;

	if (strcmp(path, "none") != 0)
		base = path_slurp(AT_FDCWD, *path == '\0' ? "/etc/hosts" :
		    path, FILE_MAX, NULL);
	if (*path == '/' && base == NULL)
		return (-1);
	return (add_file(def, "/etc/hosts", write_hosts, base));
}

/*
 * The data of a time zone of the host, "local" being its own; a link of
 * /etc/localtime leads to it.
 */
static int
add_zone(struct rec *def)
{
	const char		*name = rec_get(def, KEY(tz));
	scoped_free char	*data = NULL;
	scoped_rec struct rec	*r = NULL;
	size_t			 len = 0;
	scoped_fd int		 fd = -1;

	if (name == NULL)
		return (0);
	if ((fd = hostfiles_open_zone(name)) == -1)
		return (-1);
	r = rec_new();
	data = malloc(FILE_MAX);
	for (ssize_t n = 1; data != NULL && n > 0 && len < FILE_MAX;
	    len += (size_t)n)
		if ((n = read(fd, data + len, FILE_MAX - len)) == -1)
			return (-1);
	if (len == FILE_MAX) {
		errno = EFBIG;
		return (-1);
	}
	if (data == NULL || rec_add_bytes(r, KEY(data), data, len) == -1)
		return (-1);
	(void)rec_add(r, KEY(dst), "/etc/localtime");
	(void)rec_add_num(r, KEY_IN(file, mode), 0644);
	return (rec_add_rec(def, KEY(file), r));
}

int
hostfiles_open_zone(const char *name)
{
	scoped_fd int	 dir = -1;

	if (strcmp(name, "local") == 0)
		return (open("/etc/localtime", O_RDONLY | O_CLOEXEC));
	dir = open("/usr/share/zoneinfo", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return (dir == -1 ? -1 : path_open(dir, name, O_RDONLY, 0));
}

int
hostfiles_add(struct rec *def, const char **what)
{
	*what = rec_str(def, KEY(hosts_base), "/etc/hosts");
	if (rec_num(def, KEY(no_hosts), 0) == 0 && add_hosts(def) == -1)
		return (-1);
	*what = "/etc/resolv.conf";
	if (strcmp(rec_str(def, KEY(dns), ""), "none") != 0 &&
	    add_file(def, *what, write_resolv, NULL) == -1)
		return (-1);
	*what = rec_str(def, KEY(tz), "");
	if (add_zone(def) == -1)
		return (-1);
	*what = "/etc/hostname";
	return (add_file(def, *what, write_hostname, NULL));
}
