#include "session.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "record.h"

#define BOOT_ID		"/proc/sys/kernel/random/boot_id"

void
session_warn(const struct session *s, const char *fmt, ...)
{
	char	 text[4096];
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	s->options.warn(text);
}

void
session_notice(const struct session *s, const char *fmt, ...)
{
	char	 text[4096];
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	s->options.notice(text);
}

int
session_sentence(struct session *s, const char *what, const char *name)
{
	return (error_set(&s->client.error, errno, "%s %s: %s", what, name,
	    strerror(errno)));
}

int
session_kept(const struct session *s, enum inherited_fd which)
{
	return ((s->kept & 1u << which) != 0 ?
	    INHERIT_BASE + (int)which : -1);
}

int
session_boot_id(struct session *s)
{
	char		 buf[sizeof(s->boot_id)];
	scoped_fd int	 fd = -1;
	ssize_t		 got;

	if (s->boot_id[0] != '\0')
		return (0);
	if ((fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC)) == -1)
		return (session_sentence(s, "cannot read the boot ID",
		    BOOT_ID));
	while ((got = read(fd, buf, sizeof(buf) - 1)) == -1 && errno == EINTR)
		;
	buf[got > 0 ? got : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	if (buf[0] == '\0') {
		if (got != -1)
			errno = ENODATA;
		return (session_sentence(s, "cannot read the boot ID",
		    BOOT_ID));
	}
	(void)strlcpy(s->boot_id, buf, sizeof(s->boot_id));
	return (0);
}

void
session_confine(const struct session *s)
{
	s->options.confine(s->containers);
}

void
session_leave(struct session *s)
{
	client_drain(&s->client);
	rec_free(s->config);
	rec_free(s->made_with);
	rec_free(s->chosen);
	s->config = s->made_with = s->chosen = NULL;
}

void
session_close(struct session *s)
{
	session_leave(s);
	client_stop_all(&s->client);
}

bool
session_in_memory(const struct session *s)
{
	return (strcmp(rec_str(s->config, KEY_AS(state_type), ""),
	    "memory") == 0);
}

const char *
session_config(const struct session *s, struct key_str key,
    const char *fallback)
{
	return (rec_str(s->config, key, fallback));
}

bool
session_run_dir_gone(const struct session *s)
{
	struct stat	 st;

	return (s->run_dir != -1 && fstat(s->run_dir, &st) == 0 &&
	    st.st_nlink == 0);
}

const struct run_env *
session_run_env(struct session *s)
{
	s->run_env = (struct run_env){
	    .client = &s->client, .cache = &s->cache, .run_dir = s->run_dir,
	    .system = s->system, .wants_systemd = strcmp(session_config(s,
	    KEY_AS(cgroup_manager), ""), "systemd") == 0 };
	return (&s->run_env);
}
