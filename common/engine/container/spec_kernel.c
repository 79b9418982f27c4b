/*
 * Kernel parameters of a container: sysctls, and the score by which the kernel
 * chooses a process to kill when memory runs out.
 */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "nitems.h"
#include "record.h"
#include "spec.h"

/* Parameters that a container's own namespaces have, as launch allows them. */
static const char *const	own[] = {
	"net.", "fs.mqueue.", "kernel.msg", "kernel.shm", "kernel.sem",
};

static bool
is_own(const char *name, size_t n)
{
	if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789._-") < n)
		return (false);
	for (size_t i = 0; i < NITEMS(own); i++)
		if (strncmp(name, own[i], strlen(own[i])) == 0)
			return (true);
	return (false);
}

/* The values of a list that are of another parameter. NULL: no memory. */
static struct rec *
others(const struct rec *def, const char *name, size_t n)
{
	struct rec	*r = rec_new();
	const char	*v, *at;

	rec_each_text(v, def, KEY(sysctl)) {
		at = v + (*v == '-');
		if (strncmp(at, name, n + 1) != 0 &&
		    rec_add(r, KEY(sysctl), v) == -1)
			break;
	}
	return (r);
}

int
spec_sysctl(const char *arg, bool may_fail, struct rec *out,
    struct parse_err *e)
{
	size_t			 n = strcspn(arg, "=");
	scoped_rec struct rec	*rest = NULL;

	if (arg[n] != '=')
		return (parse_fail(e, "%s is invalid, sysctl values must be "
		    "in the form of KEY=VALUE", arg));
	if (!is_own(arg, n))
		return (parse_fail(e, "sysctl \"%.*s\" is not allowed: it is "
		    "no parameter of a container's own namespaces", (int)n,
		    arg));
	for (const char *s = arg + n; *s != '\0'; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
			return (parse_fail(e, "the value of sysctl %.*s is "
			    "not one line", (int)n, arg));
	if ((rest = others(out, arg, n)) == NULL)
		return (parse_no_memory(e));
	rec_del(out, KEY(sysctl));
	return (rec_add_all(out, rest) == -1 || rec_addf(out, KEY(sysctl),
	    "%s%s", may_fail ? "-" : "", arg) == -1 ? parse_no_memory(e) : 0);
}

int
spec_oom_score(const char *arg, struct rec *out, struct parse_err *e)
{
	int64_t	 n;

	if (parse_int(arg, &n) == -1 || n < -1000 || n > 1000)
		return (parse_fail(e, "the oom-score-adj %s is not between "
		    "-1000 and 1000", arg));
	return (rec_set_num(out, KEY(oom_score_adj), n));
}
