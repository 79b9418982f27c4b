/*
 * bulkhead info. It must say what it can when state, store, locks or
 * configuration are broken: each is asked on its own, side by side, and what
 * does not answer leaves a note in its fields.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "clock.h"
#include "cmd.h"
#include "confined.h"
#include "format.h"
#include "info.h"
#include "pinned.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "version.h"
#include "yaml.h"

#define PATIENCE_MS	10000	/* for a lock that somebody holds */
#define NOBODY		65534u

static const char *const	maps[] = { "GraphOptions", "GraphStatus",
				    "registries", NULL };
static const struct tmpl_about	about = { "info", "*define.Info", maps,
				    true, false };

const char *
info_text(const struct info *in, enum info_part which, struct key_str key)
{
	static char		 unknown[1200];
	const struct part	*p = &in->part[which];

	if (p->answer != NULL)
		return (rec_str(p->answer, key, ""));
	(void)snprintf(unknown, sizeof(unknown), "unknown (%s)", p->why);
	return (unknown);
}

json_t *
info_json(const struct info *in, enum info_part which, struct key_str key)
{
	return (tmpl_text(info_text(in, which, key)));
}

json_t *
info_num(const struct info *in, enum info_part which, struct key_num key)
{
	const struct rec	*answer = in->part[which].answer;

	return (answer == NULL ? json_null() :
	    json_integer(rec_num(answer, key, 0)));
}

json_t *
info_note(const struct info *in, enum info_part which, json_t *o)
{
	if (in->part[which].answer == NULL)
		(void)json_object_set_new(o, "error",
		    tmpl_text(in->part[which].why));
	return (o);
}

static json_t *
plugins(void)
{
	return (json_pack("{s:[s], s:[s,s,s], s:[s,s], s:n}",
	    "volume", "local", "network", "none", "host", "private",
	    "log", "k8s-file", "none", "authorization"));
}

static json_t *
document(const struct info *in)
{
	json_t	*o = json_object();

	(void)json_object_set_new(o, "host", info_host(in));
	(void)json_object_set_new(o, "store", info_storage(in));
	(void)json_object_set_new(o, "registries", info_registry_list(in));
	(void)json_object_set_new(o, "plugins", plugins());
	(void)json_object_set_new(o, "version", version_json());
	return (o);
}

/* Whatever the configuration says of the rest needs a configuration. */
static void
without_config(struct info *in)
{
	for (size_t i = P_CONFIG + 1; i < P_COUNT; i++)
		(void)snprintf(in->part[i].why, sizeof(in->part[i].why), "%s",
		    in->part[P_CONFIG].why);
}

/* Was it an option of the command line? Then it would do without them. */
static bool
options_are_wrong(struct cli *g)
{
	struct cli	 bare = *g;
	struct part	 p = { .run = info_config, .quiet = true };
	bool		 fine;

	if (rec_len(g->global) == 0 ||
	    (bare.global = rec_new()) == NULL)
		return (false);
	part_start(&p, &bare, NULL);
	part_wait(&p, clock_mono_ms() + PATIENCE_MS);
	fine = p.answer != NULL;
	part_clear(&p);
	rec_free(bare.global);
	return (fine);
}

/* 0, or the exit code when it is the command line that is wrong. */
static int
gather(struct info *in, struct cli *g)
{
	const struct rec	*config;
	int64_t			 deadline;

	part_start(&in->part[P_CONFIG], g, NULL);
	part_wait(&in->part[P_CONFIG], clock_mono_ms() + PATIENCE_MS);
	if ((config = in->part[P_CONFIG].answer) == NULL) {
		if (options_are_wrong(g))
			return (say_error("%s", in->part[P_CONFIG].why));
		without_config(in);
		return (0);
	}
	deadline = clock_mono_ms() + PATIENCE_MS;
	for (size_t i = P_CONFIG + 1; i < P_COUNT; i++)
		if (i != P_DISK && i != P_STORE)
			part_start(&in->part[i], g, config);
	/* Where the storage is may stand in the state. */
	part_wait(&in->part[P_STATE], deadline);
	if (in->part[P_STATE].answer != NULL)
		pinned_copy(in->part[P_CONFIG].answer,
		    in->part[P_STATE].answer);
	part_start(&in->part[P_DISK], g, config);
	part_start(&in->part[P_STORE], g, config);
	deadline = clock_mono_ms() + PATIENCE_MS;
	for (size_t i = P_CONFIG + 1; i < P_COUNT; i++)
		part_wait(&in->part[i], deadline);
	return (0);
}

/* The rest is reading and printing, for which nobody has to be root. */
static void
settle_down(void)
{
	uid_t	 uid = NOBODY;
	gid_t	 gid = NOBODY;

	if (geteuid() == 0) {
		(void)account_find(&uid, &gid);
		account_become(uid, gid);
	}
	confined_enter(false);
}

/* Fields that Go knows by another name than JSON. */
static void
add_names(const struct tmpl *t, json_t *j)
{
	static const struct {
		const char	*in[2];		/* host, and in that */
		const char	*json;
		const char	*go;
	} names[] = {
		{ { "host", NULL }, "cgroupVersion", "CgroupsVersion" },
		{ { "host", "security" }, "capabilities",
		    "DefaultCapabilities" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t	*o = json_object_get(j, names[i].in[0]);

		if (names[i].in[1] != NULL)
			o = json_object_get(o, names[i].in[1]);
		if (tmpl_mentions(t, names[i].go))
			(void)json_object_set(o, names[i].go,
			    json_object_get(o, names[i].json));
	}
}

static int
print(struct format *f, json_t *j)
{
	int	 r;

	if (f->kind == FORMAT_TEMPLATE) {
		add_names(f->tmpl, j);
		r = format_row(f, j);
		return (format_close(f) == -1 || r == -1 ?
		    EXIT_ENGINE : 0);
	}
	if (f->kind == FORMAT_JSON) {
		format_json(stdout, j, 2, 0);
		putchar('\n');
	} else {
		yaml_print(stdout, j);
		putchar('\n');
	}
	json_decref(j);
	f->kind = FORMAT_PLAIN;
	return (format_close(f) == -1 ? EXIT_ENGINE : 0);
}

int
cmd_info(struct cli *g, int argc, char **argv)
{
	struct info	 in = { .part = {
			    [P_CONFIG].run = info_config,
			    [P_STATE].run = info_state,
			    [P_STORE].run = info_store,
			    [P_DISK].run = info_disk,
			    [P_IDS].run = info_ids,
			    [P_LOCKS].run = info_locks,
			    [P_PROGRAMS].run = info_programs,
			    [P_REGISTRIES].run = info_registries } };
	struct format	 f;
	json_t		*j;
	int		 r;

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < P_COUNT; i++)
		in.part[i].out = in.part[i].err = in.part[i].pidfd = -1;
	if (format_open(&f, &about, opt_str(g->opts, "format", NULL),
	    0) == -1)
		return (EXIT_ENGINE);
	/* It reads the same files again, with the same to say of them. */
	in.part[P_REGISTRIES].quiet = g->trace == 0;
	if ((r = gather(&in, g)) == 0) {
		settle_down();
		j = document(&in);
		r = j == NULL ? say_error("out of memory") : print(&f, j);
	}
	for (size_t i = 0; i < P_COUNT; i++)
		part_clear(&in.part[i]);
	return (r);
}
