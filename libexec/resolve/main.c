/*
 * resolve: finds, reads and merges configuration, and compiles seccomp
 * profiles for containers. The only program with a TOML parser.
 *
 * Trusts: the front end for the user whose configuration is read; not the
 *         contents of it.
 * Holds:  the right to read configuration files, for one request; after
 *         that, to read profiles in the configuration directories.
 * Dies:   when its channel closes.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "builtin.h"
#include "check.h"
#include "cleanup.h"
#include "config.h"
#include "confine.h"
#include "emit.h"
#include "file_check.h"
#include "helper.h"
#include "log.h"
#include "look.h"
#include "merge.h"
#include "messages.h"
#include "nitems.h"
#include "option.h"
#include "record.h"
#include "registry.h"
#include "request.h"
#include "resolve.policy.h"
#include "seccomp_request.h"
#include "settings.h"
#include "source.h"
#include "unsupported.h"

enum state { FRESH = 1, CONFINED = 2 };

/* Apply Landlock: from now on only the paths of the policy can be opened. */
static void
apply_landlock(const char *user_dir, unsigned int *state)
{
	scoped_fd int	 user = -1;

	if (*state != FRESH)
		return;
	if (*user_dir != '\0')
		user = openat(AT_FDCWD, user_dir, O_PATH | O_CLOEXEC);
	confine_landlock(&resolve_policy, &user, 1);
	*state = CONFINED;
}

/* Check the profile for containers, on request. */
static int
look_at_seccomp(struct settings *s, const struct request *rq,
    const struct places *pl)
{
	struct problem	 pr = { .line = 0 };
	struct rec	*question;
	int		 fd;

	/*
	 * A profile outside the configuration directories comes with the
	 * request for its filter.
	 */
	if (!request_owns(rq, pl->seccomp))
		return (0);
	if ((question = rec_new()) == NULL)
		return (-1);
	(void)rec_add(question, KEY(profile), pl->seccomp);
	fd = seccomp_request(question, &pr);
	rec_free(question);
	if (fd != -1)
		return (close(fd));
	return (settings_problem(s, "seccomp_json", pr.text));
}

/* Checks for pulls and for people. */
static int
look_further(struct settings *s, const struct request *rq,
    const struct places *pl, unsigned int flags, struct problem *pr)
{
	if ((flags & (CONFIG_REGISTRIES | CONFIG_ALL)) != 0 &&
	    registries_check(s, pr) == -1) {
		if ((flags & CONFIG_ALL) == 0)
			return (-1);
		if (settings_problem(s, "registries_conf", pr->text) == -1)
			return (problem_no_memory(pr));
		*pr = (struct problem){ .line = 0 };
	}
	if ((flags & CONFIG_ALL) != 0 && look_at_seccomp(s, rq, pl) == -1)
		return (problem_no_memory(pr));
	return (0);
}

static int
resolve(const struct request *rq, struct sources *ss, struct settings *s,
    struct places *pl, unsigned int flags, unsigned int *state,
    struct problem *pr)
{
	struct document	 defaults = { .path = ORIGIN_BUILTIN,
			    .kind = CONF_CONTAINERS, .text = builtin_conf,
			    .len = builtin_conf_len };
	int		 rc;

	rc = sources_open(ss, rq, flags, pr);
	apply_landlock(rq->user, state);
	if (rc == 0)
		rc = merge_document(s, &defaults, pr);
	if (rc == 0)
		rc = sources_merge(ss, s, flags, pr);
	if (rc == 0)
		rc = options_apply(s, rq, pr);
	if (rc == 0)
		rc = config_complete(s, rq, pl, pr);
	if (rc == 0)
		rc = check_settings(s, pr);
	if (rc == 0)
		rc = unsupported_warn(s, rq->rootless, pr);
	if (rc == 0 && flags != 0)
		rc = look_further(s, rq, pl, flags, pr);
	return (rc);
}

static int
answer_record(struct answer *a, struct rec *r)		/* takes */
{
	int	 rc;

	if (r == NULL)
		return (answer_text(a, "out of memory"));
	rc = answer_rec(a, r);
	rec_free(r);
	return (rc);
}

