/*
 * resolve: finds, reads and merges configuration, and compiles seccomp
 * profiles for containers. The only program with a TOML parser.
 *
 * Trusts: the front end to say whose configuration is wanted; nobody for
 *         what stands in it.
 * Holds:  the right to read configuration files, for one request; after
 *         that, to read profiles in the configuration directories.
 * Dies:   when its channel closes.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "builtin.h"
#include "check.h"
#include "confine.h"
#include "emit.h"
#include "helper.h"
#include "log.h"
#include "merge.h"
#include "option.h"
#include "policy.h"
#include "record.h"
#include "request.h"
#include "scope.h"
#include "seccomp_request.h"
#include "settings.h"
#include "settle.h"
#include "source.h"

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

enum state { FRESH = 1, WALLED = 2 };

static const struct rule	 rules[] = {
#include "resolve.policy"
};
#include "resolve.bpf.h"
static const struct policy	 policy = {
	"resolve", rules, NITEMS(rules), bpf, NITEMS(bpf)
};

/* One descriptor of the packet, as a record. NULL: errno and a sentence. */
static struct rec *
take_record(struct packet *p, struct answer *a)
{
	scoped_fd int	 fd = packet_take_fd(p, 0);
	struct rec	*r = rec_from_fd(fd);

	if (r == NULL)
		(void)answer_text(a, "the request is not a sealed record");
	return (r);
}

/* From now on only the rows of the policy can be opened. */
static void
wall_up(const struct request *rq, unsigned int *state)
{
	scoped_fd int	 user = -1;

	if (*state != FRESH)
		return;
	if (rq->user[0] != '\0')
		user = openat(AT_FDCWD, rq->user, O_PATH | O_CLOEXEC);
	confine_landlock(&policy, &user, 1);
	*state = WALLED;
}

static int
resolve(const struct request *rq, struct settings *s, struct places *pl,
    unsigned int *state, struct problem *pr)
{
	struct document	 defaults = { .path = ORIGIN_BUILTIN,
			    .kind = CONF_CONTAINERS, .text = builtin_conf,
			    .len = builtin_conf_len };
	struct sources	*ss;
	int		 rc;

	if ((ss = sources_new()) == NULL)
		return (problem_set(pr, "out of memory"));
	rc = sources_open(ss, rq, pr);
	wall_up(rq, state);
	if (rc == 0)
		rc = merge_document(s, &defaults, pr);
	if (rc == 0)
		rc = sources_merge(ss, s, pr);
	if (rc == 0)
		rc = options_apply(s, rq, pr);
	if (rc == 0)
		rc = settle(s, rq, pl, pr);
	if (rc == 0)
		rc = check_settings(s, pr);
	sources_free(ss);
	return (rc);
}

static int
answer_settings(struct answer *a, const struct settings *s,
    const struct request *rq, const struct places *pl, bool with_text)
{
	struct rec	*r = emit_record(s, rq, pl, with_text);
	int		 rc;

	if (r == NULL)
		return (answer_text(a, "out of memory"));
	rc = answer_rec(a, r);
	rec_free(r);
	return (rc);
}

static int
on_config_resolve(void *ctx, struct packet *p, struct answer *a)
{
	unsigned int	*state = ctx;
	struct problem	 pr = { "" };
	struct request	 rq;
	struct settings	 s;
	struct places	 pl;
	struct rec	*rec;
	int		 rc;

	if ((rec = take_record(p, a)) == NULL)
		return (-1);
	settings_init(&s);
	rc = request_init(&rq, rec, &pr);
	if (rc == 0)
		rc = resolve(&rq, &s, &pl, state, &pr);
	if (rc == -1) {
		errno = EINVAL;
		rc = answer_text(a, "%s", pr.text);
	} else {
		rc = answer_settings(a, &s, &rq, &pl,
		    (p->body.config_resolve.flags & 1) != 0);
	}
	settings_clear(&s);
	rec_free(rec);
	return (rc);
}

static int
on_seccomp_compile(void *ctx, struct packet *p, struct answer *a)
{
	struct problem	 pr = { "" };
	struct rec	*rec;
	int		 fd;

	(void)ctx;
	if ((rec = take_record(p, a)) == NULL)
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
	{ MSG_config_resolve,	FRESH,		on_config_resolve },
	{ MSG_seccomp_compile,	WALLED,		on_seccomp_compile },
};

int
main(int argc, char **argv)
{
	struct helper	 h = { .name = "resolve", .self = R_RESOLVE,
			    .policy = &policy };
	unsigned int	 state = FRESH;

	helper_args(&h, argc, argv);
	helper_socket(&h);
	helper_drop(&h);
	confine_limits(&policy);
	confine_seccomp(&policy);
	return (helper_serve(&h, handlers, NITEMS(handlers), &state, &state));
}
