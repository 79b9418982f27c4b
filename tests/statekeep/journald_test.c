/*
 * Events that journald gets, as datagrams.
 */
#include <sys/un.h>

#include "place.h"

static int
journal_at(struct sockaddr_un *a, const char *dir)
{
	int	 fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    0);

	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	(void)snprintf(a->sun_path, sizeof(a->sun_path), "%s/socket", dir);
	if (fd == -1 || bind(fd, (struct sockaddr *)a, sizeof(*a)) == -1)
		err(1, "%s", a->sun_path);
	return (fd);
}

static const char *
datagram(int fd)
{
	static char	 buf[8192];
	ssize_t		 n = recv(fd, buf, sizeof(buf) - 1, 0);

	buf[n < 0 ? 0 : n] = '\0';
	return (buf);
}

static void
test_journal(void)
{
	struct place		 w = new_place();
	struct peer		 p;
	struct sockaddr_un	 a;
	int			 fd = journal_at(&a, w.run);
	const char		*text;
	char			 path[256];

	title = "S69: journald has podman's fields";
	w.backend = EVENTS_JOURNALD;
	w.sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK(connect(w.sock, (struct sockaddr *)&a, sizeof(a)) == 0);
	CHECK(open_place(&p, &w) == 0);
	CHECK(ctr_create(&p, id_of(1), "one", false, false) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, CREATED, NULL, NULL) == 0);
	text = datagram(fd);
	CHECK(strstr(text, "PODMAN_EVENT=create\n") != NULL);
	CHECK(strstr(text, "PODMAN_TYPE=container\n") != NULL);
	CHECK(strstr(text, "PODMAN_NAME=one\n") != NULL);
	CHECK(strstr(text, "PODMAN_TIME=20") != NULL);
	CHECK(strstr(text, id_of(1)) != NULL);
	CHECK(strstr(text, "PODMAN_IMAGE=docker.io/library/busybox:latest\n")
	    != NULL);
	CHECK(strstr(text, "PODMAN_LABELS={\"a\":\"b\",\"maintainer\":"
	    "\"somebody@example.org\"}\n") != NULL);
	CHECK(strstr(text, "PRIORITY=6\n") != NULL);
	CHECK(strstr(text, "SYSLOG_IDENTIFIER=bulkhead\n") != NULL);
	CHECK(strstr(text, "BULKHEAD_SEQ=1\n") != NULL);
	CHECK(strstr(text, " +0000 UTC container create ") != NULL);
	CHECK(strstr(text, "PODMAN_EXIT_CODE") == NULL);
	CHECK(ctr_set(&p, id_of(1), ANY, RUNNING, NULL, NULL) == 0);
	CHECK(ctr_set(&p, id_of(1), ANY, EXITED, "exit", "7") == 0);
	CHECK(strstr(datagram(fd), "PODMAN_EVENT=init\n") != NULL);
	CHECK(strstr(datagram(fd), "PODMAN_EVENT=start\n") != NULL);
	CHECK(strstr(datagram(fd), "PODMAN_EXIT_CODE=7\n") != NULL);
	CHECK(strstr(datagram(fd), "PODMAN_EVENT=cleanup\n") != NULL);
	CHECK(*datagram(fd) == '\0');
	CHECK(peer_end(&p) == 0);
	/* Killed before it could say what was sent: again, with its number. */
	(void)snprintf(path, sizeof(path), "%s/events.sent", w.run);
	CHECK(truncate(path, 0) == 0);
	CHECK(open_place(&p, &w) == 0);
	CHECK(ctr_remove(&p, id_of(1)) == 0);
	CHECK(strstr(datagram(fd), "PODMAN_EVENT=remove\n") != NULL);
	title = "S69: a journal that does not read loses nothing";
	close(fd);
	CHECK(ctr_create(&p, id_of(2), "two", false, false) == 0);
	CHECK(ctr_set(&p, id_of(2), ANY, CREATED, NULL, NULL) == 0);
	CHECK(peer_end(&p) == 0);
	(void)unlink(a.sun_path);
	fd = journal_at(&a, w.run);
	close(w.sock);
	w.sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK(connect(w.sock, (struct sockaddr *)&a, sizeof(a)) == 0);
	CHECK(open_place(&p, &w) == 0);
	CHECK(ctr_remove(&p, id_of(2)) == 0);
	CHECK(strstr(datagram(fd), "PODMAN_EVENT=create\n") != NULL);
	CHECK(strstr(datagram(fd), "PODMAN_EVENT=remove\n") != NULL);
	CHECK(*datagram(fd) == '\0');
	CHECK(peer_end(&p) == 0);
	close(fd);
	close(w.sock);
	drop_place(&w);
}

int
main(int argc, char **argv)
{
	begin_tests(argc, argv);
	test_journal();
	return (finish());
}
