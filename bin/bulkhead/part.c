#include "part.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "clock.h"
#include "record.h"
#include "waitchild.h"
#include "writeall.h"

#define SAID_MAX	(1u << 20)	/* bytes of stderr that are passed on */
#define PREFIX		"Error: "
#define PREFIX_LEN	(sizeof(PREFIX) - 1)

static void __attribute__((noreturn))
work(const struct part *p, struct cli *g, const struct rec *config)
{
	struct rec	*answer = rec_new();
	void		*bytes;
	size_t		 len;
	int		 code = 1;

	if (answer != NULL &&
	    (p->loud || dup2(p->err, STDERR_FILENO) != -1))
		code = p->run(g, config, answer);
	if (fflush(stdout) == EOF)
		code = 1;
	if (code == 0 && (rec_encode(answer, &bytes, &len) == -1 ||
	    write_all(p->out, bytes, len) == -1))
		code = 1;
	_exit(code);
}

static void
failed(struct part *p, const char *what)
{
	(void)snprintf(p->why, sizeof(p->why), "%s: %s", what,
	    strerror(errno));
	p->pid = -1;
}

void
part_start(struct part *p, struct cli *g, const struct rec *config)
{
	p->answer = NULL;
	p->why[0] = '\0';
	p->pidfd = p->err = -1;
	if ((p->out = memfd_create("answer", MFD_CLOEXEC)) == -1 ||
	    (p->err = memfd_create("said", MFD_CLOEXEC)) == -1) {
		failed(p, "memfd");
		return;
	}
	(void)fflush(stdout);
	if ((p->pid = fork()) == -1) {
		failed(p, "fork");
		return;
	}
	if (p->pid == 0)
		work(p, g, config);
	p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
}

/* All of a memfd as text, of which the caller is the owner; NULL: nothing. */
static char *
contents(int fd, size_t *len)
{
	struct stat	 st;
	char		*text;

	if (fd == -1 || fstat(fd, &st) == -1 || st.st_size == 0 ||
	    st.st_size > SAID_MAX ||
	    (text = malloc((size_t)st.st_size + 1)) == NULL)
		return (NULL);
	if (pread(fd, text, (size_t)st.st_size, 0) != st.st_size) {
		free(text);
		return (NULL);
	}
	*len = (size_t)st.st_size;
	text[*len] = '\0';
	return (text);
}

/* Of the errors the first one says what went wrong, and the rest follows. */
static void
take_sentence(struct part *p)
{
	scoped_free char	*text = NULL;
	char			*s, *line;
	size_t			 len;

	s = text = contents(p->err, &len);
	while ((line = strsep(&s, "\n")) != NULL)
		if (strncmp(line, PREFIX, PREFIX_LEN) != 0) {
			if (*line != '\0' && !p->quiet)
				fprintf(stderr, "%s\n", line);
		} else if (p->why[0] == '\0')
			(void)strlcpy(p->why, line + PREFIX_LEN,
			    sizeof(p->why));
}

static bool
in_time(const struct part *p, int64_t deadline)
{
	struct pollfd	 pfd = { p->pidfd, POLLIN, 0 };
	int64_t		 left;
	int		 n;

	if (p->pidfd == -1)
		return (true);		/* an old kernel: wait for it */
	do {
		left =
		    deadline == PART_FOREVER ? -1 : deadline - clock_mono_ms();
		if (left < 0 && deadline != PART_FOREVER)
			left = 0;
		n = poll(&pfd, 1, (int)left);
	} while (n == -1 && errno == EINTR);
	return (n == 1);
}

static int
reap(const struct part *p)
{
	return (waitchild(p->pid));
}

void
part_wait(struct part *p, int64_t deadline)
{
	scoped_free char	*bytes = NULL;
	size_t			 len;
	bool			 late;
	int			 status;

	if (p->pid <= 0)
		return;
	if ((late = !in_time(p, deadline)))
		(void)kill(p->pid, SIGKILL);
	status = reap(p);
	p->pid = -1;
	take_sentence(p);
	if (late)
		(void)strlcpy(p->why, "it does not answer: something holds "
		    "its lock", sizeof(p->why));
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
	    (bytes = contents(p->out, &len)) != NULL)
		p->answer = rec_decode(bytes, len, RECORD(part), NULL);
	else if (p->why[0] == '\0' && WIFSIGNALED(status))
		(void)snprintf(p->why, sizeof(p->why), "asking it was ended "
		    "by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	if (p->answer == NULL && p->why[0] == '\0')
		(void)strlcpy(p->why, "it gave no answer", sizeof(p->why));
}

void
part_clear(struct part *p)
{
	rec_free(p->answer);
	p->answer = NULL;
	if (p->out != -1)
		close(p->out);
	if (p->err != -1)
		close(p->err);
	if (p->pidfd != -1)
		close(p->pidfd);
	p->out = p->err = p->pidfd = -1;
}

struct rec *
part_step(int (*run)(struct cli *, const struct rec *, struct rec *),
    struct cli *g, const struct rec *given)
{
	struct part	 p = { .run = run, .loud = true };
	struct rec	*answer;

	part_start(&p, g, given);
	part_wait(&p, PART_FOREVER);
	answer = p.answer;
	p.answer = NULL;
	part_clear(&p);
	return (answer);
}
