#include "env.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spec.h"
#include "user.h"

#define DEFAULTS	5
#define PATH_DEFAULT \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

const char *
env_get(char *const *env, const char *name)
{
	size_t	 n = strlen(name);

	for (; *env != NULL; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return (*env + n + 1);
	return (NULL);
}

static int
add_default(char **env, size_t *n, const char *name, const char *value)
{
	if (value == NULL || env_get(env, name) != NULL)
		return (0);
	if (asprintf(&env[*n], "%s=%s", name, value) == -1) {
		env[*n] = NULL;
		return (-1);
	}
	(*n)++;
	return (0);
}

char **
env_make(const struct spec *s, const struct identity *who)
{
	char	**env = calloc(s->env.n + DEFAULTS + 1, sizeof(*env));
	size_t	  n = 0;
	bool	  home = who->home != NULL && *who->home != '\0';

	if (env == NULL)
		return (NULL);
	for (; n < s->env.n; n++)
		if ((env[n] = strdup(s->env.v[n])) == NULL)
			return (NULL);
	if (add_default(env, &n, "PATH", PATH_DEFAULT) == -1 ||
	    add_default(env, &n, "TERM", s->tty != 0 ? "xterm" : NULL) == -1 ||
	    add_default(env, &n, "container", "bulkhead") == -1 ||
	    add_default(env, &n, "HOSTNAME", s->hostname) == -1 ||
	    add_default(env, &n, "HOME", home ? who->home : "/") == -1)
		return (NULL);
	return (env);
}
