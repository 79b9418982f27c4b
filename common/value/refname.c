#include "refname.h"

#include <stdio.h>
#include <string.h>

#include "reference.h"

const char *
refname_whole(const char *name, const char *prefix, char *out, size_t len)
{
	struct reference	 r;
	const char		*why;

	if (reference_has_host(name))
		prefix = "";
	if (snprintf(out, len, "%s%s", prefix, name) >= (int)len)
		return ("it is too long");
	if ((why = reference_parse(out, &r)) != NULL)
		return (why);
	if (*r.digest != '\0')
		return ("a digest is computed and cannot be given");
	if (snprintf(out, len, "%s:%s", r.name, *r.tag != '\0' ? r.tag :
	    "latest") >= (int)len)
		return ("it is too long");
	return (NULL);
}
