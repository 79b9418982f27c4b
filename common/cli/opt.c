#include "opt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "given.h"
#include "nitems.h"
#include "parse.h"
#include "record.h"
#include "say.h"

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

static const struct opt *
find_in(const struct opt *const *tables, size_t n, const char *name,
    size_t len)
{
	for (size_t i = 0; i < n; i++)
		for (const struct opt *o = tables[i];
		    o != NULL && o->name != NULL; o++)
			if (strlen(o->name) == len &&
			    memcmp(o->name, name, len) == 0)
				return (o);
	return (NULL);
}

static const struct opt *
find_row(const struct opt_set *set, const char *name, size_t len)
{
	const struct opt	*o = find_in(set->tables, OPT_TABLES, name,
				    len);

	return (o != NULL ? o : find_in(set->global, NITEMS(set->global),
	    name, len));
}

const struct opt *
opt_find(const struct opt_set *set, const char *name, size_t len)
{
	const struct opt	*o = find_row(set, name, len);

	for (size_t i = 0; o == NULL && i < NITEMS(aliases); i++)
		if (strlen(aliases[i].old) == len &&
		    memcmp(aliases[i].old, name, len) == 0)
			o = find_row(set, aliases[i].now,
			    strlen(aliases[i].now));
	return (o);
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

/* Say an error, and where the help is. Always -1. */
static int __attribute__((format(printf, 2, 3)))
misused(const struct parser *p, const char *fmt, ...)
{
	char	 text[2048];
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say_error(ERR_INVALID_ARG, "%s", text);
	fprintf(stderr, "See '%s%s%s --help'\n", p->set->program,
	    *p->set->command != '\0' ? " " : "", p->set->command);
	return (-1);
}

static int
invalid(const struct parser *p, const struct opt *o, const char *value,
    const char *why)
{
	char	 letter[] = { '-', o->letter, ',', ' ', '\0' };

	return (misused(p, "invalid argument \"%s\" for \"%s--%s\" flag: %s",
	    value, o->letter != 0 ? letter : "", o->name, why));
}

/* Go's words for a number or a truth value that is none. */
static int
invalid_go(const struct parser *p, const struct opt *o, const char *func,
    const char *value, const char *why)
{
	struct parse_err	 e;

	(void)parse_fail(&e, "strconv.%s: parsing \"%s\": %s", func, value,
	    why);
	return (invalid(p, o, value, e.text));
}

static struct rec *
home_of(const struct parser *p, const struct opt *o)
{
	return (find_in(p->set->global, NITEMS(p->set->global), o->name,
	    strlen(o->name)) == o ? p->global : p->rec);
}

static int
store(const struct parser *p, const struct opt *o, const char *value)
{
	if (rec_set(home_of(p, o), KEY_FROM(o->name), value) == 0)
		return (0);
	say_error(error_of_errno(errno), "--%s: %s", o->name, strerror(errno));
	return (-1);
}

static int
store_flag(const struct parser *p, const struct opt *o, const char *value)
{
	int	 b = value == NULL ? 1 : parse_bool(value);

	if (b == -1)
		return (invalid_go(p, o, "ParseBool", value,
		    "invalid syntax"));
	return (store(p, o, b ? "true" : "false"));
}

static int
store_number(const struct parser *p, const struct opt *o, const char *value)
{
	bool			 natural = o->kind == OPT_UINT;
	struct parse_err	 e;
	char			 text[32];
	int64_t			 n = 0;
	int			 r = 0;

	if (o->kind == OPT_DURATION)
		r = parse_duration(value, &n, &e);
	else if (o->kind == OPT_SIZE)
		r = parse_size(value, &n, &e);
	else if (o->kind == OPT_SIGNAL) {
		if ((n = parse_signal(value)) == -1) {
			(void)say_error(ERR_INVALID_ARG, "invalid signal: %s",
			    value);
			return (-1);
		}
	} else if ((r = parse_int(value, &n)) == -1 || (natural && n < 0))
		return (invalid_go(p, o, natural ? "ParseUint" : "ParseInt",
		    value, r == -1 && errno == ERANGE ? "value out of range" :
		    "invalid syntax"));
	if (r == -1)
		return (invalid(p, o, value, e.text));
	(void)snprintf(text, sizeof(text), "%" PRId64, n);
	return (store(p, o, text));
}

static int
store_list(const struct parser *p, const struct opt *o, const char *value)
{
	size_t			  room = strlen(value) + 1;
	scoped_free char	 *copy = strdup(value);
	scoped_free const char	**fields = calloc(room, sizeof(*fields));
	struct rec		 *to = home_of(p, o);
	struct parse_err	  err;
	int			  n, rc = 0;

	if (o->kind == OPT_ARRAY || o->kind == OPT_FILE_ARRAY)
		return (rec_add(to, KEY_FROM(o->name), value));
	if (*value == '\0')
		return (0);
	n = copy == NULL || fields == NULL ? parse_no_memory(&err) :
	    parse_csv(copy, fields, room, &err);
	if (n == -1)
		return (invalid(p, o, value, err.text));
	for (int i = 0; i < n && rc == 0; i++)
		rc = rec_add(to, KEY_FROM(o->name), fields[i]);
	return (rc);
}

bool
opt_among(const char *list, char separator, const char *word)
{
	size_t	 n, len = strlen(word);

	for (const char *s = list; s != NULL && *s != '\0';
	    s += n + (s[n] != '\0')) {
		n = (size_t)(strchrnul(s, separator) - s);
		if (n == len && memcmp(s, word, n) == 0)
			return (true);
	}
	return (false);
}

static int
store_one_of(const struct parser *p, const struct opt *o, const char *value)
{
	if (opt_among(o->complete, '|', value))
		return (store(p, o, value));
	if (o->kind == OPT_ONE_OF)
		say_error(ERR_INVALID_ARG, "invalid argument for --%s: \"%s\" "
		    "is none of %s", o->name, value, o->complete);
	else
		say_error(ERR_NOT_IMPLEMENTED, "--%s=%s is not supported by %s "
		    "yet, only %s", o->name, value, p->set->program,
		    o->complete);
	return (-1);
}

static int
refuse(const struct parser *p, const struct opt *o, const char *value)
{
	(void)value;
	say_error(ERR_NOT_IMPLEMENTED, "--%s is not supported by %s yet",
	    o->name, p->set->program);
	return (-1);
}

static const struct {
	struct opt_words	 words;
	/* Keep a value: 0, or -1 after saying why not. NULL: it is ignored. */
	int			 (*take)(const struct parser *,
				    const struct opt *, const char *);
} kinds[] = {
	[OPT_FLAG] =	{ { "", "", "flag", false }, store_flag },
	[OPT_STRING] =	{ { "string", NULL, "value", true }, store },
	[OPT_ARRAY] =	{ { "stringArray", NULL, "value", false }, store_list },
	[OPT_LIST] =	{ { "strings", "list", "value", false }, store_list },
	[OPT_FILE_ARRAY] = { { "stringArray", NULL, "value", false },
	    store_list },
	[OPT_FILE_LIST] = { { "strings", NULL, "value", false }, store_list },
	[OPT_INT] =	{ { "int", "number", "value", false }, store_number },
	[OPT_UINT] =	{ { "uint", "number", "value", false }, store_number },
	[OPT_DURATION] = { { "string", NULL, "value", true }, store_number },
	[OPT_SIGNAL] =	{ { "string", "signal", "value", true }, store_number },
	[OPT_SIZE] =	{ { "<number>[<unit>]", "size", "value", true },
	    store_number },
	[OPT_ONLY] =	{ { "string", NULL, "value", true }, store_one_of },
	[OPT_ONE_OF] =	{ { "string", NULL, "value", true }, store_one_of },
	[OPT_IGNORED] =	{ { "string", NULL, "ignored", true }, NULL },
	[OPT_IGNORED_FLAG] = { { "", NULL, "ignored", true }, NULL },
	[OPT_REFUSED] =	{ { "string", NULL, "refused", true }, refuse },
	[OPT_REFUSED_FLAG] = { { "", NULL, "refused", true }, refuse },
};

const struct opt_words *
opt_words(const struct opt *o)
{
	return (&kinds[o->kind].words);
}

static int
take(const struct parser *p, const struct opt *o, const char *value)
{
	return (kinds[o->kind].take == NULL ? 0 :
	    kinds[o->kind].take(p, o, value));
}

/* May no value follow it in a word of its own? */
static bool
stands_alone(const struct opt *o)
{
	return (*opt_words(o)->metavar == '\0' || o->kind == OPT_REFUSED);
}

/* --name, --name=value, --name value. Returns how many words it took. */
static int
long_option(const struct parser *p, int argc, char **argv)
{
	const char		*name = argv[0] + 2;
	const char		*value = strchr(name, '=');
	size_t			 len = strcspn(name, "=");
	const struct opt	*o;

	if (len == 0)
		return (misused(p, "bad flag syntax: %s", argv[0]));
	if ((o = opt_find(p->set, name, len)) == NULL)
		return (misused(p, "unknown flag: --%.*s", (int)len, name));
	if (value != NULL || stands_alone(o))
		return (take(p, o, value != NULL ? value + 1 : NULL) == -1 ?
		    -1 : 1);
	if (argc < 2)
		return (misused(p, "flag needs an argument: %s", argv[0]));
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
			return (misused(p, "unknown shorthand flag: '%c' in "
			    "-%s", *s, s));
		}
		if (s[1] == '=')
			return (take(p, o, s + 2) == -1 ? -1 : 1);
		if (stands_alone(o)) {
			if (take(p, o, NULL) == -1)
				return (-1);
			continue;
		}
		if (s[1] != '\0')
			return (take(p, o, s + 1) == -1 ? -1 : 1);
		if (argc < 2)
			return (misused(p, "flag needs an argument: '%c' in "
			    "-%s", *s, argv[0] + 1));
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
		/* Here, for the errors of the options that follow. */
		say_trace(opt_flag(global, "trace", false));
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
	say_trace(opt_flag(global, "trace", false));
	while (i < argc)
		argv[out++] = argv[i++];
	return (out);
}

