/*
 * Any bytes as a containers.conf: an accepted file is printed as text that is
 * accepted too, with the same settings. Bytes that begin with a brace are a
 * seccomp profile, whose filter must always return an action; after an
 * exclamation mark follows a registries.conf, and after an at sign and one more
 * byte a file of any kind to be checked.
 */
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../libexec/resolve/bpf.h"
#include "record.h"
#include "../../libexec/resolve/emit.h"
#include "../../libexec/resolve/file_check.h"
#include "../../libexec/resolve/merge.h"
#include "../../libexec/resolve/profile.h"
#include "../../libexec/resolve/settings.h"
#include "../resolve/bpf_run.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
read_conf(struct settings *s, enum conf_kind kind, const char *text,
    size_t len)
{
	struct document	 doc = { .path = "fuzz", .kind = kind, .text = text,
			    .len = len };
	struct problem	 pr = { .line = 0 };

	settings_init(s);
	return (merge_document(s, &doc, &pr));
}

static void
same_values(const struct settings *a, const struct settings *b)
{
	const struct setting	*x, *y;

	for (size_t i = 0; i < a->n; i++) {
		x = &a->all[i];
		y = settings_find(b, x->name);
		if (x->origin == NULL)
			continue;
		if (y == NULL || x->n != y->n)
			abort();
		for (size_t j = 0; j < x->n; j++)
			if (strcmp(x->values[j], y->values[j]) != 0)
				abort();
	}
}

static void
fuzz_conf(enum conf_kind kind, const char *text, size_t len)
{
	struct settings	 a, b;
	char		*printed;

	if (read_conf(&a, kind, text, len) == 0) {
		if ((printed = emit_text(&a, kind)) == NULL ||
		    read_conf(&b, kind, printed, strlen(printed)) == -1)
			abort();
		same_values(&a, &b);
		settings_clear(&b);
		free(printed);
	}
	settings_clear(&a);
}

static void
fuzz_check(uint8_t which, const char *text, size_t len)
{
	static const char *const	 kinds[] = { "", "containers",
	    "storage",
					    "registries", "libpod", "policy",
					    "mounts", "seccomp" };
	struct problem			 pr = { .line = 0 };
	struct rec			*rq = rec_new();
	char				*copy = malloc(len + 1);

	if (rq == NULL || copy == NULL)
		abort();
	memcpy(copy, text, len);
	copy[len] = '\0';
	(void)rec_add(rq, KEY(path), "fuzz");
	(void)rec_add(rq, KEY(kind), kinds[which % 8]);
	(void)rec_add_bytes(rq, KEY_IN(question, text), copy, len + 1);
	rec_free(file_check(rq, &pr));
	rec_free(rq);
	free(copy);
}

static void
fuzz_profile(const char *text, size_t len)
{
	static struct filter		 f;
	static const char *const	 caps[] = { "CAP_SYS_ADMIN" };
	struct profile_for		 who = { .caps = caps, .ncaps = 1 };
	struct problem			 pr = { .line = 0 };
	struct seccomp_data		 d = { .arch = 0xc000003e };

	if (profile_compile("fuzz", text, len, &who, &f, &pr) == -1)
		return;
	for (d.nr = -1; d.nr < 500; d.nr++)
		if (bpf_run(f.code, f.n, &d) == BPF_BROKEN)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char	*text = (const char *)data;

	if (len > 0 && *text == '{')
		fuzz_profile(text, len);
	else if (len > 0 && *text == '!')
		fuzz_conf(CONF_REGISTRIES, text + 1, len - 1);
	else if (len > 1 && *text == '@')
		fuzz_check(data[1], text + 2, len - 2);
	else
		fuzz_conf(CONF_CONTAINERS, text, len);
	return (0);
}
