/*
 * Settings of containers.conf that stand for options: which are taken, and
 * which are left to the request.
 */
#include <stdio.h>
#include <string.h>

#include "anykey.h"
#include "defaults.h"
#include "harness.h"
#include "parse.h"
#include "record.h"

/* The values of a key with commas between them. */
static const char *
values(const struct rec *r, const char *key)
{
	static char	 out[256];
	const char	*v;

	*out = '\0';
	rec_each_text(v, r, KEY_FROM(key))
		(void)snprintf(out + strlen(out), sizeof(out) - strlen(out),
		    "%s%s", *out == '\0' ? "" : ",", v);
	return (out);
}

static void
is(const struct rec *r, const char *key, const char *want, const char *what)
{
	if (strcmp(values(r, key), want) != 0)
		printf("# %s is %s, not %s\n", key, values(r, key), want);
	check(strcmp(values(r, key), want) == 0, what, __LINE__);
}

/* What is said of a wrong umask. */
static void
blames(const struct rec *r, const char *want, const char *what)
{
	struct parse_err	 e;

	(void)parse_fail(&e, "is wrong");
	defaults_blame(r, "umask", &e);
	check(strcmp(e.text, want) == 0, what, __LINE__);
}

int
main(void)
{
	struct rec		*config = rec_new(), *request = rec_new(), *r;

	(void)rec_add(config, any_key("containers.umask"), "0077");
	(void)rec_add(config, any_key("origin:containers.umask"), "/c:7");
	(void)rec_add(config, any_key("containers.tz"), "");
	(void)rec_add(config, any_key("containers.dns_servers"), "1.1.1.1");
	(void)rec_add(config, any_key("containers.dns_servers"), "2.2.2.2");
	(void)rec_add(config, any_key("containers.annotations"), "a=1");
	(void)rec_add(config, any_key("containers.log_tag"), "t");
	(void)rec_add(config, any_key("containers.netns"), "bridge");
	(void)rec_add(config, any_key("unsupported:containers.netns"), "true");
	(void)rec_add(config, any_key("containers.no_hosts"), "true");
	(void)rec_add(config, any_key("containers.env_host"), "true");

	r = defaults_complete(request, config, true);
	is(r, "env-host", "", "S15: root's containers have root's variables "
	    "by an option only");
	is(r, "no-hosts", "true", "S15: no_hosts of root's containers");
	rec_free(r);
	r = defaults_complete(request, config, false);
	is(r, "env-host", "true", "S15: a user's env_host");
	is(r, "umask", "0077", "S15: a setting stands for its option");
	is(r, "tz", "", "S15: an empty setting asks for nothing");
	is(r, "dns", "1.1.1.1,2.2.2.2", "S15: a list has all its values");
	is(r, "log-opt", "tag=t", "S15: a setting for a part of an option");
	is(r, "network", "", "S20: a value that is not supported is not used");
	is(r, "no-hosts", "true", "S15: no_hosts");
	blames(r, "/c:7: containers.umask: is wrong",
	    "S15: a wrong value is named with its place");
	rec_free(r);

	(void)rec_add(request, any_key("umask"), "0022");
	(void)rec_add(request, any_key("dns"), "3.3.3.3");
	(void)rec_add(request, any_key("annotation"), "a=2");
	(void)rec_add(request, any_key("add-host"), "h:1.2.3.4");
	r = defaults_complete(request, config, false);
	is(r, "umask", "0022", "S15: the option wins");
	is(r, "dns", "3.3.3.3", "S15: an option's list replaces the setting's");
	is(r, "annotation", "a=1,a=2", "S15: the option's are the later ones");
	is(r, "no-hosts", "", "S15: --add-host needs a hosts file");
	blames(r, "is wrong",
	    "S15: an option's value is not blamed on a setting");
	rec_free(r);
	rec_free(config);
	rec_free(request);
	return (finish());
}