void
opt_open_files(const struct opt_set *set, const struct rec *opts)
{
	const char	*path;

	for (size_t i = 0; i < OPT_TABLES; i++)
		for (const struct opt *o = set->tables[i];
		    o != NULL && o->name != NULL; o++) {
			if (o->kind != OPT_FILE_LIST &&
			    o->kind != OPT_FILE_ARRAY)
				continue;
			rec_each_text(path, opts, KEY_FROM(o->name))
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

int
opt_time(const struct rec *r, const char *name, int64_t now, int64_t *out)
{
	const char		*v = opt_str(r, name, NULL);
	struct parse_err	 e;

	if (v == NULL || parse_time(v, now, out, &e) == 0)
		return (0);
	say_error(ERR_INVALID_ARG, "parsing --%s \"%s\": unable to interpret "
	    "time value", name, v);
	return (-1);
}

static int
by_name(const void *a, const void *b)
{
	const struct opt *const	*x = a, *const *y = b;

	return (strcmp((*x)->name, (*y)->name));
}

size_t
opt_shown(const struct opt *const *tables, size_t ntables,
    const struct opt *rows[OPT_ROWS])
{
	size_t	 n = 0;

	for (size_t i = 0; i < ntables; i++)
		for (const struct opt *o = tables[i];
		    o != NULL && o->name != NULL; o++)
			if (o->help != NULL && n < OPT_ROWS)
				rows[n++] = o;
	qsort(rows, n, sizeof(rows[0]), by_name);
	return (n);
}

/* The left column of one option. Returns its width. */
static int
left_column(const struct opt *o, char *line, size_t size)
{
	const char	*word = o->metavar != NULL ? o->metavar :
			    opt_words(o)->metavar;

	return (snprintf(line, size, "  %c%c%c --%s%s%s",
	    o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
	    o->letter ? ',' : ' ', o->name, *word ? " " : "", word));
}

static void
print_option(const struct opt *o, int width)
{
	const char	*quote = opt_words(o)->quoted ? "\"" : "";
	char		 line[128];

	left_column(o, line, sizeof(line));
	printf("%-*s   ", width, line);
	for (const char *s = o->help; *s != '\0'; s++)
		if (*s != '\n')
			putchar(*s);
		else
			printf("\n%*s", width + 3, "");
	if (o->def != NULL)
		printf(" (default %s%s%s)", quote, o->def, quote);
	putchar('\n');
}

void
opt_help(const struct opt *const *tables, size_t ntables)
{
	const struct opt	*rows[OPT_ROWS];
	char			 line[128];
	size_t			 n = opt_shown(tables, ntables, rows);
	int			 w, width = 0;

	for (size_t i = 0; i < n; i++)
		if ((w = left_column(rows[i], line, sizeof(line))) > width)
			width = w;
	for (size_t i = 0; i < n; i++)
		print_option(rows[i], width);
}
