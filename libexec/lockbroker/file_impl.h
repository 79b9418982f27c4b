/*
 * The parts of the table that is a directory of files: file.c (the table),
 * file_name.c (files and numbers), file_wait.c, file_list.c.
 */
#ifndef LOCKBROKER_FILE_IMPL_H
#define LOCKBROKER_FILE_IMPL_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lock.h"

/* The contents of a file: fields padded with zeros. */
struct content {
	char	 pid[16];	/* of the command */
	char	 broker[16];
	char	 command[224];
	char	 name[96];
	char	 number[32];
};

struct held {
	TAILQ_ENTRY(held)	 entry;
	char			 name[LOCK_NAME];
	int			 fd;
	bool			 shared;
	bool			 fresh;		/* its number ends with it */
};

struct files {
	TAILQ_HEAD(, held)	 held;
	int			 dir_fd;
	int			 lock_fd;	/* DIR_LOCK */
	uint32_t		 pid;
	uint32_t		 broker;	/* of this process */
	char			 command[224];
	char			 blocked[LOCK_NAME];
};

/* Fill a field: the text, cut to its size, then zeros. */
void	file_fill(char *, size_t, const char *);
/* Read the contents of an open file, or of the file of a name. */
bool	file_read(int fd, struct content *);
bool	file_read_named(const struct files *, const char *, struct content *);
/* Open the file of a name for reading and writing; make it. Or -1. */
int	file_open_named(const struct files *, const char *);
/* Replace the contents of a file by this text. 0 or -1. */
int	file_put_text(const struct files *, const char *, const char *);
/* Is this open file still the file of the name? */
bool	file_is_current(const struct files *, const char *, int fd);
/* Has the lock of an open file a number: a second name? */
bool	file_has_number(int fd);
/* The number of the lock of an open file plus one; 0 if it has none. */
uint32_t file_number(int fd);
/*
 * Give a name the number `want` - 1, or (0) the lowest that is free. The
 * number plus one, or 0; *had: the name had a number before. The caller holds
 * DIR_LOCK.
 */
uint32_t file_allocate(const struct files *, const char *, uint32_t want,
	    bool *had);

/* Write this broker, its command and the name of a lock into the contents. */
void	file_describe(const struct files *, struct content *, const char *);
/* Write into this broker's own file which lock it waits for; "": none. */
void	file_note_waiting(const struct files *, const char *);
/* Take the lock of an open file, and wait as the caller asks. 0 or -1. */
int	file_lock(const struct files *, int fd, const struct take *);

/* The function `list` of kind_file. */
int	file_list(void *, struct rec *, bool all);

#endif
