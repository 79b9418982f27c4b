#include "defaults.h"

#include <string.h>

#include "cleanup.h"
#include "config.h"
#include "nitems.h"
#include "parse.h"
#include "record.h"

/*
 * Each setting and the option that it stands for. A request that has the
 * option, or the other one, takes nothing of the setting, unless the values are
 * added in front of the option's, which then win where two are about the same.
 *
 * Options whose name begins with "default-" are none of a command line: they
 * tell the values of a setting from those of an option.
 */
static const struct row {
	const char	*setting, *option;
	const char	*other;		/* or NULL */
	bool		 added;
	bool		 of_users;	/* root has only the option */
	const char	*prefix;	/* of each value, or NULL */
} rows[] = {
#define ROW(name, of, ...)	{ .setting = name, .option = of, __VA_ARGS__ }
	ROW("containers.annotations", "annotation", .added = true),
	ROW("containers.base_hosts_file", "hosts-file"),
	ROW("containers.container_name_as_hostname", "default-name-host"),
	ROW("containers.default_sysctls", "default-sysctl"),
	ROW("containers.dns_options", "dns-option"),
	ROW("containers.dns_searches", "dns-search"),
	ROW("containers.dns_servers", "dns"),
	/* Root's variables are not the account's, and resolve is. */
	ROW("containers.env_host", "env-host", .of_users = true),
	ROW("containers.host_containers_internal_ip", "default-host-ip"),
	ROW("containers.http_proxy", "http-proxy"),
	ROW("containers.init", "init"),
	ROW("containers.log_driver", "log-driver"),
	ROW("containers.log_tag", "log-opt", .added = true, .prefix = "tag="),
	ROW("containers.mounts", "default-mount"),
	ROW("containers.netns", "network"),
	ROW("containers.no_hosts", "no-hosts", .other = "add-host"),
	ROW("containers.oom_score_adj", "oom-score-adj"),
	ROW("containers.read_only", "read-only"),
	ROW("containers.shm_size", "shm-size"),
	ROW("containers.tz", "tz"),
	ROW("containers.umask", "umask"),
	ROW("containers.userns", "userns"),
	ROW("containers.volumes", "default-volume"),
	ROW("engine.image_volume_mode", "image-volume"),
	ROW("engine.pull_policy", "pull"),
	ROW("engine.stop_timeout", "stop-timeout"),
#undef ROW
};

/* Is the value of a setting one that containers cannot have here? */
static bool
is_unsupported(const struct rec *config, const char *setting)
{
	char	 key[CONFIG_KEY];

	return (rec_text(config, config_key(key, "unsupported:",
	    setting)) != NULL);
}

static bool
is_given(const struct rec *request, const char *option)
{
	return (rec_text(request, KEY_FROM(option)) != NULL);
}

/*
 * Take the values of a setting; an empty one is the default. With `named` no
 * other value has the option's name: record where these were set.
 */
static void
take(struct rec *out, const struct row *row, const struct rec *config,
    bool named)
{
	char		 key[CONFIG_KEY];
	const char	*v, *origin;
	size_t		 n = 0;

	rec_each_text(v, config, KEY_FROM(row->setting)) {
		if (*v == '\0')
			continue;
		(void)rec_addf(out, KEY_FROM(row->option), "%s%s",
		    row->prefix == NULL ? "" : row->prefix, v);
		n++;
	}
	if (n == 0 || !named)
		return;
	origin = rec_str(config, config_key(key, "origin:", row->setting),
	    "built-in");
	(void)rec_addf(out, config_key(key, "from:", row->option), "%s: %s",
	    origin, row->setting);
}

struct rec *
defaults_complete(const struct rec *request, const struct rec *config,
    bool system)
{
	scoped_rec struct rec	*out = rec_new();

	if (out == NULL)
		return (NULL);
	for (const struct row *r = rows; r < rows + NITEMS(rows); r++)
		if (!is_unsupported(config, r->setting) &&
		    !(system && r->of_users) && (r->added ||
		    (!is_given(request, r->option) && (r->other == NULL ||
		    !is_given(request, r->other)))))
			take(out, r, config, !is_given(request, r->option));
	return (rec_add_all(out, request) == -1 ? NULL : take_ptr(&out));
}

void
defaults_blame(const struct rec *completed, const char *option,
    struct parse_err *e)
{
	char			 key[CONFIG_KEY];
	struct parse_err	 was = *e;
	const char		*from = rec_get(completed, config_key(key,
				    "from:", option));

	if (from != NULL && was.text[0] != '\0')
		(void)parse_fail_code(e, was.code, "%s: %s", from, was.text);
}
