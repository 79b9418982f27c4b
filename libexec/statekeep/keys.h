/*
 * Every key there is in the two databases: a kind and what follows. Objects'
 * rows lie together, so that a list reads nothing else.
 */
#ifndef STATEKEEP_KEYS_H
#define STATEKEEP_KEYS_H

#define KEY_SIZE	320

#define KEY_ROW		"r"	/* r:<id>	a container, as ps shows it */
#define KEY_DEF		"d"	/* d:<id>	its definition */
#define KEY_OVER	"v"	/* v:<id>	this boot's part of the row */
#define KEY_NAME	"n"	/* n:<name>	who holds it, see registry.h */
#define KEY_POD		"p"	/* p:<id>	a pod */
#define KEY_SLOT	"k"	/* k:<number>	whose range of ids it is */
#define KEY_SELF	"s"	/* s:...	the database about itself */

/* Write "kind:name" into a buffer of KEY_SIZE bytes; returns it. */
const char	*key_make(char *, const char *, const char *);

#endif
