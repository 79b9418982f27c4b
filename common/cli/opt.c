#include "opt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "given.h"
#include "parse.h"
#include "record.h"
#include "say.h"

#define MAX_ROWS	512

struct parser {
	const struct opt_set	*set;
	struct rec		*rec;
	struct rec		*global;
};

/* Old spellings that podman still takes, where the new one exists. */
static const struct {
	const char	*old;
	const char	*now;
} aliases[] = {
	{ "net", "network" },
	{ "timeout", "time" },
	{ "storage", "external" },
	{ "purge", "rm" },
	{ "notruncate", "no-trunc" },
	{ "namespace", "ns" },
	{ "override-arch", "arch" },
	{ "override-os", "os" },
	{ "override-variant", "variant" },
	{ "healthcheck-command", "health-cmd" },
	{ "healthcheck-interval", "health-interval" },
	{ "healthcheck-retries", "health-retries" },
	{ "healthcheck-start-period", "health-start-period" },
	{ "healthcheck-timeout", "health-timeout" },
};

static bool
is_flag(const struct opt *o)
{
	return (o->kind == OPT_FLAG || o->kind == OPT_IGNORED_FLAG ||
	    o->kind == OPT_REFUSED_FLAG);
}

static const struct opt *
find_in(const struct opt *table, const char *name, size_t len)
{
	for (const struct opt *o = table; o != NULL && o->name != NULL; o++)
		if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
			return (o);
	return (NULL);
}

static const struct opt *
find_global(const struct opt_set *set, const char *name, size_t len)
{
	const struct opt	*o;

	if ((o = find_in(set->global[0], name, len)) != NULL)
		return (o);
	return (find_in(set->global[1], name, len));
}

static const struct opt *
find_row(const struct opt_set *set, const char *name, size_t len)
{
	const struct opt	*o;

	for (size_t i = 0; i < OPT_TABLES; i++)
		if ((o = find_in(set->tables[i], name, len)) != NULL)
			return (o);
	return (find_global(set, name, len));
}

const struct opt *
opt_find(const struct opt_set *set, const char *name, size_t len)
{
	const struct opt	*o;

	if ((o = find_row(set, name, len)) != NULL)
		return (o);
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strlen(aliases[i].old) == len &&
		    memcmp(aliases[i].old, name, len) == 0)
			return (find_row(set, aliases[i].now,
			    strlen(aliases[i].now)));
	return (NULL);
}

/* No option that every command takes has a letter. */
const struct opt *
opt_letter(const struct opt_set *set, char c)
{
	for (size_t i = 0; i < OPT_TABLES; i++)
		for (const struct opt *o = set->tables[i];
		    o != NULL && o->name != NULL; o++)
			if (o->letter == c)
				return (o);
	return (NULL);
}

/* Every failure to understand ends with where the help is. */
static int
see_help(const struct parser *p)
{
	fprintf(stderr, "See '%s%s%s --help'\n", p->set->program,
	    *p->set->command != '\0' ? " " : "", p->set->command);
	return (-1);
}

static int
invalid(const struct parser *p, const struct opt *o, const char *value,
    const char *why)
{
	if (o->letter != 0)
		say_error("invalid argument \"%s\" for \"-%c, --%s\" flag: %s",
		    value, o->letter, o->name, why);
	else
		say_error("invalid argument \"%s\" for \"--%s\" flag: %s",
		    value, o->name, why);
	return (see_help(p));
}

/* Go's words for a number or a truth value that is none. */
static int
invalid_go(const struct parser *p, const struct opt *o, const char *func,
    const char *value, const char *why)
{
	char	 text[512];

	snprintf(text, sizeof(text), "strconv.%s: parsing \"%s\": %s", func,
	    value, why);
	return (invalid(p, o, value, text));
}

static struct rec *
home_of(const struct parser *p, const struct opt *o)
{
	return (find_global(p->set, o->name, strlen(o->name)) == o ?
	    p->global : p->rec);
}

static int
store(const struct parser *p, const struct opt *o, const char *value)
{
	if (rec_set(home_of(p, o), KEY_FROM(o->name), value) == -1) {
		say_error("--%s: %s", o->name, strerror(errno));
		return (-1);
	}
	return (0);
}

static int
store_flag(const struct parser *p, const struct opt *o, const char *value)
{
	int	 b;

	if (value == NULL)
		return (store(p, o, "true"));
	if ((b = parse_bool(value)) == -1)
		return (invalid_go(p, o, "ParseBool", value,
		    "invalid syntax"));
	return (store(p, o, b ? "true" : "false"));
}

static int
store_number(const struct parser *p, const struct opt *o, const char *value)
{
	const char	*func = o->kind == OPT_UINT ? "ParseUint" : "ParseInt";
	char		 text[32];
	int64_t		 n;

	if (parse_int(value, &n) == -1)
		return (invalid_go(p, o, func, value, errno == ERANGE ?
		    "value out of range" : "invalid syntax"));
	if (o->kind == OPT_UINT && n < 0)
		return (invalid_go(p, o, func, value, "invalid syntax"));
	snprintf(text, sizeof(text), "%" PRId64, n);
	return (store(p, o, text));
}

