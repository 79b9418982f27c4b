#include "platform.h"

#include <sys/utsname.h>

#include <stddef.h>
#include <string.h>

#include "nitems.h"
#include "text.h"

/* uname's name, the image's name, and the best variant if there are several. */
static const struct {
	const char	*machine, *arch, *variant;
} names[] = {
	{ "x86_64",	"amd64",	NULL },
	{ "aarch64",	"arm64",	"v8" },
	{ "armv7l",	"arm",		"v7" },
	{ "armv6l",	"arm",		"v6" },
	{ "i686",	"386",		NULL },
	{ "ppc64le",	"ppc64le",	NULL },
	{ "s390x",	"s390x",	NULL },
	{ "riscv64",	"riscv64",	NULL },
	{ "loongarch64", "loong64",	NULL },
	{ "mips64",	"mips64le",	NULL },
};

static size_t
mine(void)
{
	static size_t	 found = NITEMS(names);
	struct utsname	 u;

	if (found < NITEMS(names) || uname(&u) == -1)
		return (found);
	for (size_t i = 0; i < NITEMS(names); i++)
		if (strcmp(u.machine, names[i].machine) == 0)
			found = i;
	return (found);
}

const char *
platform_name(void)
{
	size_t	 i = mine();

	return (i < NITEMS(names) ? names[i].arch :
	    "unknown");
}

int
platform_rank(const json_t *p)
{
	const char	*os = text_get(p, "os"), *variant;
	const char	*arch = text_get(p, "architecture");
	size_t		 i = mine();

	if (p == NULL)
		return (1);
	if (os == NULL || strcmp(os, "linux") != 0 || arch == NULL ||
	    strcmp(arch, platform_name()) != 0)
		return (0);
	variant = text_get(p, "variant");
	if (variant == NULL)
		return (3);
	if (names[i].variant == NULL)
		return (2);
	return (strcmp(variant, names[i].variant) == 0 ? 4 : 2);
}
