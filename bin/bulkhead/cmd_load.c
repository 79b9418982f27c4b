/*
 * load and import: images out of archives.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "cmd.h"
#include "event.h"
#include "fetch.h"
#include "given.h"
#include "layers.h"
#include "manifest.h"
#include "passage.h"
#include "record.h"
#include "refname.h"
#include "say.h"
#include "session.h"
#include "storage.h"
#include "store.h"
#include "sweep.h"

#define MAX_SIZE	(64LL << 30)
#define MAX_FILES	2000000
#define MAX_RATIO	250

/* What the archive may take, all its images together; 0 is no limit. */
static struct limits
limits_of(const struct cli *g)
{
	int64_t	 size = opt_num(g->opts, "max-size", MAX_SIZE);
	int64_t	 files = opt_num(g->opts, "max-files", MAX_FILES);
	int64_t	 ratio = opt_num(g->opts, "max-ratio", MAX_RATIO);

	return ((struct limits){
		.size = size > 0 ? (uint64_t)size : UINT64_MAX,
		.files = files > 0 ? (uint64_t)files : UINT64_MAX,
		.ratio = ratio > 0 ? (uint64_t)ratio : UINT64_MAX,
	});
}

static int
copy(struct given_stream *from, int to)
{
	static char	 buf[1 << 16];
	ssize_t		 n, done, w;

	while ((n = given_next(from, buf, sizeof(buf))) != 0) {
		if (n == -1)
			return (-1);
		for (done = 0; done < n; done += w)
			if ((w = write(to, buf + done, (size_t)(n - done)))
			    == -1)
				return (-1);
	}
	return (0);
}

/*
 * An archive is read more than once and in any order. What comes through a
 * pipe is put into a file without a name first.
 */
static int
spool(struct given_stream *in, const char *name)
{
	const char	*dir = getenv("TMPDIR");
	scoped_fd int	 fd = -1;

	if (dir == NULL || *dir == '\0')
		dir = "/var/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd != -1 && copy(in, fd) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return (take_fd(&fd));
	if (errno == ETIMEDOUT)
		(void)say_error("the pipe %s has no writer: nothing opened it "
		    "for %d seconds", name, GIVEN_OPEN_MS / 1000);
	else
		(void)say_error("cannot keep what comes from %s in %s: %s; "
		    "set TMPDIR to a directory with room", name, dir,
		    strerror(errno));
	return (-1);
}

static int
open_archive(const char *path)
{
	scoped_fd int		 fd = -1;
	struct given_stream	 in;
	struct stat		 st;
	bool			 standard = path == NULL ||
				    strcmp(path, "-") == 0;

	if (standard && isatty(STDIN_FILENO)) {
		(void)say_error("cannot read from terminal, use command-line "
		    "redirection or the --input flag");
		return (-1);
	}
	if (standard)
		path = "/dev/stdin";
	if ((fd = given_open_now(path)) == -1 || fstat(fd, &st) == -1) {
		(void)say_error("open %s: %s", path, strerror(errno));
		return (-1);
	}
	if (S_ISREG(st.st_mode))
		return (take_fd(&fd));
	if (given_stream(&in, fd) == 0)
		return (spool(&in, standard ? "the standard input" : path));
	(void)say_error("%s is not a file that holds an archive", path);
	return (-1);
}

static void
no_name(struct session *s, const char *name, const char *why)
{
	(void)error_set(&s->client.error, errno, "\"%.300s\" is not a name for "
	    "an image: %s", name, why);
}

/*
 * The names an archive gives, made whole: docker's own archives mean
 * docker.io by a name without a registry, others mean this machine.
 */
static struct rec *
whole_names(struct session *s, const struct rec *image, const char *kind)
{
	struct rec	*out = rec_new();
	const char	*name, *prefix, *why;
	char		 whole[512];
	size_t		 it = 0;

	prefix = strcmp(kind, "docker") != 0 ? "localhost/" : NULL;
	while (rec_next(image, "name", &it, &name)) {
		why = refname_whole(name, prefix != NULL ? prefix :
		    strchr(name, '/') == NULL ? "docker.io/library/" :
		    "docker.io/", whole, sizeof(whole));
		if (why == NULL) {
			(void)rec_add(out, "name", whole);
			continue;
		}
		no_name(s, name, why);
		rec_free(out);
		return (NULL);
	}
	return (out);
}

/* The image's record in the store; its id in a buffer of 65 bytes. */
static int
commit(struct session *s, const struct rec *names, const char *config,
    const char *manifest, const char *top, char *id)
{
	struct rec	*r = rec_new();
	const char	*name;
	size_t		 it = 0;
	int		 rc;

	(void)rec_add(r, "config_json", config);
	(void)rec_add(r, "manifest_json", manifest);
	(void)rec_add(r, "layer", top);
	while (rec_next(names, "name", &it, &name))
		(void)rec_add(r, "name", name);
	rc = store_image_commit(&s->client, r, id);
	rec_free(r);
	return (rc);
}