static int
store_measure(const struct parser *p, const struct opt *o, const char *value)
{
	struct parse_err	 err;
	char			 text[32];
	int64_t			 n = 0;
	int			 r = 0, sig;

	if (o->kind == OPT_DURATION)
		r = parse_duration(value, &n, &err);
	else if (o->kind == OPT_SIZE)
		r = parse_size(value, &n, &err);
	else if ((sig = parse_signal(value)) == -1) {
		say_error("invalid signal: %s", value);
		return (-1);
	} else
		n = sig;
	if (r == -1)
		return (invalid(p, o, value, err.text));
	snprintf(text, sizeof(text), "%" PRId64, n);
	return (store(p, o, text));
}

struct list_to {
	struct rec	*rec;
	const char	*key;
};

static int
add_field(void *ctx, const char *field)
{
	const struct list_to	*to = ctx;

	return (rec_add(to->rec, KEY_FROM(to->key), field));
}

static int
store_list(const struct parser *p, const struct opt *o, const char *value)
{
	struct list_to		 to = { home_of(p, o), o->name };
	struct parse_err	 err;

	if (o->kind == OPT_ARRAY || o->kind == OPT_FILE_ARRAY)
		return (rec_add(to.rec, KEY_FROM(o->name), value));
	if (parse_csv(value, add_field, &to, &err) == -1)
		return (invalid(p, o, value, err.text));
	return (0);
}

/* Is the value one of a|b|c? */
static bool
among(const char *list, const char *value)
{
	size_t	 n, len = strlen(value);

	for (const char *s = list; s != NULL && *s != '\0'; s += n) {
		s += *s == '|';
		n = strcspn(s, "|");
		if (n == len && memcmp(s, value, n) == 0)
			return (true);
	}
	return (false);
}

static int
refuse(const struct parser *p, const struct opt *o, const char *value)
{
	if (value != NULL)
		say_error("--%s=%s is not supported by %s yet, only %s",
		    o->name, value, p->set->program, o->complete);
	else
		say_error("--%s is not supported by %s yet", o->name,
		    p->set->program);
	return (-1);
}

static int
take(const struct parser *p, const struct opt *o, const char *value)
{
	switch (o->kind) {
	case OPT_FLAG:
		return (store_flag(p, o, value));
	case OPT_STRING:
		return (store(p, o, value));
	case OPT_ARRAY:
	case OPT_LIST:
	case OPT_FILE_ARRAY:
	case OPT_FILE_LIST:
		return (store_list(p, o, value));
	case OPT_INT:
	case OPT_UINT:
		return (store_number(p, o, value));
	case OPT_DURATION:
	case OPT_SIGNAL:
	case OPT_SIZE:
		return (store_measure(p, o, value));
	case OPT_ONLY:
		if (!among(o->complete, value))
			return (refuse(p, o, value));
		return (store(p, o, value));
	case OPT_REFUSED:
	case OPT_REFUSED_FLAG:
		return (refuse(p, o, NULL));
	case OPT_IGNORED:
	case OPT_IGNORED_FLAG:
		break;
	}
	return (0);
}

/* --name, --name=value, --name value. Returns how many words it took. */
static int
long_option(const struct parser *p, int argc, char **argv)
{
	const char		*name = argv[0] + 2;
	const char		*value = strchr(name, '=');
	size_t			 len = strcspn(name, "=");
	const struct opt	*o;

	if (len == 0) {
		say_error("bad flag syntax: %s", argv[0]);
		return (see_help(p));
	}
	if ((o = opt_find(p->set, name, len)) == NULL) {
		say_error("unknown flag: --%.*s", (int)len, name);
		return (see_help(p));
	}
	if (value != NULL)
		return (take(p, o, value + 1) == -1 ? -1 : 1);
	if (is_flag(o) || o->kind == OPT_REFUSED)
		return (take(p, o, NULL) == -1 ? -1 : 1);
	if (argc < 2) {
		say_error("flag needs an argument: %s", argv[0]);
		return (see_help(p));
	}
	return (take(p, o, argv[1]) == -1 ? -1 : 2);
}

/* -it, -eFOO=bar, -n=3, -e FOO. Returns how many words it took. */
static int
short_options(const struct parser *p, int argc, char **argv)
{
	const struct opt	*o;

	for (const char *s = argv[0] + 1; *s != '\0'; s++) {
		if ((o = opt_letter(p->set, *s)) == NULL) {
			if (*s == 'h') {
				(void)rec_set(p->rec, KEY(help), "true");
				return (1);
			}
			say_error("unknown shorthand flag: '%c' in -%s", *s, s);
			return (see_help(p));
		}
		if (s[1] == '=')
			return (take(p, o, s + 2) == -1 ? -1 : 1);
		if (is_flag(o) || o->kind == OPT_REFUSED) {
			if (take(p, o, NULL) == -1)
				return (-1);
			continue;
		}
		if (s[1] != '\0')
			return (take(p, o, s + 1) == -1 ? -1 : 1);
		if (argc < 2) {
			say_error("flag needs an argument: '%c' in -%s", *s,
			    argv[0] + 1);
			return (see_help(p));
		}
		return (take(p, o, argv[1]) == -1 ? -1 : 2);
	}
	return (1);
}

