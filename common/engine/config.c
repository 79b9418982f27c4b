#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "given.h"
#include "record.h"
#include "resolve.h"
#include "session.h"

/* What of our environment the configuration may depend on. */
static const char *const environment[] = {
	"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR",
	"CONTAINERS_CONF", "CONTAINERS_CONF_OVERRIDE",
	"CONTAINERS_STORAGE_CONF", "CONTAINERS_REGISTRIES_CONF",
	"STORAGE_DRIVER", "STORAGE_OPTS", "TMPDIR",
	"DBUS_SESSION_BUS_ADDRESS", "USER",
};

struct rec *
config_question(const struct session *s)
{
	const struct rec	*settings = s->options.settings;
	struct rec		*r = rec_new();
	struct rec_item		 item;
	const char		*v;
	char			 key[64];
	size_t			 it = 0;

	for (size_t i = 0; i < sizeof(environment) / sizeof(*environment); i++)
		if ((v = getenv(environment[i])) != NULL) {
			(void)snprintf(key, sizeof(key), "env:%s",
			    environment[i]);
			(void)rec_add(r, KEY_FROM(key), v);
		}
	(void)rec_add_num(r, KEY(uid), geteuid());
	(void)rec_add(r, KEY(mode), s->system ? "system" : "rootless");
	while (settings != NULL && rec_walk(settings, &it, &item)) {
		(void)snprintf(key, sizeof(key), "opt:%s", item.key);
		if (item.text != NULL && strcmp(item.key, "trace") != 0 &&
		    strcmp(item.key, "log-level") != 0)
			(void)rec_add(r, KEY_FROM(key), item.text);
	}
	return (r);
}

/*
 * Give resolve a file that the person named, open: it may be one that only
 * root can read, or a pipe of the person's shell. What a user cannot open here
 * resolve cannot either, and says why; for root it would be another reason.
 */
static int
give_file(struct session *s, struct rec *question, const char *path,
    bool required)
{
	uint32_t		 index = (uint32_t)rec_count(question,
	    KEY(given));
	struct parse_err	 why;
	scoped_fd int		 fd = -1;

	if (*path != '/' || index == GIVE_MAX)
		return (0);
	fd = given_fd(path, &why);
	if (fd == -1 && geteuid() == 0 && required)
		return (error_set(&s->client.error, EINVAL, "cannot read %s: "
		    "%s", path, strerror(errno)));
	if (fd == -1)
		return (0);
	if (rec_add(question, KEY(given), path) == -1)
		return (-1);
	return (resolve_give_begin(&s->client, index, fd));
}

/* The files of the environment and of --module, as resolve will call them. */
static int
give_files(struct session *s, struct rec *question, const char *cwd)
{
	static const char *const	 names[] = { "CONTAINERS_CONF",
	    "CONTAINERS_CONF_OVERRIDE", "CONTAINERS_STORAGE_CONF",
	    "CONTAINERS_REGISTRIES_CONF" /* only to pull */ };
	char				 path[8192];
	const char			*v;
	size_t				 it = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((v = getenv(names[i])) == NULL || *v == '\0')
			continue;
		(void)snprintf(path, sizeof(path), "%s%s%s", *v == '/' ? "" :
		    cwd, *v == '/' ? "" : "/", v);
		if (give_file(s, question, path, i < 3) == -1)
			return (-1);
	}
	while (rec_next(s->options.settings, KEY(module), &it, &v))
		if (give_file(s, question, v, true) == -1)
			return (-1);
	return (0);
}

int
config_ask(struct session *s)
{
	struct rec	*r = config_question(s);
	char		 cwd[4096] = "";
	int		 rc;

	/* Where relative paths begin: most questions have none. */
	if (getcwd(cwd, sizeof(cwd)) != NULL)
		(void)rec_add(r, KEY(cwd), cwd);
	rc = give_files(s, r, cwd) == -1 ? -1 :
	    resolve_config_begin(&s->client, r, s->config_flags);
	rec_free(r);
	return (rc);
}

/*
 * After a change: containers record the digest of the changed configuration,
 * and a clean-up inherits its memfd. 0 or -1.
 */
int
config_seal(struct session *s)
{
	scoped_free void	*bytes = NULL;
	char			 hex[SHA256_DIGEST_STRING_LENGTH];
	size_t			 len;

	close(s->config_fd);
	s->config_fd = -1;
	rec_del(s->config, KEY(digest));
	if (rec_encode(s->config, &bytes, &len) == -1 ||
	    SHA256Data(bytes, len, hex) == NULL ||
	    rec_addf(s->config, KEY(digest), "sha256:%s", hex) == -1 ||
	    (s->config_fd = rec_memfd(s->config, "configuration")) == -1)
		return (session_sentence(s, "cannot keep",
		    "the configuration"));
	return (0);
}

int
config_use(struct session *s)
{
	const char	*warning;
	size_t		 it = 0;

	while (!s->quiet && rec_next(s->config, KEY(warn), &it, &warning))
		session_warn(s, "%s", warning);
	if (!session_in_memory(s))
		return (0);
	/* Nothing lasts: what would, ends with the boot. */
	if (rec_set(s->config, KEY_AS(path_state), rec_str(s->config,
	    KEY_AS(path_run),
	    "")) == -1)
		return (session_sentence(s, "cannot use", "the configuration"));
	return (config_seal(s));
}

int
config_take(struct session *s)
{
	if ((s->config_fd = resolve_config_end(&s->client)) == -1)
		return (-1);
	if ((s->config = rec_from_fd(s->config_fd, RECORD(config), NULL)) == NULL)
		return (session_sentence(s, "damaged answer of", "resolve"));
	s->fresh_fd = fcntl(s->config_fd, F_DUPFD_CLOEXEC, 0);
	return (config_use(s));
}
