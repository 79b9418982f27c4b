/*
 * seccompc: what policy/container/ says, as a C header for resolve: the two
 * files as text, the default capabilities, and the seccomp profile compiled
 * for a container with exactly those, which is what nearly all are given.
 *
 *	seccompc defaults.conf seccomp.json > container.h
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf.h"
#include "profile.h"
#include "settings.h"
#include "toml.h"

enum { CAPS_MAX = 64, FILE_MAX = 1 << 20 };

static char *
read_file(const char *path, size_t *len)
{
	FILE	*f = fopen(path, "r");
	char	*buf = malloc(FILE_MAX);

	if (f == NULL || buf == NULL)
		err(1, "%s", path);
	*len = fread(buf, 1, FILE_MAX, f);
	if (ferror(f) || *len == FILE_MAX)
		errx(1, "%s: cannot read all of it", path);
	fclose(f);
	return (buf);
}

static void
print_text(const char *name, const char *text, size_t len)
{
	printf("const char %s[] =\n    \"", name);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			printf("\\n\"\n    \"");
		else if (text[i] == '\t')
			printf("\\t");
		else if (text[i] == '"' || text[i] == '\\')
			printf("\\%c", text[i]);
		else if (text[i] < ' ' || text[i] > '~')
			errx(1, "%s: only plain ASCII here", name);
		else
			putchar(text[i]);
	}
	printf("\";\n");
}

static size_t
take_caps(const struct toml_doc *doc, const char **caps)
{
	const struct toml	*t;
	size_t			 n = 0;

	t = toml_find(toml_find(toml_root(doc), "containers"),
	    "default_capabilities");
	if (t == NULL || t->kind != TOML_ARRAY)
		errx(1, "there are no default_capabilities");
	for (t = t->first; t != NULL; t = t->next) {
		if (t->kind != TOML_STRING || n == CAPS_MAX)
			errx(1, "default_capabilities: line %u", t->line);
		caps[n++] = t->text;
	}
	return (n);
}

static void
print_filter(const struct filter *f)
{
	printf("const struct sock_filter builtin_filter[] = {\n");
	for (size_t i = 0; i < f->n; i++)
		printf("\t{ 0x%02x, %u, %u, 0x%08x },\n", f->code[i].code,
		    f->code[i].jt, f->code[i].jf, f->code[i].k);
	printf("};\n");
}

int
main(int argc, char **argv)
{
	static struct filter	 filter;
	const char		*caps[CAPS_MAX];
	struct profile_for	 who = { .caps = caps };
	struct problem		 pr = { .line = 0 };
	struct toml_error	 te;
	struct toml_doc		*doc;
	size_t			 conf_len, json_len;
	char			*conf, *json;

	if (argc != 3)
		errx(1, "usage: seccompc defaults.conf seccomp.json");
	conf = read_file(argv[1], &conf_len);
	json = read_file(argv[2], &json_len);
	if ((doc = toml_parse(conf, conf_len, &te)) == NULL)
		errx(1, "%s:%u:%u: %s near \"%s\"", argv[1], te.line, te.col,
		    te.what, te.near);
	who.ncaps = take_caps(doc, caps);
	if (profile_compile(argv[2], json, json_len, &who, &filter, &pr) == -1)
		errx(1, "%s", pr.text);
	printf("/* Made from %s and %s. */\n", argv[1], argv[2]);
	print_text("builtin_conf", conf, conf_len);
	print_text("builtin_seccomp", json, json_len);
	printf("const char *const builtin_caps[] = {\n");
	for (size_t i = 0; i < who.ncaps; i++)
		printf("\t\"%s\",\n", caps[i]);
	printf("};\n");
	print_filter(&filter);
	return (0);
}