int
opt_parse(const struct opt_set *set, int argc, char **argv, struct rec *rec,
    struct rec *global)
{
	struct parser	 p = { set, rec, global };
	int		 i = 0, n, out = 0;

	while (i < argc) {
		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		if (argv[i][0] != '-' || argv[i][1] == '\0') {
			if (set->stop_early)
				break;
			argv[out++] = argv[i++];
			continue;
		}
		n = argv[i][1] == '-' ? long_option(&p, argc - i, argv + i) :
		    short_options(&p, argc - i, argv + i);
		if (n == -1)
			return (-1);
		i += n;
	}
	while (i < argc)
		argv[out++] = argv[i++];
	return (out);
}

void
opt_open_files(const struct opt_set *set, const struct rec *opts)
{
	const char	*path;
	size_t		 it;

	for (size_t i = 0; i < OPT_TABLES; i++)
		for (const struct opt *o = set->tables[i];
		    o != NULL && o->name != NULL; o++) {
			if (o->kind != OPT_FILE_LIST &&
			    o->kind != OPT_FILE_ARRAY)
				continue;
			for (it = 0; rec_next(opts, KEY_FROM(o->name), &it,
			    &path);)
				given_open(path);
		}
}

bool
opt_given(const struct rec *r, const char *name)
{
	return (rec_get(r, KEY_FROM(name)) != NULL);
}

bool
opt_flag(const struct rec *r, const char *name, bool fallback)
{
	const char	*v = rec_get(r, KEY_FROM(name));

	return (v == NULL ? fallback : strcmp(v, "true") == 0);
}

const char *
opt_str(const struct rec *r, const char *name, const char *fallback)
{
	return (rec_str(r, KEY_FROM(name), fallback));
}

int64_t
opt_num(const struct rec *r, const char *name, int64_t fallback)
{
	return (rec_num(r, KEY_NUM(name), fallback));
}

/* podman's word for its value: "string", "strings", nothing for a flag. */
static const char *
metavar(const struct opt *o)
{
	if (o->metavar != NULL)
		return (o->metavar);
	switch (o->kind) {
	case OPT_FLAG:
	case OPT_IGNORED_FLAG:
	case OPT_REFUSED_FLAG:
		return ("");
	case OPT_ARRAY:
	case OPT_FILE_ARRAY:
		return ("stringArray");
	case OPT_LIST:
	case OPT_FILE_LIST:
		return ("strings");
	case OPT_INT:
		return ("int");
	case OPT_UINT:
		return ("uint");
	case OPT_SIZE:
		return ("<number>[<unit>]");
	default:
		return ("string");
	}
}

static int
by_name(const void *a, const void *b)
{
	const struct opt *const	*x = a, *const *y = b;

	return (strcmp((*x)->name, (*y)->name));
}

/* The left column of one option. Returns its width. */
static int
left_column(const struct opt *o, char *line, size_t size)
{
	const char	*word = metavar(o);

	return (snprintf(line, size, "  %c%c%c --%s%s%s",
	    o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
	    o->letter ? ',' : ' ', o->name, *word ? " " : "", word));
}

static void
print_option(const struct opt *o, int width)
{
	const char	*quote;
	char		 line[128];
	size_t		 n;

	left_column(o, line, sizeof(line));
	printf("%-*s   ", width, line);
	for (const char *s = o->help; *s != '\0'; s += n) {
		n = strcspn(s, "\n");
		printf("%.*s", (int)n, s);
		if (s[n] == '\n') {
			printf("\n%*s", width + 3, "");
			n++;
		}
	}
	quote = o->kind == OPT_FLAG || o->kind == OPT_INT ||
	    o->kind == OPT_UINT || o->kind == OPT_LIST ||
	    o->kind == OPT_ARRAY || o->kind == OPT_FILE_ARRAY ||
	    o->kind == OPT_FILE_LIST ? "" : "\"";
	if (o->def != NULL)
		printf(" (default %s%s%s)", quote, o->def, quote);
	putchar('\n');
}

void
opt_help(const struct opt *const *tables, size_t ntables)
{
	const struct opt	*rows[MAX_ROWS];
	char			 line[128];
	size_t			 n = 0;
	int			 w, width = 0;

	for (size_t i = 0; i < ntables; i++)
		for (const struct opt *o = tables[i];
		    o != NULL && o->name != NULL; o++) {
			if (o->help == NULL || n == MAX_ROWS)
				continue;
			rows[n++] = o;
			if ((w = left_column(o, line, sizeof(line))) > width)
				width = w;
		}
	qsort(rows, n, sizeof(rows[0]), by_name);
	for (size_t i = 0; i < n; i++)
		print_option(rows[i], width);
}