/* Answer a request; the sources are read on the way. */
static int
answer_config(struct answer *a, const struct rec *rec, struct sources *ss,
    unsigned int flags, unsigned int *state)
{
	struct problem	 pr = { .line = 0 };
	struct request	 rq;
	struct settings	 s;
	struct places	 pl;
	int		 rc;

	settings_init(&s);
	look_named(rec);
	rc = request_init(&rq, rec, &pr);
	if (rc == 0)
		rc = resolve(&rq, ss, &s, &pl, flags, state, &pr);
	if (rc == -1) {
		errno = pr.error != 0 ? pr.error : EINVAL;
		rc = answer_text(a, "%s", pr.text);
	} else
		rc = answer_record(a, emit_record(&s, &rq, &pl, ss, flags));
	settings_clear(&s);
	look_named(NULL);
	return (rc);
}

static int
on_config_give(void *ctx, struct packet *p, struct answer *a)
{
	(void)ctx, (void)a;
	return (look_give(p->body.config_give.index, packet_take_fd(p, 0)));
}

static int
on_config_resolve(void *ctx, struct packet *p, struct answer *a)
{
	struct sources		*ss;
	scoped_rec struct rec	*rec = NULL;
	int			 rc;

	if ((rec = request_rec(p, 0, RECORD(question), a)) == NULL)
		return (-1);
	if ((ss = sources_new()) == NULL)
		rc = answer_text(a, "out of memory");
	else
		rc = answer_config(a, rec, ss, p->body.config_resolve.flags,
		    ctx);
	sources_free(ss);
	return (rc);
}

/* The text comes with the request: apply Landlock before reading it. */
static int
on_config_check(void *ctx, struct packet *p, struct answer *a)
{
	struct problem	 pr = { .line = 0 };
	struct rec	*rec, *out;
	int		 rc;

	if ((rec = request_rec(p, 0, RECORD(question), a)) == NULL)
		return (-1);
	apply_landlock("", ctx);
	out = file_check(rec, &pr);
	rec_free(rec);
	if (out != NULL || pr.text[0] == '\0')
		return (answer_record(a, out));
	errno = pr.error != 0 ? pr.error : EINVAL;
	rc = answer_text(a, "%s", pr.text);
	return (rc);
}

static int
on_config_seen(void *ctx, struct packet *p, struct answer *a)
{
	const struct rec	*seen = look_seen();

	(void)ctx, (void)p;
	if (seen != NULL)
		return (answer_rec(a, seen));
	errno = ENOMEM;
	return (answer_text(a, "out of memory"));
}

static int
on_seccomp_compile(void *ctx, struct packet *p, struct answer *a)
{
	struct problem	 pr = { .line = 0 };
	struct rec	*rec;
	int		 fd;

	(void)ctx;
	if ((rec = request_rec(p, 0, RECORD(question), a)) == NULL)
		return (-1);
	fd = seccomp_request(rec, &pr);
	rec_free(rec);
	if (fd != -1)
		return (answer_fd(a, fd));
	errno = EINVAL;
	return (answer_text(a, "%s", pr.text));
}

static const struct handler	 handlers[] = {
	/* message		states		handler */
	{ MSG_config_give,	FRESH,		on_config_give },
	{ MSG_config_resolve,	FRESH,		on_config_resolve },
	{ MSG_config_seen,	CONFINED,		on_config_seen },
	{ MSG_config_check,	FRESH | CONFINED,	on_config_check },
	{ MSG_seccomp_compile,	CONFINED,		on_seccomp_compile },
};

int
main(int argc, char **argv)
{
	struct helper	 h = { .name = "resolve", .self = R_RESOLVE,
			    .policy = &resolve_policy };
	unsigned int	 state = FRESH;

	helper_args(&h, argc, argv);
	helper_socket(&h);
	helper_drop(&h);
	/* Landlock follows in apply_landlock, with the user's directory. */
	confine_limits(&resolve_policy);
	confine_seccomp(&resolve_policy);
	return (helper_serve(&h, handlers, NITEMS(handlers), &state, &state));
}
