/*
 * Any bytes as a manifest, as a config and as a time: accepted documents fulfil
 * B01, B02 and AD10 of tests/rows.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../libexec/store/image.h"
#include "../../libexec/store/index.h"
#include "../../libexec/store/store.h"
#include "../../libexec/store/text.h"
#include "record.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
as_manifest(const char *p, size_t len)
{
	struct answer	 a;
	json_t		*m = image_manifest(p, len, "fuzz", &a);

	if (m == NULL) {
		if (strlen(a.text) == 0)
			abort();
		return;
	}
	if (json_object_get(m, "manifests") != NULL ||
	    !text_is_digest(json_text(json_object_get(m, "config"), "digest")))
		abort();
	json_decref(m);
}

static void
as_config(const char *p, size_t len)
{
	struct answer	 a;
	char		 why[256];
	json_t		*c = json_strict(p, len, why, sizeof(why));
	struct rec	*r = rec_new();
	const char	*v;
	size_t		 n, at = 0;
	void		*out;

	if (c != NULL && r != NULL && image_check_env(c, "fuzz", &a) == 0) {
		image_describe(r, c);
		while (rec_next(r, KEY(env), &at, &v))
			if (*v == '=' || strchr(v, '=') == NULL)
				abort();
		if (rec_encode(r, &out, &n) == 0)
			free(out);
	}
	rec_free(r);
	json_decref(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char	*text = malloc(len + 1);

	if (text == NULL)
		return (0);
	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	as_manifest(text, len);
	as_config(text, len);
	(void)text_time(text);
	free(text);
	return (0);
}
