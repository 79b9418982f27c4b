#include "row.h"

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "nitems.h"
#include "record.h"

/* Keys of the overlay. */
static const char *const	 volatile_keys[] = { KEY_TEXT(pid),
	KEY_TEXT(pid_start), KEY_TEXT(monitor_pid), KEY_TEXT(slot),
	KEY_TEXT(restart_due), KEY_TEXT(restart_delay),
	KEY_TEXT(restart_count), KEY_TEXT(halted) };

static bool
is_volatile(const char *key)
{
	for (size_t i = 0; i < NITEMS(volatile_keys); i++)
		if (strcmp(key, volatile_keys[i]) == 0)
			return (true);
	return (false);
}

/* All values of a repeated key, separated by blanks. The caller frees it. */
static char *
joined(const struct rec *def, struct key_str key)
{
	size_t		 it = 0, len = 1, at = 0;
	const char	*text;
	char		*out;

	while (rec_next(def, key, &it, &text))
		len += strlen(text) + 1;
	if ((out = malloc(len)) == NULL)
		return (NULL);
	for (it = 0; rec_next(def, key, &it, &text); at += strlen(out + at)) {
		if (at > 0)
			out[at++] = ' ';
		memcpy(out + at, text, strlen(text) + 1);
	}
	out[at] = '\0';
	return (out);
}

/*
 * Add the container's volumes by name (anonymous ones also as `anon`) and the
 * destinations of its mounts.
 */
static void
add_used(struct rec *row, const struct rec *def)
{
	struct rec	*volume, *mount;
	const char	*name;
	size_t		 it = 0;

	while ((volume = rec_sub(def, KEY(volume), &it)) != NULL) {
		name = rec_str(volume, KEY(name), "");
		(void)rec_add(row, KEY_IN(row, volume), name);
		if (rec_num(volume, KEY_IN(volume, anon), 0) != 0)
			(void)rec_add(row, KEY_IN(row, anon), name);
		rec_free(volume);
	}
	(void)rec_copy(row, def, KEY(requires));
	for (it = 0; (mount = rec_sub(def, KEY(mount), &it)) != NULL;) {
		if (strcmp(rec_str(mount, KEY(type), ""), "tmpfs") != 0)
			(void)rec_add(row, KEY_IN(row, mount), rec_str(mount,
			    KEY(dst), ""));
		rec_free(mount);
	}
}

struct rec *
row_new(const struct rec *def, const char *id, const char *name)
{
	static const char *const	 copied[] = { KEY_TEXT(image),
		KEY_TEXT(image_name), KEY_TEXT(rootfs), KEY_TEXT(command),
		KEY_TEXT(created), KEY_TEXT(rm), KEY_TEXT(intent),
		KEY_TEXT(restart), KEY_TEXT(restart_max), KEY_TEXT(pod),
		KEY_TEXT(pod_name), KEY_TEXT(lock) };
	scoped_free char		*command = NULL;
	struct rec			*row = rec_new();

	if (row == NULL)
		return (NULL);
	(void)rec_add(row, KEY(id), id);
	(void)rec_add(row, KEY(name), name);
	for (size_t i = 0; i < NITEMS(copied); i++)
		(void)rec_copy(row, def, KEY_FROM(copied[i]));
	if (rec_get(def, KEY(command)) == NULL &&
	    (command = joined(def, KEY(arg))) != NULL)
		(void)rec_add(row, KEY(command), command);
	(void)rec_copy(row, def, KEY(label));
	add_used(row, def);
	if (rec_set_num(row, KEY(state), CTR_CREATING) == -1 ||
	    rec_set(row, KEY(state_name), ctr_state_name(CTR_CREATING)) == -1) {
		rec_free(row);
		return (NULL);
	}
	return (row);
}

/* Copy all pairs but `state`, and with the flag the volatile ones. */
static int
copy_pairs(struct rec *out, const struct rec *from, bool want_volatile,
    bool want_durable)
{
	struct rec_item	 item;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && rec_walk(from, &it, &item)) {
		if (item.text == NULL || strcmp(item.key,
		    KEY_TEXT(state)) == 0 ||
		    strcmp(item.key, KEY_TEXT(state_name)) == 0)
			continue;
		if (is_volatile(item.key) ? want_volatile : want_durable)
			rc = rec_add(out, KEY_FROM(item.key), item.text);
	}
	return (rc);
}

static struct rec *
finish(struct rec *row, int rc, unsigned int state)
{
	if (rc == 0 && rec_set_num(row, KEY(state), state) == 0 &&
	    rec_set(row, KEY(state_name), ctr_state_name(state)) == 0)
		return (row);
	rec_free(row);
	return (NULL);
}

