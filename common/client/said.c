/*
 * What helpers write on stderr. It is passed on as it is, but for the line in
 * which one says why it ends: that becomes the reason in the error of the
 * request that it does not answer, so that one failure is one line.
 */
#include "client.h"

#include <bsd/string.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nitems.h"

/*
 * "NAME: fatal: TEXT" of log.c, "NAME: internal fault: TEXT" of sigsys.c, and
 * "NAME: warning: refused a packet from PEER: WHY" of chan.c, after which a
 * program takes no more requests.
 */
static bool
is_reason(const char *line)
{
	static const char *const	 begins[] = {
		": fatal: ", ": internal fault: ",
		": warning: refused a packet from ",
	};
	const char			*text = line + strcspn(line, ": \n");

	for (size_t i = 0; i < NITEMS(begins); i++)
		if (strncmp(text, begins[i], strlen(begins[i])) == 0)
			return (true);
	return (false);
}

static void
pass_on(const struct client *c, const char *text)
{
	if (c->said != NULL && *text != '\0')
		c->said(text);
}

/* An earlier one was that of a helper whose answers nothing waits for. */
static void
keep_reason(struct client *c, const char *line, size_t len)
{
	client_say_reason(c);
	(void)snprintf(c->reason, sizeof(c->reason), "%.*s", (int)len, line);
}

void
client_say_reason(struct client *c)
{
	if (c->reason[0] == '\0')
		return;
	pass_on(c, c->reason);
	pass_on(c, "\n");
	c->reason[0] = '\0';
}

void
client_drain(struct client *c)
{
	char	 buf[4097], *line, *next;
	ssize_t	 n;

	while ((n = read(c->err_read, buf, sizeof(buf) - 1)) > 0) {
		buf[n] = '\0';
		for (line = buf; *line != '\0'; line = next) {
			size_t	 len = strcspn(line, "\n");

			next = line + len + (line[len] == '\n');
			if (!is_reason(line))
				continue;
			keep_reason(c, line, len);
			memmove(line, next, strlen(next) + 1);
			next = line;
		}
		pass_on(c, buf);
	}
}

const char *
client_take_reason(struct client *c, const char *name, char *out, size_t size)
{
	size_t		 n = strlen(name);
	const char	*text = c->reason + n + 2;

	if (strncmp(c->reason, name, n) != 0 || c->reason[n] != ':')
		return (NULL);
	if (strncmp(text, "fatal: ", 7) == 0)
		text += 7;
	else if (strncmp(text, "warning: ", 9) == 0)
		text += 9;
	(void)strlcpy(out, text, size);
	c->reason[0] = '\0';
	return (out);
}
