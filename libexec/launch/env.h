/*
 * The environment that the container's process starts with.
 */
#ifndef LAUNCH_ENV_H
#define LAUNCH_ENV_H

struct spec;
struct identity;

/*
 * The variables of the definition and, where it has none, the few that programs
 * expect. An array for execve that is never freed, or NULL.
 */
char	**env_make(const struct spec *, const struct identity *);
/* The value of a variable in such an array, or NULL. */
const char *env_get(char *const *, const char *);

#endif
