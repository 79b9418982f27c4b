/*
 * Help in podman's layout, made from the tables.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cmd.h"

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))
#define NEAR		2	/* edits between a word and a suggestion */

/* podman's commands that are for a later day. */
static const char *const	podman_commands[] = {
	"attach", "auto-update", "build", "commit", "completion", "cp",
	"diff", "events", "exec", "exists", "export", "farm", "generate",
	"healthcheck", "history", "init", "kube", "login", "logout",
	"machine", "manifest", "mount", "network", "play", "pod",
	"port", "pull", "push", "quadlet", "rename", "restart", "save",
	"search", "secret", "stats", "tag", "top", "umount", "unmount",
	"unshare", "untag", "update", "volume",
};
static const char *const	podman_container[] = {
	"attach", "checkpoint", "clone", "commit", "cp", "diff", "exec",
	"exists", "export", "init", "mount", "port", "prune",
	"rename", "restart", "restore", "runlabel", "stats", "top", "umount",
	"unmount", "update",
};
static const char *const	podman_image[] = {
	"build", "diff", "exists", "history", "mount", "prune", "pull",
	"push", "save", "scp", "search", "sign", "tag", "tree", "trust",
	"umount", "unmount", "untag",
};
static const char *const	podman_volume[] = {
	"export", "import", "mount", "reload", "unmount",
};
static const char *const	podman_pod[] = {
	"clone", "kill", "logs", "pause", "prune", "restart", "start",
	"stats", "stop", "top", "unpause",
};
static const char *const	podman_system[] = {
	"check", "connection", "df", "events", "prune", "renumber",
	"reset", "service",
};

bool
help_is_podmans(const char *group, const char *name)
{
	static const struct {
		const char		*group;
		const char *const	*names;
		size_t			 n;
	} all[] = {
		{ "", podman_commands, NITEMS(podman_commands) },
		{ "container", podman_container, NITEMS(podman_container) },
		{ "image", podman_image, NITEMS(podman_image) },
		{ "system", podman_system, NITEMS(podman_system) },
		{ "volume", podman_volume, NITEMS(podman_volume) },
		{ "pod", podman_pod, NITEMS(podman_pod) },
	};

	for (size_t g = 0; g < NITEMS(all); g++)
		for (size_t i = 0; i < all[g].n; i++)
			if (strcmp(all[g].group, group) == 0 &&
			    strcmp(all[g].names[i], name) == 0)
				return (true);
	return (false);
}

static size_t
least(size_t a, size_t b, size_t c)
{
	if (b < a)
		a = b;
	return (c < a ? c : a);
}

/* How many letters must change to make one word of the other. */
static size_t
distance(const char *a, const char *b)
{
	size_t	 row[32], la = strlen(a), lb = strlen(b), corner, up;

	if (la >= NITEMS(row) || lb >= NITEMS(row))
		return (NITEMS(row));
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		corner = row[0];
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			up = row[j];
			row[j] = least(up + 1, row[j - 1] + 1,
			    corner + (a[i - 1] != b[j - 1]));
			corner = up;
		}
	}
	return (row[lb]);
}

void
help_suggest(const struct command *const *list, const char *name)
{
	bool	 any = false;

	for (; *list != NULL; list++) {
		if (distance((*list)->name, name) > NEAR &&
		    strncasecmp((*list)->name, name, strlen(name)) != 0)
			continue;
		if (!any)
			fprintf(stderr, "\nDid you mean this?\n");
		any = true;
		fprintf(stderr, "\t%s\n", (*list)->name);
	}
	if (any)
		fputc('\n', stderr);
}

/* Lines, each two in; with the program's name in front of an example. */
static void
indented(const char *text, const char *prefix)
{
	size_t	 n;

	for (; *text != '\0'; text += n) {
		n = strcspn(text, "\n");
		if (n == 0)
			putchar('\n');
		else
			printf("  %s%.*s\n", prefix, (int)n, text);
		n += text[n] == '\n';
	}
}

static void
list_commands(const struct command *const *list)
{
	int	 width = 11;

	printf("Available Commands:\n");
	for (; *list != NULL; list++)
		if (!(*list)->hidden)
			printf("  %-*s %s\n", width, (*list)->name,
			    (*list)->summary);
}

static bool
has_help(const struct opt *const *tables, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (const struct opt *o = tables[i];
		    o != NULL && o->name != NULL; o++)
			if (o->help != NULL)
				return (true);
	return (false);
}

static void
help_group(const struct command *c, const char *path)
{
	printf("%s\n\nDescription:\n  %s\n\n"
	    "Usage:\n  bulkhead %s [command]\n\n", c->summary,
	    c->description, path);
	list_commands(c->group);
	putchar('\n');
}

void
help_command(const struct command *c, const char *path)
{
	bool	 options = has_help(c->opts.tables, OPT_TABLES);

	if (c->group != NULL) {
		help_group(c, path);
		return;
	}
	printf("%s\n\nDescription:\n", c->summary);
	indented(c->description, "");
	printf("\nUsage:\n  bulkhead %s%s%s%s\n", path,
	    options ? " [options]" : "", c->operands ? " " : "",
	    c->operands ? c->operands : "");
	if (c->aliases != NULL)
		printf("\nAliases:\n  %s, %s\n", c->name, c->aliases);
	if (c->examples != NULL) {
		printf("\nExamples:\n");
		indented(c->examples, "bulkhead ");
	}
	if (options) {
		printf("\nOptions:\n");
		opt_help(c->opts.tables, OPT_TABLES);
	}
	putchar('\n');
}

void
help_program(void)
{
	const struct opt	*tables[] = { opts_global, opts_before,
				    opts_root };

	printf("Manage containers and images\n\n"
	    "Usage:\n  bulkhead [options] [command]\n\n");
	list_commands(commands);
	printf("\nOptions:\n");
	opt_help(tables, NITEMS(tables));
}

static const char *
takes(const struct opt *o)
{
	switch (o->kind) {
	case OPT_REFUSED:
	case OPT_REFUSED_FLAG:
		return ("refused");
	case OPT_IGNORED:
	case OPT_IGNORED_FLAG:
		return ("ignored");
	case OPT_FLAG:
		return ("flag");
	default:
		return ("value");
	}
}

static void
dump_table(const char *path, const struct opt *o)
{
	for (; o != NULL && o->name != NULL; o++)
		printf("option\t%s\t%s\t%c\t%s\t%s\t%s\n", path, o->name,
		    o->letter ? o->letter : '-', takes(o),
		    o->complete ? o->complete : "-", o->help ? o->help : "-");
}

static void
dump_list(const struct command *const *list, const char *prefix)
{
	const struct command	*c;
	char			 path[64];

	for (; (c = *list) != NULL; list++) {
		snprintf(path, sizeof(path), "%s%s", prefix, c->name);
		printf("%s\t%s\t%s\t%s\t%s\n",
		    c->group ? "group" : "command", path, c->summary,
		    c->operand ? c->operand : "-",
		    c->aliases ? c->aliases : "-");
		for (size_t i = 0; i < OPT_TABLES; i++)
			dump_table(path, c->opts.tables[i]);
		if (c->group != NULL) {
			snprintf(path, sizeof(path), "%s ", c->name);
			dump_list(c->group, path);
		}
	}
}

void
help_dump(void)
{
	dump_table("-", opts_global);
	dump_table("-", opts_before);
	dump_table("-", opts_root);
	dump_list(commands, "");
}