struct rec *
row_merge(const struct rec *stored, const struct rec *over, const char *boot)
{
	struct rec	*row = rec_new();
	unsigned int	 state = row_state(stored);
	int		 rc;

	if (row == NULL)
		return (NULL);
	if (over != NULL && strcmp(rec_str(over, KEY(boot_id), ""), boot) != 0)
		over = NULL;
	rc = copy_pairs(row, stored, false, true);
	if (rc == 0 && over != NULL)
		rc = copy_pairs(row, over, true, false);
	if (CTR_IN(state, CTR_LIVE)) {
		if (over != NULL)
			state = row_state(over);
		/*
		 * It ran when the machine went down: the exit status is
		 * unknown.
		 */
		if (!CTR_IN(state, CTR_LIVE) || over == NULL)
			state = CTR_EXITED;
	}
	return (finish(row, rc, state));
}

struct rec *
row_merge_ephemeral(const struct rec *stored, const char *boot)
{
	struct rec	*row = rec_new();
	unsigned int	 state = row_state(stored);
	bool		 now = strcmp(rec_str(stored, KEY(boot_id), ""),
			    boot) == 0;

	if (row == NULL)
		return (NULL);
	/* A --rm container has ended: it is to be removed. */
	if (!now)
		state = CTR_REMOVING;
	return (finish(row, copy_pairs(row, stored, now, true), state));
}

bool
row_plain(const struct rec *stored)
{
	unsigned int	 state = row_state(stored);

	return (!CTR_IN(state, CTR_LIVE) &&
	    strcmp(rec_str(stored, KEY(state_name), ""),
	    ctr_state_name(state)) == 0);
}

bool
row_has_volatile(const struct rec *row)
{
	for (size_t i = 0; i < NITEMS(volatile_keys); i++)
		if (rec_get(row, KEY_FROM(volatile_keys[i])) != NULL)
			return (true);
	return (false);
}

struct rec *
row_damaged(const char *id, const char *name, const char *why)
{
	struct rec	*row = rec_new();
	int		 rc;

	if (row == NULL)
		return (NULL);
	rc = rec_add(row, KEY(id), id);
	if (rc == 0)
		rc = rec_add(row, KEY(name), name);
	if (rc == 0)
		rc = rec_add(row, KEY(error), why);
	return (finish(row, rc, CTR_DAMAGED));
}

unsigned int
row_state(const struct rec *row)
{
	int64_t	 n = rec_num(row, KEY(state), 0);

	return (n < 0 || n > 15 ? 0 : (unsigned int)n);
}

int
row_change(struct rec *row, const struct rec *changes)
{
	struct rec_item	 item;
	size_t		 it = 0;

	while (rec_walk(changes, &it, &item))
		rec_del(row, KEY_FROM(item.key));
	it = 0;
	/* An empty value deletes the key. */
	while (rec_walk(changes, &it, &item))
		if (item.text != NULL && *item.text != '\0' &&
		    *item.key != '=' &&
		    rec_add(row, KEY_FROM(item.key), item.text) == -1)
			return (-1);
	return (0);
}

bool
row_expected(const struct rec *row, const struct rec *changes)
{
	struct rec_item	 item;
	size_t		 it = 0;

	while (rec_walk(changes, &it, &item))
		if (*item.key == '=' && item.text != NULL &&
		    strcmp(rec_str(row, KEY_FROM(item.key + 1), ""),
		    item.text) != 0)
			return (false);
	return (true);
}

int
row_split(const struct rec *row, const char *boot, struct rec **stored,
    struct rec **over)
{
	unsigned int	 state = row_state(row);
	bool		 live = CTR_IN(state, CTR_LIVE);
	int		 rc;

	*stored = rec_new();
	*over = rec_new();
	if (*stored == NULL || *over == NULL)
		return (-1);
	rc = copy_pairs(*stored, row, false, true);
	if (rc == 0)
		rc = copy_pairs(*over, row, true, false);
	/*
	 * The durable row has one state for all live ones: which of them it is
	 * changes often and ends with the boot.
	 */
	if (rc == 0)
		rc = rec_set_num(*stored, KEY(state),
		    live ? CTR_RUNNING : state);
	if (rc == 0)
		rc = rec_set(*stored, KEY(state_name),
		    ctr_state_name(live ? CTR_RUNNING : state));
	if (rc == 0 && live)
		rc = rec_set(*stored, KEY(boot_id), boot);
	if (rc == 0)
		rc = rec_set_num(*over, KEY(state), state);
	if (rc == 0)
		rc = rec_set(*over, KEY(boot_id), boot);
	return (rc);
}

bool
row_same(const struct rec *a, const struct rec *b)
{
	scoped_free void	*pa = NULL, *pb = NULL;
	size_t			 na, nb;

	if (rec_encode(a, &pa, &na) == -1 || rec_encode(b, &pb, &nb) == -1)
		return (false);
	return (na == nb && memcmp(pa, pb, na) == 0);
}