static int
load_image(struct session *s, const struct rec *image, const char *kind,
    struct limits *l, bool progress)
{
	scoped_free char	*made = NULL;
	struct rec		*done = rec_new();
	struct rec		*names = whole_names(s, image, kind);
	const char		*config = rec_get(image, "config_json");
	const char		*manifest = rec_get(image, "manifest_json");
	const char		*name;
	char			 top[65], id[65];
	size_t			 it = 0;
	int			 rc = -1;

	if (names != NULL &&
	    layers_bring(s, image, l, progress, top, done) == 0) {
		if (manifest == NULL)
			manifest = made = manifest_docker(config, done);
		rc = commit(s, names, config, manifest, top, id);
	}
	if (rc == 0 && rec_count(names, "name") == 0)
		printf("Loaded image: sha256:%s\n", id);
	while (rc == 0 && rec_next(names, "name", &it, &name))
		printf("Loaded image: %s\n", name);
	rec_free(names);
	rec_free(done);
	return (rc);
}

/* An archive has one image, and sometimes `more`. */
static int
load_all(struct session *s, const struct cli *g, const struct rec *archive,
    bool progress)
{
	const char	*kind = rec_str(archive, "kind", "");
	struct limits	 l = limits_of(g);
	struct rec	*more;
	size_t		 it = 0;
	int		 rc = load_image(s, archive, kind, &l, progress);

	while (rc == 0 && (more = rec_sub(archive, "more", &it)) != NULL) {
		rc = load_image(s, more, kind, &l, progress);
		rec_free(more);
	}
	return (rc);
}

static int
open_store(struct session *s, struct cli *g)
{
	/* Each layer has an unpack process of its own, started as it comes. */
	if (command_open(s, g, NEED_STATE | NEED_STORE | NEED_FETCH |
	    NEED_IDS | NEED_WRITE | NEED_MORE, NULL) == -1)
		return (-1);
	if (storage_userns(s) == 0) {
		sweep_store(s);
		return (0);
	}
	(void)session_error(s);
	session_close(s);
	return (-1);
}

static bool
show_progress(const struct cli *g)
{
	return (isatty(STDERR_FILENO) && !opt_flag(g->opts, "quiet", false));
}

int
cmd_load(struct cli *g, int argc, char **argv)
{
	scoped_fd int	 fd = -1;
	struct session	 s = { 0 };
	struct rec	*archive;
	int		 code = 0;

	fd = open_archive(opt_str(g->opts, "input", argc > 0 ? argv[0] :
	    NULL));
	if (fd == -1 || open_store(&s, g) == -1)
		return (EXIT_ENGINE);
	archive = fetch_archive(&s.client, fd, "auto");
	if (archive == NULL || load_all(&s, g, archive,
	    show_progress(g)) == -1)
		code = session_error(&s);
	else
		event_tell(&s, "image", "loadfromarchive", NULL,
		    opt_str(g->opts, "input", argc > 0 ? argv[0] : "-"));
	rec_free(archive);
	session_close(&s);
	return (code);
}

/* The name for what is imported; NULL or why it is none. */
static const char *
import_name(const char *name, char *out, size_t size)
{
	/* Not an image "sha256" with a tag: commands would take it for an ID. */
	if (strncmp(name, "sha256:", 7) == 0)
		return ("tag by digest not supported");
	return (refname_whole(name, "localhost/", out, size));
}

static int
import_layer(struct session *s, const struct cli *g,
    const struct rec *archive, const char *from, const char *name, char *id)
{
	scoped_free char	*config = NULL, *manifest = NULL;
	struct rec		*done = rec_new(), *names = rec_new(), *layer;
	struct limits		 l = limits_of(g);
	struct parse_err	 e;
	char			 top[65], top_name[512];
	const char		*why;
	size_t			 it = 0;
	int			 rc = -1;

	if (name != NULL) {
		if ((why = import_name(name, top_name,
		    sizeof(top_name))) != NULL) {
			no_name(s, name, why);
			rec_free(names);
			rec_free(done);
			return (-1);
		}
		(void)rec_add(names, "name", top_name);
	}
	if (layers_bring(s, archive, &l, show_progress(g), top,
	    done) == 0 &&
	    (layer = rec_sub(done, "layer", &it)) != NULL) {
		config = manifest_import(g->opts, layer, from, &e);
		rec_free(layer);
		if (config == NULL)
			(void)error_set(&s->client.error, errno, "%s", e.text);
		else if ((manifest = manifest_docker(config, done)) != NULL)
			rc = commit(s, names, config, manifest, top, id);
	}
	rec_free(names);
	rec_free(done);
	return (rc);
}

int
cmd_import(struct cli *g, int argc, char **argv)
{
	scoped_fd int	 fd = open_archive(argv[0]);
	struct session	 s = { 0 };
	struct rec	*archive;
	char		 id[65];
	int		 code = 0;

	if (fd == -1 || open_store(&s, g) == -1)
		return (EXIT_ENGINE);
	archive = fetch_archive(&s.client, fd, "tar");
	if (archive == NULL || import_layer(&s, g, archive, argv[0],
	    argc > 1 ? argv[1] : NULL, id) == -1)
		code = session_error(&s);
	else {
		printf("sha256:%s\n", id);
		event_tell(&s, "image", "import", id, argc > 1 ? argv[1] :
		    argv[0]);
	}
	rec_free(archive);
	session_close(&s);
	return (code);
}
