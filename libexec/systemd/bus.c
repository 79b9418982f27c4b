#include "bus.h"

#include <systemd/sd-bus.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MANAGER		"org.freedesktop.systemd1"
#define MANAGER_PATH	"/org/freedesktop/systemd1"
#define MANAGER_API	"org.freedesktop.systemd1.Manager"
#define UNIT_PATH	"/org/freedesktop/systemd1/unit"
#define ANSWER_US	10000000
#define TRIES		500		/* of 10 ms, until it is started */

struct sd_bus *
bus_open(int fd)
{
	sd_bus	*bus = NULL;
	int	 rc;

	if ((rc = sd_bus_new(&bus)) >= 0 &&
	    (rc = sd_bus_set_fd(bus, fd, fd)) >= 0 &&
	    (rc = sd_bus_set_method_call_timeout(bus, ANSWER_US)) >= 0 &&
	    (rc = sd_bus_start(bus)) >= 0)
		return (bus);
	sd_bus_unref(bus);
	errno = -rc;
	return (NULL);
}

static int
fail(char *why, size_t len, const char *what, const char *unit, int rc,
    const sd_bus_error *e)
{
	(void)snprintf(why, len, "systemd cannot %s %s: %s", what, unit,
	    e->message != NULL ? e->message : strerror(-rc));
	errno = rc < 0 ? -rc : EIO;
	return (-1);
}

/* The properties, with their types, of StartTransientUnit. */
static int
fill(sd_bus_message *m, const char *unit, const char *slice, uint32_t pid)
{
	int	 rc;

	if ((rc = sd_bus_message_append(m, "ss", unit, "fail")) < 0 ||
	    (rc = sd_bus_message_open_container(m, 'a', "(sv)")) < 0 ||
	    (rc = sd_bus_message_append(m, "(sv)", "Description", "s",
	    "a container of bulkhead")) < 0 ||
	    (rc = sd_bus_message_append(m, "(sv)", "DefaultDependencies", "b",
	    0)) < 0)
		return (rc);
	if (pid != 0 &&
	    ((rc = sd_bus_message_append(m, "(sv)", "PIDs", "au", 1,
	    pid)) < 0 ||
	    (rc = sd_bus_message_append(m, "(sv)", "Slice", "s",
	    slice)) < 0 ||
	    (rc = sd_bus_message_append(m, "(sv)", "Delegate", "b",
	    1)) < 0 ||
	    (rc = sd_bus_message_append(m, "(sv)", "CollectMode", "s",
	    "inactive-or-failed")) < 0))
		return (rc);
	if ((rc = sd_bus_message_close_container(m)) < 0)
		return (rc);
	return (sd_bus_message_append(m, "a(sa(sv))", 0));
}

static int
start(sd_bus *bus, const char *unit, const char *slice, uint32_t pid,
    sd_bus_error *e)
{
	sd_bus_message	*m = NULL;
	int		 rc;

	rc = sd_bus_message_new_method_call(bus, &m, MANAGER, MANAGER_PATH,
	    MANAGER_API, "StartTransientUnit");
	if (rc >= 0)
		rc = fill(m, unit, slice, pid);
	if (rc >= 0)
		rc = sd_bus_call(bus, m, 0, e, NULL);
	sd_bus_message_unref(m);
	return (rc);
}

/*
 * 1: it runs, and this is its control group. 0: it does not run yet, or no
 * more.
 */
static int
look(sd_bus *bus, const char *path, const char *interface, char *group,
    size_t len)
{
	sd_bus_error	 e = SD_BUS_ERROR_NULL;
	char		*state = NULL, *text = NULL;
	bool		 active = false, failed = false;

	if (sd_bus_get_property_string(bus, MANAGER, path,
	    "org.freedesktop.systemd1.Unit", "ActiveState", &e, &state) >= 0) {
		active = strcmp(state, "active") == 0;
		failed = strcmp(state, "failed") == 0;
	}
	sd_bus_error_free(&e);
	if (active && sd_bus_get_property_string(bus, MANAGER, path, interface,
	    "ControlGroup", &e, &text) >= 0)
		(void)snprintf(group, len, "%s", text);
	sd_bus_error_free(&e);
	free(state);
	free(text);
	return (failed ? -1 : active && group[0] == '/');
}

static int
await(sd_bus *bus, const char *unit, bool scope, char *group, size_t len)
{
	struct timespec	 pause = { 0, 10000000 };
	char		*path = NULL;
	int		 rc = sd_bus_path_encode(UNIT_PATH, unit, &path);

	group[0] = '\0';
	if (rc < 0)
		return (rc);
	for (int tries = 0; tries < TRIES; tries++) {
		rc = look(bus, path, scope ? "org.freedesktop.systemd1.Scope" :
		    "org.freedesktop.systemd1.Slice", group, len);
		if (rc != 0)
			break;
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	free(path);
	return (rc == 1 ? 0 : rc == -1 ? -EIO : -ETIMEDOUT);
}

int
bus_start(sd_bus *bus, const char *unit, const char *slice, uint32_t pid,
    char *group, size_t group_len, char *why, size_t why_len)
{
	sd_bus_error	 e = SD_BUS_ERROR_NULL;
	int		 rc = start(bus, unit, slice, pid, &e);

	if (rc < 0 && sd_bus_error_has_name(&e, MANAGER ".UnitExists")) {
		/* An earlier command started it. */
		sd_bus_error_free(&e);
		rc = pid == 0 ? 0 : bus_attach(bus, unit, pid, why,
		    why_len);
		if (rc < 0)
			return (-1);
	}
	if (rc >= 0)
		rc = await(bus, unit, pid != 0, group, group_len);
	if (rc < 0)
		(void)fail(why, why_len, "start", unit, rc, &e);
	sd_bus_error_free(&e);
	return (rc < 0 ? -1 : 0);
}

int
bus_attach(sd_bus *bus, const char *unit, uint32_t pid, char *why,
    size_t why_len)
{
	sd_bus_error	 e = SD_BUS_ERROR_NULL;
	char		 what[64];
	int		 rc;

	rc = sd_bus_call_method(bus, MANAGER, MANAGER_PATH, MANAGER_API,
	    "AttachProcessesToUnit", &e, NULL, "ssau", unit, "", 1, pid);
	(void)snprintf(what, sizeof(what), "move process %u to", pid);
	if (rc < 0)
		(void)fail(why, why_len, what, unit, rc, &e);
	sd_bus_error_free(&e);
	return (rc < 0 ? -1 : 0);
}

int
bus_stop(sd_bus *bus, const char *unit, char *why, size_t why_len)
{
	sd_bus_error	 e = SD_BUS_ERROR_NULL;
	int		 rc;

	rc = sd_bus_call_method(bus, MANAGER, MANAGER_PATH, MANAGER_API,
	    "StopUnit", &e, NULL, "ss", unit, "replace");
	if (rc < 0 && sd_bus_error_has_name(&e, MANAGER ".NoSuchUnit"))
		rc = 0;
	if (rc < 0)
		(void)fail(why, why_len, "stop", unit, rc, &e);
	sd_bus_error_free(&e);
	return (rc < 0 ? -1 : 0);
}
