/*
 * Any text as a template, as a value of an option, and as text to show:
 * accepted input can be used, refused input has a message, and no output
 * controls a terminal.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "env.h"
#include "nitems.h"
#include "spec.h"
#include "tmpl.h"
#include "visible.h"
#include "record.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char *const	maps[] = { "Labels", NULL };
static const struct tmpl_about	about = { "fuzz", "T", maps, false, false };

static void
as_template(const char *text)
{
	struct parse_err	 err = { .text = "" };
	struct tmpl		*t = tmpl_parse(&about, text, &err);
	json_t			*d;
	char			*out = NULL;
	size_t			 n;
	FILE			*f;

	if (t == NULL) {
		if (*err.text == '\0')
			abort();
		return;
	}
	d = json_pack("{s:s, s:{s:s}, s:[s,s], s:i, s:n}", "A", "x\033y",
	    "Labels", "k", "v", "L", "p", "q", "N", 7, "Z");
	f = open_memstream(&out, &n);
	if (tmpl_exec(t, d, f, TMPL_TTY, &err) == -1 && *err.text == '\0')
		abort();
	fclose(f);
	free(out);
	json_decref(d);
	tmpl_free(t);
}

static void
as_value(const char *text)
{
	static int (*const	 parsers[])(const char *, struct rec *,
	    struct parse_err *) = { spec_volume, spec_tmpfs, spec_mount,
	    spec_ulimit, spec_security, spec_network, spec_userns,
	    spec_add_host, spec_log_driver, spec_log_opt, spec_umask };
	struct parse_err	 err;
	struct rec		*r;
	struct env		 e = { 0 };
	int64_t			 n;
	void			*out;
	size_t			 len;

	for (size_t i = 0; i < NITEMS(parsers); i++) {
		err.text[0] = '\0';
		if ((r = rec_new()) == NULL)
			return;
		if (parsers[i](text, r, &err) == -1 && err.text[0] == '\0')
			abort();
		if (rec_encode(r, &out, &len) == 0)
			free(out);
		rec_free(r);
	}
	(void)parse_duration(text, &n, &err);
	(void)parse_size(text, &n, &err);
	(void)parse_time(text, 0, &n, &err);
	(void)parse_signal(text);
	/* A user of digits is a number that fits, or is refused. */
	if (spec_user(text, &err) == 0 && *text != '\0' &&
	    text[strspn(text, "0123456789")] == '\0' &&
	    strtoull(text, NULL, 10) > INT32_MAX)
		abort();
	if (env_from_image(&e, text, &err) == 0 && strchr(text, '=') == NULL)
		abort();
	env_clear(&e);
}

static void
as_shown(const char *text)
{
	size_t	 n = strlen(text) * 6 + 1;
	char	*out = malloc(n);
	int32_t	 r;

	if (out == NULL)
		return;
	visible_word(out, n, text);
	for (const char *s = out; *s != '\0'; s += n) {
		r = utf8_next(s, &n);
		if (r < 0x20 || (r >= 0x7f && r < 0xa0))
			abort();
	}
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char	*text = malloc(len + 1);

	if (text == NULL)
		return (0);
	memcpy(text, data, len);
	text[len] = '\0';
	as_template(text);
	as_value(text);
	as_shown(text);
	free(text);
	return (0);
}
