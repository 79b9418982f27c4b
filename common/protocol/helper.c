#include "helper.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine.h"
#include "log.h"
#include "policy.h"

void
helper_args(struct helper *h, int argc, char **argv)
{
	int		 ch, verbose = 0;
	unsigned int	 tracing = 0;

	while ((ch = getopt(argc, argv, "+Pp:tv")) != -1) {
		switch (ch) {
		case 'P':
			(void)fputs(h->policy->words, stdout);
			if (h->inner != NULL) {
				printf("\n%s:\n", h->inner->name);
				(void)fputs(h->inner->words, stdout);
			}
			exit(EX_OK);
		case 'p':
			h->chan.peer = (enum role)strtoul(optarg, NULL, 0);
			break;
		case 't':
			tracing |= TRACE_MSG;
			break;
		case 'v':
			verbose++;
			break;
		default:
			fprintf(stderr, "usage: %s [-Ptv] -p role\n", h->name);
			exit(EX_USAGE);
		}
	}
	log_init(h->name, verbose, tracing);
	if (h->chan.peer == 0)
		fatalx(EX_USAGE, "%s is started by bulkhead, not by hand; "
		    "see bulkhead-%s(8)", h->name, h->name);
}

void
helper_socket_upto(struct helper *h, int last)
{
	socklen_t	 len = sizeof(int);
	int		 type = 0;

	if (getsockopt(HELPER_FD, SOL_SOCKET, SO_TYPE, &type, &len) == -1)
		fatal("descriptor %d", HELPER_FD);
	if (type != SOCK_SEQPACKET)
		fatalx(EX_PROTOCOL, "descriptor %d is not a packet socket",
		    HELPER_FD);
	for (int fd = HELPER_FD; fd <= last; fd++)
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
			fatal("descriptor %d", fd);
	if (syscall(SYS_close_range, last + 1, ~0U, 0) == -1)
		fatal("close_range");
	h->chan.fd = HELPER_FD;
	h->chan.self = h->self;
	/* The owner stops a helper by closing its channel, not by keyboard. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGQUIT, SIG_IGN);
	(void)signal(SIGTSTP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	/* A write beyond RLIMIT_FSIZE is reported as EFBIG. */
	(void)signal(SIGXFSZ, SIG_IGN);
}

void
helper_socket(struct helper *h)
{
	helper_socket_upto(h, HELPER_FD);
}

void
helper_drop(struct helper *h)
{
	confine_drop(h->policy);
}

void
helper_sandbox(struct helper *h, const int *dirs, size_t ndirs)
{
	confine_sandbox(h->policy, dirs, ndirs);
	h->confined = true;
}

int
answer_text(struct answer *a, const char *fmt, ...)
{
	int	 saved = errno;
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(a->text, sizeof(a->text), fmt, ap);
	va_end(ap);
	errno = saved;
	return (-1);
}

int
answer_fd(struct answer *a, int fd)
{
	if (fd == -1)
		return (-1);
	a->type = MSG_reply_fd;
	a->fds[0] = fd;
	a->nfds = 1;
	return (0);
}

int
helper_reply(struct chan *ch, uint32_t seq, uint32_t error, uint64_t value,
    const char *text)
{
	union msg	 out;

	memset(&out.reply, 0, sizeof(out.reply));
	out.reply.error = error;
	out.reply.value = value;
	if (text != NULL)
		(void)snprintf(out.reply.text, sizeof(out.reply.text), "%s",
		    text);
	return (chan_send(ch, MSG_reply, seq, &out, NULL, 0));
}

/* Only a plain reply has text and value in its body. */
static int
send_answer(struct chan *ch, uint32_t seq, struct answer *a)
{
	int	 rc;

	if (a->type == MSG_reply)
		return (helper_reply(ch, seq, 0, a->value, a->text));
	if (a->type == MSG_reply_fd) {
		a->body.reply_fd.value = a->value;
		(void)snprintf(a->body.reply_fd.text,
		    sizeof(a->body.reply_fd.text), "%s", a->text);
	} else if (a->type == MSG_reply_fd3)
		a->body.reply_fd3.value = a->value;
	rc = chan_send(ch, a->type, seq, &a->body, a->fds, a->nfds);
	for (unsigned int i = 0; i < a->nfds; i++)
		if (a->fds[i] != -1)
			close(a->fds[i]);
	return (rc);
}

static const struct handler *
find(const struct handler *t, size_t n, enum msg_type type)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].type == type)
			return (&t[i]);
	return (NULL);
}

/*
 * Confine the process with the directories of this request. A descriptor that
 * is not a directory gets no Landlock rule; its handler refuses it.
 */
static void
sandbox_with(struct helper *h, const void *ctx, const struct packet *p)
{
	int		 dirs[HELPER_DIRS];
	struct stat	 st;

	for (int i = 0; i < HELPER_DIRS; i++)
		dirs[i] = -1;
	h->dirs(ctx, p, dirs);
	for (int i = 0; i < HELPER_DIRS; i++)
		if (dirs[i] != -1 && (fstat(dirs[i], &st) == -1 ||
		    !S_ISDIR(st.st_mode)))
			dirs[i] = -1;
	helper_sandbox(h, dirs, HELPER_DIRS);
}

/*
 * Run the handler, if the state allows it; before, confine the process, if this
 * is the request of sandbox_at. The helper is NULL for helper_once. 0:
 * answered, -1: errno.
 */
static int
dispatch(struct helper *h, const struct handler *e, unsigned int state,
    void *ctx, struct packet *p, struct answer *a)
{
	a->type = MSG_reply;
	a->nfds = 0;
	a->text[0] = '\0';
	a->value = 0;
	a->later = false;
	if (p->info->type == MSG_ping) {
		a->value = p->body.ping.nonce;
		return (0);
	}
	if (e == NULL) {
		errno = ENOSYS;
		return (-1);
	}
	if ((e->when & state) == 0) {
		errno = EBUSY;
		return (-1);
	}
	if (h != NULL && e->type == h->sandbox_at && !h->confined)
		sandbox_with(h, ctx, p);
	errno = 0;
	return (e->run(ctx, p, a));
}

static int
serve_one(struct helper *h, struct chan *ch, const struct handler *table,
    size_t n, unsigned int *state, void *ctx)
{
	struct packet	 p;
	struct answer	 a;
	int		 rc, error;

	if ((rc = chan_recv(ch, &p)) != 1)
		return (rc);
	rc = dispatch(h, find(table, n, p.info->type), *state, ctx, &p, &a);
	error = rc == -1 ? (errno == 0 ? EIO : errno) : 0;
	packet_clear(&p);
	if (a.later && rc == 0)
		return (1);
	if (rc == -1)
		rc = helper_reply(ch, p.seq, (uint32_t)error, a.value, a.text);
	else
		rc = send_answer(ch, p.seq, &a);
	return (rc == -1 ? 0 : 1);
}

int
helper_once(struct chan *ch, const struct handler *table, size_t n,
    unsigned int *state, void *ctx)
{
	return (serve_one(NULL, ch, table, n, state, ctx));
}

int
helper_serve(struct helper *h, const struct handler *table, size_t n,
    unsigned int *state, void *ctx)
{
	int	 rc;

	while ((rc = serve_one(h, &h->chan, table, n, state, ctx)) == 1)
		;
	return (rc == 0 ? EX_OK : EX_PROTOCOL);
}
